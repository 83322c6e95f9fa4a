// Every attempt in a real browser: with no defence, and with each of the two alone.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { until } from '../support/command-line.ts';
import type { Ending } from '../support/temporary.ts';
import { ATTEMPTS } from './attempts.ts';
import { startBrowser, withoutBrowser, type Heard } from './browser.ts';
import { stage, type Defence } from './stage.ts';

/** What was asked for before a round has left when its answer is here; what a picture on the screen asks for, in the next. */
const SETTLED = `(async () => {
  for (let round = 0; round < 3; round++) {
    await new Promise(requestAnimationFrame);
    await (await fetch('/settled')).text();
  }
})()`;

/** Of all attempts, so many run and ask for something where nothing stands between. */
function isEnough({ ran, requests, connections }: Heard): boolean {
  return ran.length > 40 && requests.length > 40 && connections.length > 30;
}

/** Shows them all, moves over them, presses keys; what was heard, and the names that were looked up. */
async function seen(test: Ending, defence: Defence): Promise<Heard & { readonly names: readonly string[] }> {
  const pages = await stage(test, ATTEMPTS, defence);
  const isDefended = defence.isMadeSafe || defence.hasPolicy;
  const browser = await startBrowser(test, { viewport: { width: 1200, height: 700 } });
  const page = await browser.context.newPage();
  for (const address of pages) {
    await page.goto(address, { waitUntil: 'load' });
    for (let y = 40; y < 650; y += 66) {
      await page.mouse.move(20, y);
      await page.mouse.move(1180, y, { steps: 13 });
    }
    await page.mouse.wheel(0, 50);
    for (let key = 0; key < 10; key++) await page.keyboard.press('Tab');
    if (isDefended) await page.evaluate(SETTLED);
    // A frame may have led the page elsewhere; the end of the last one tells.
    else await page.waitForLoadState('networkidle', { timeout: 10_000 }).catch(() => undefined);
  }
  if (!isDefended)
    await until(
      () => isEnough(browser.heard),
      () => JSON.stringify(browser.heard),
    );
  const names = await browser.lookedUp();
  const own = new URL(pages[0] ?? '').origin;
  return { ...browser.heard, requests: browser.heard.requests.filter((url) => !isFrame(url, own)), names };
}

function isFrame(url: string, own: string): boolean {
  return url.startsWith(own) && /^\/(?:settled|(?:page|frame)\/\d+)$/.test(url.slice(own.length));
}

describe('hostile HTML in a real browser', { skip: withoutBrowser() }, () => {
  it('runs and asks for much where nothing stands between: these attempts are real', async () => {
    const { names } = await seen({ after }, { isMadeSafe: false, hasPolicy: false });
    assert.ok(names.includes('dns-prefetch.names.test'), names.join(' '));
  });

  it('runs nothing and asks for nothing once it is made safe, without any policy', async () => {
    assert.deepEqual(await seen({ after }, { isMadeSafe: true, hasPolicy: false }), NOTHING);
  });

  it('runs nothing under the policy, even as it came, and only preconnections reach another host', async () => {
    const defence = { isMadeSafe: false, hasPolicy: true };
    const { connections, names, ran, dialogs, windows, downloads } = await seen({ after }, defence);
    assert.deepEqual(
      { ran, dialogs, windows, downloads },
      { ran: [], dialogs: [], windows: [], downloads: [] },
    );
    // No policy forbids <link rel=preconnect> and dns-prefetch; that is why there are two defences.
    assert.deepEqual(
      connections.filter((line) => line !== 'silence' && !line.startsWith('TLS ')),
      [],
    );
    assert.ok(
      names.every((name) => /^(?:dns-prefetch|preconnect)\./.test(name)),
      names.join(' '),
    );
  });
});

const NOTHING = {
  requests: [],
  connections: [],
  ran: [],
  dialogs: [],
  windows: [],
  downloads: [],
  names: [],
};
