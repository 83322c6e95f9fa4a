// What a person does at the page by hand: signing in and out, and the outbox with each of its buttons.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Action } from '../../src/outbox/actions.ts';
import { wordsOf } from '../../src/web/words.ts';
import { until } from '../support/command-line.ts';
import { furnishedHouse, wangAt } from '../support/furnished-house.ts';
import { OWNER } from '../support/provider/furnished.ts';
import { openedPage } from '../web/opened-page.ts';
import { violations } from './accessible.ts';
import { startBrowser, withoutBrowser } from './browser.ts';

const LETTER = `From: ${OWNER.address}\r\nTo: anna@example.test\r\nSubject: hello\r\nMessage-ID: <h1@x.test>\r\n\r\nbody\r\n`;
const PHONE = { viewport: { width: 320, height: 640 } };

describe('by hand in a browser', { skip: withoutBrowser() }, () => {
  it('opens the door to the password alone, leads on to where one wanted to go, and shuts it again', async (t) => {
    const page = await openedPage(t, { password: () => Promise.resolve('开门') });
    const { context } = await startBrowser(t, { locale: 'zh-CN', colorScheme: 'dark', ...PHONE });
    const tab = await context.newPage();
    await tab.goto(new URL('/?q=invoice', page.url).href);
    await tab.waitForURL(/\/login\?back=/);
    assert.deepEqual(await violations(tab), []);
    const card = await tab.locator('.door').boundingBox();
    const field = await tab.getByLabel('密码').boundingBox();
    assert.ok(card && field && field.x + field.width < card.x + card.width, 'the field stands in its card');
    await tab.getByLabel('密码').fill('关门');
    await tab.keyboard.press('Enter');
    await tab.getByRole('alert').filter({ hasText: '密码不对' }).waitFor();
    assert.deepEqual(await violations(tab), []);
    await tab.getByLabel('密码').fill('开门');
    await tab.keyboard.press('Enter');
    await tab.waitForURL(/\?q=invoice$/);
    assert.ok((await tab.locator('.hit').count()) > 0);
    await tab.getByRole('button', { name: '退出登录' }).click();
    await tab.waitForURL(/\/login$/);
    await tab.goto(new URL('/?q=invoice', page.url).href);
    assert.equal(await tab.locator('.hit').count(), 0);
  });

  for (const locale of ['en-GB', 'zh-CN'])
    it(`holds, releases, cancels and retries a letter, and reads what its server said: ${locale}`, async (t) => {
      const words = wordsOf(locale === 'zh-CN' ? 'zh' : 'en').outbox;
      const { house, provider } = await furnishedHouse(t);
      house.configure([wangAt(provider, { push: false })], { web: { listen: '127.0.0.1:0' } });
      const service = house.line.start('daemon');
      await until(() => service.said().includes('received'), service.said);
      const [url = ''] = /http:\/\/127\.0\.0\.1:\d+\//.exec(service.said()) ?? [];
      provider.faults.recipients.set('anna@example.test', '451 4.2.0 try <b>again</b> later');
      house.drop('hello.eml', LETTER);
      const { context } = await startBrowser(t, { locale, ...PHONE });
      const tab = await context.newPage();
      tab.setDefaultTimeout(240_000);
      const shows = async (state: string): Promise<void> => {
        const card = tab.locator('.letter .state').getByText(state, { exact: true });
        const end = Date.now() + 120_000;
        while ((await card.count()) === 0) {
          assert.ok(Date.now() < end, `${state} is not shown`);
          await tab.goto(new URL('/outbox', url).href);
        }
      };
      const press = async (action: Action): Promise<void> => {
        await tab.getByRole('button', { name: words.actions[action], exact: true }).click();
        await tab
          .getByRole('status')
          .filter({ hasText: words.done[action]('hello.eml') })
          .waitFor();
      };
      await shows(words.states.deferred);
      assert.deepEqual(await violations(tab), []);
      await press('hold');
      await shows(words.held);
      await press('release');
      await shows(words.states.deferred);
      await press('cancel');
      await shows(words.states.cancelled);
      assert.deepEqual(await violations(tab), []);
      provider.faults.recipients.clear();
      await press('retry');
      await shows(words.states.sent);
      assert.equal(provider.accepted('<h1@x.test>'), 1);
      await tab.getByRole('link', { name: 'hello.eml' }).click();
      await tab.getByRole('heading', { name: words.history }).waitFor();
      await tab.getByText('try <b>again</b> later').first().waitFor({ state: 'attached' });
      assert.deepEqual(await violations(tab), []);
      await tab.goto('about:blank');
      await service.stop();
    });
});
