// The status of a running service, in a browser: what a person wishes begins, and the page follows without being asked again.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
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
});
