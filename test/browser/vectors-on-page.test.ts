// Every attempt as a mail of its own, in the frame in which the page shows a mail: made safe, under the policy, where a person
// meets it. Many frames stand on one page, which is the only thing here that no person sees.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { text } from '../messages/compose.ts';
import { sample, TOM, WANG } from '../messages/sample.ts';
import { openedPage } from '../web/opened-page.ts';
import { ATTEMPTS } from './attempts.ts';
import { startBrowser, withoutBrowser } from './browser.ts';

/** Frames of one page. */
const TOGETHER = 90;

describe('hostile HTML on the real page', { skip: withoutBrowser() }, () => {
  it('runs nothing, asks nobody and opens nothing, whatever it is', async (t) => {
    const mail = ATTEMPTS.map((html, n) =>
      sample(
        `attempt-${n}`,
        {
          from: TOM,
          to: [WANG],
          subject: `attempt ${n}`,
          date: '2024-01-01T00:00:00Z',
          body: text(html, { subtype: 'html', encoding: 'base64' }),
        },
        { phrase: '' },
      ),
    );
    const opened = await openedPage(t, { mail });
    const ids = [...opened.ids.values()];
    assert.equal(new Set(ids).size, ATTEMPTS.length);
    const browser = await startBrowser(t, { viewport: { width: 1200, height: 700 } });
    const { heard } = browser;
    const page = await browser.context.newPage();
    // The frame as the page makes it, for all the mails that stand in it here.
    await page.goto(`${opened.url}message/${ids[0]}?view=html`);
    const frame = await page.evaluate<string>(`document.querySelector('iframe.body').outerHTML`);
    assert.match(frame, /sandbox="allow-popups allow-popups-to-escape-sandbox"/);
    browser.forget();
    let shown = 0;
    for (let from = 0; from < ids.length; from += TOGETHER) {
      const some = ids.slice(from, from + TOGETHER);
      await page.goto(`${opened.url}outbox`, { waitUntil: 'load' });
      await page.evaluate(gallery(some.map((id) => frame.replaceAll(ids[0] ?? '', id))));
      for (let y = 40; y < 650; y += 66) {
        await page.mouse.move(20, y);
        await page.mouse.move(1180, y, { steps: 13 });
      }
      for (let key = 0; key < 10; key++) await page.keyboard.press('Tab');
      await page.evaluate(SETTLED);
      const bodies = new Set(some.map((id) => `${opened.url}message/${id}/body`));
      const own = heard.requests.filter((url) => bodies.has(url));
      shown += new Set(own).size;
      const ours = [`${opened.url}outbox`, `${opened.url}outbox?settled`];
      const strange = heard.requests.filter(
        (url) => !bodies.has(url) && !ours.includes(url) && !url.startsWith(`${opened.url}static/`),
      );
      assert.deepEqual({ ...heard, requests: strange }, NOTHING);
      assert.equal(page.url(), `${opened.url}outbox`);
      browser.forget();
    }
    assert.equal(shown, ids.length);
    assert.deepEqual(await browser.lookedUp(), []);
  });
});

/** Puts the frames in place of what the page shows, small ones, and waits until each has its mail. */
function gallery(frames: readonly string[]): string {
  return `(async () => {
    document.body.innerHTML = ${JSON.stringify(frames.join(''))};
    const all = [...document.querySelectorAll('iframe')];
    for (const one of all) one.width = 90, one.height = 60, one.className = '';
    await Promise.all(all.map((one) => new Promise((loaded) => one.addEventListener('load', loaded))));
  })()`;
}

/** What was asked for before a round has left when its answer is here; what a picture on the screen asks for, in the next. */
const SETTLED = `(async () => {
  for (let round = 0; round < 3; round++) {
    await new Promise(requestAnimationFrame);
    await (await fetch('/outbox?settled')).text();
  }
})()`;

const NOTHING = { requests: [], connections: [], ran: [], dialogs: [], windows: [], downloads: [] };
