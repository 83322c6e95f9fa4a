// The status of a running service, in a browser: what a person wishes begins, and the page follows without being asked again.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { statusWords } from '../../src/web/words/status.ts';
import { bulkMessage } from '../messages/bulk.ts';
import { until } from '../support/command-line.ts';
import { furnishedHouse, wangAt } from '../support/furnished-house.ts';
import { OWNER } from '../support/provider/furnished.ts';
import { violations } from './accessible.ts';
import { startBrowser, withoutBrowser } from './browser.ts';

describe('the status in a browser', { skip: withoutBrowser() }, () => {
  it('begins a sync at a click, and shows what came without another one', async (t) => {
    const { house, provider, count } = await furnishedHouse(t);
    house.configure([wangAt(provider, { push: false })], { web: { listen: '127.0.0.1:0' } });
    const service = house.line.start('daemon');
    await until(() => service.said().includes('received'), service.said);
    const [url = ''] = /http:\/\/127\.0\.0\.1:\d+\//.exec(service.said()) ?? [];
    const { context } = await startBrowser(t, { locale: 'en-GB' });
    const tab = await context.newPage();
    await tab.goto(new URL('/status', url).href);
    await tab.getByRole('heading', { name: 'All is well' }).waitFor();
    assert.deepEqual(await violations(tab), []);
    for (let n = 0; n < 150; n++) provider.deliver(OWNER.address, 'INBOX', bulkMessage(8000 + n));
    await tab.getByRole('button', { name: 'Sync now' }).click();
    await tab.getByText('The sync has begun.').waitFor();
    await tab.getByText(`${count + 150} messages of 1 account are kept.`).waitFor();
    assert.deepEqual(await violations(tab), []);
    await tab.goto('about:blank');
    await service.stop();
  });

  it('tells how far a sync is while it runs, in both languages at once, and that it is over', async (t) => {
    const gates = [gate(), gate(), gate()];
    t.after(() => gates.forEach(({ open }) => open()));
    const { house, provider, count } = await furnishedHouse(t);
    house.configure([wangAt(provider, { push: false, connections: 1 })], { web: { listen: '127.0.0.1:0' } });
    const service = house.line.start('daemon');
    await until(() => service.said().includes('received'), service.said);
    const [url = ''] = /http:\/\/127\.0\.0\.1:\d+\//.exec(service.said()) ?? [];
    const english = await startBrowser(t, { locale: 'en-GB', viewport: { width: 1280, height: 800 } });
    const chinese = await startBrowser(t, {
      locale: 'zh-CN',
      colorScheme: 'dark',
      viewport: { width: 320, height: 640 },
    });
    const [en, zh] = [await english.context.newPage(), await chinese.context.newPage()];
    for (const tab of [en, zh]) {
      tab.setDefaultTimeout(240_000);
      await tab.goto(new URL('/status', url).href);
    }
    for (let n = 0; n < NEW; n++) provider.deliver(OWNER.address, 'INBOX', bulkMessage(n + 1, 8000));
    let asked = 0;
    // Before the first of them, after a third, and after two.
    provider.faults.hold = () => gates[STOPS.indexOf((asked += 1))]?.closed;
    await en.getByRole('button', { name: statusWords.en.syncNow }).click();
    const tabs = [
      [en, statusWords.en],
      [zh, statusWords.zh],
    ] as const;
    for (const [tab, words] of tabs)
      await tab.locator('.progress', { hasText: words.running('0', '300') }).waitFor();
    for (const [nth, stop] of STOPS.slice(1).entries()) {
      gates[nth]?.open();
      for (const [tab, words] of tabs) {
        const { done, text } = await grown(tab, STOPS[nth] ?? 0);
        assert.ok(done < stop, `${done} are stored, and the server waits before number ${stop}`);
        assert.equal(text, `${words.running(String(done), '300')} · INBOX`);
        assert.deepEqual(await violations(tab), []);
      }
    }
    gates.at(-1)?.open();
    await en.getByText(statusWords.en.wellText(count + NEW, 1)).waitFor();
    await zh.getByText(statusWords.zh.wellText(count + NEW, 1)).waitFor();
    for (const tab of [en, zh]) assert.equal(await tab.locator('progress').count(), 0);
    for (const tab of [en, zh]) await tab.goto('about:blank');
    await service.stop();
  });
});

/** Messages of a sync, and the ones among them before which the server waits. */
const NEW = 300;
const STOPS: readonly number[] = [1, 120, 240];

/** Closed until it is opened. */
function gate(): { readonly closed: Promise<void>; readonly open: () => void } {
  let open = (): void => {};
  const closed = new Promise<void>((resolve) => (open = resolve));
  return { closed, open };
}

/** The bar and its sentence once it is as far as `from`, which it gets without anybody asking the page again. */
async function grown(tab: Page, from: number): Promise<{ readonly done: number; readonly text: string }> {
  for (;;) {
    const { done, text } = await tab.evaluate<{ done: number; text: string }>(
      `({ done: document.querySelector('progress').value, text: document.querySelector('.progress').innerText.trim() })`,
    );
    if (done >= from) return { done, text };
    await sleep(50);
  }
}
