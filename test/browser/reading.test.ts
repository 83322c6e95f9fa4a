// What a person comes for after years: the rest of a conversation, a message back on its server, how the archive grew; and what
// the page says while the index is not there.
import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import Database from 'better-sqlite3';
import { stoppedWell, until } from '../support/command-line.ts';
import { furnishedHouse, wangAt } from '../support/furnished-house.ts';
import { OWNER } from '../support/provider/furnished.ts';
import { openedPage } from '../web/opened-page.ts';
import { violations } from './accessible.ts';
import { startBrowser, withoutBrowser } from './browser.ts';

/** A page looks again by itself every few seconds. */
const LONG = { timeout: 240_000 };

describe('reading in a browser', { skip: withoutBrowser() }, () => {
  it('goes through a conversation, each answer under what it answers', async (t) => {
    const page = await openedPage(t);
    const { context } = await startBrowser(t, { locale: 'en-GB' });
    const tab = await context.newPage();
    await tab.goto(new URL(`/message/${page.ids.get('thread-6')}`, page.url).href);
    const conversation = tab.getByRole('region', { name: 'Conversation' });
    const posts = conversation.getByRole('listitem');
    assert.equal(await posts.count(), 6);
    const depths = (await posts.all()).map(async (post) => (await post.getAttribute('class'))?.slice(6));
    assert.deepEqual(await Promise.all(depths), ['0', '1', '1', '2', '3', '4']);
    const current = conversation.locator('[aria-current=true]');
    assert.match(await current.innerText(), /^王小明[^]*一起改，下周五上线。/);
    assert.equal(await current.getByRole('link').count(), 0, 'where one is, no link leads to');
    await conversation.getByRole('link', { name: /Tom Baker/ }).press('Enter');
    await tab.waitForURL(new RegExp(`${page.ids.get('thread-3')}`));
    assert.equal(await tab.locator('h1').innerText(), 'RE: 网站改版 Website relaunch');
    assert.match(await current.innerText(), /^Tom Baker/);
    await tab.goBack();
    await tab.waitForURL(new RegExp(`${page.ids.get('thread-6')}`));
  });

  it('gives the command that puts a message back on its server, and that does so', async (t) => {
    const { house, provider } = await furnishedHouse(t);
    const account = wangAt(provider, { push: false });
    house.configure([account], { web: { listen: '127.0.0.1:0' } });
    assert.equal((await house.line.run('sync')).code, 0);
    const alone = house.line.start('web', '--listen', '127.0.0.1:0');
    await until(() => alone.printed().includes('\n'), alone.said);
    const url = alone.printed().trim();
    const { context } = await startBrowser(t, { locale: 'zh-CN' });
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(url).origin });
    const tab = await context.newPage();
    await tab.goto(new URL(`/?q=${encodeURIComponent('文件夹:客户往来 主题:合同续签')}`, url).href);
    await tab.locator('.hit .subject').click();
    await tab.getByText('放回服务器').click();
    await tab.getByRole('button', { name: '复制' }).click();
    await tab.getByRole('button', { name: '已复制' }).waitFor();
    assert.deepEqual(await violations(tab), []);
    const command = await tab.evaluate<string>('navigator.clipboard.readText()');
    const [, id = '', to = ''] =
      /^mailkeep restore (id:[0-9a-f]{12}) --to '(wang\/客户往来)'$/.exec(command) ?? assert.fail(command);
    provider.remove(OWNER.address, '客户往来');
    for (let again = 0; again < 2; again++) {
      const restored = await house.line.run('restore', id, '--to', to);
      assert.equal(restored.code, 0, restored.stderr);
      assert.equal(provider.messages(OWNER.address, '客户往来').length, 1);
    }
    await tab.goto('about:blank');
    assert.ok(stoppedWell(await alone.stop()));
  });

  it('draws how the archive grew, and tells the same as a table', async (t) => {
    const page = await openedPage(t);
    const { context } = await startBrowser(t, { locale: 'en-GB' });
    const tab = await context.newPage();
    await tab.goto(new URL('/status', page.url).href);
    for (const name of [/^Messages: 60 months; the most in one: \d+$/, /^Size: 60 months; the most in one: /])
      assert.ok(await tab.getByRole('img', { name }).isVisible());
    await tab.getByText('As a table').click();
    assert.deepEqual(await violations(tab), []);
    const rows = (await tab.getByRole('table').innerText()).split('\n').slice(1);
    const bars = await tab.locator('.chart').first().locator('rect title').allTextContents();
    const counted = rows.map((row) => row.split(/\t/)).map(([month, messages]) => `${month}: ${messages}`);
    assert.deepEqual(bars.toReversed(), counted);
    const drawn = await tab.evaluate<boolean>(
      `[...document.querySelectorAll('.chart rect')].every((bar) => (bar.getBoundingClientRect().height > 0) === !/: 0(?: B)?$/.test(bar.textContent))`,
    );
    assert.ok(drawn, 'a month with mail has a bar, and one without has none');
  });

  it('says that the index is not there and what to do, and reads the one that comes', async (t) => {
    const { house, count } = await furnishedHouse(t);
    assert.equal((await house.line.run('sync')).code, 0);
    const alone = house.line.start('web', '--listen', '127.0.0.1:0');
    await until(() => alone.printed().includes('\n'), alone.said);
    const url = alone.printed().trim();
    const index = join(house.data, 'index.db');
    renameSync(index, `${index}.aside`);
    for (const locale of ['en-GB', 'zh-CN']) {
      const browser = await startBrowser(t, { locale, viewport: { width: 320, height: 640 } });
      const tab = await browser.context.newPage();
      const answer = await tab.goto(url);
      assert.equal(answer?.status(), 503);
      const [title, cure] =
        locale === 'zh-CN'
          ? ['邮件库还没有准备好', /mailkeep reindex/]
          : ['The archive is not ready yet', /mailkeep reindex/];
      await tab.getByRole('heading', { name: title }).waitFor();
      assert.match(await tab.locator('.cure').innerText(), cure);
      assert.deepEqual(await violations(tab), []);
      for (const place of ['/?q=invoice', `/message/${'0'.repeat(64)}`, '/status', '/outbox']) {
        const other = await tab.goto(new URL(place, url).href);
        assert.ok([200, 503].includes(other?.status() ?? 0), place);
        assert.deepEqual(await violations(tab), [], place);
      }
      await tab.goto('about:blank');
    }
    const browser = await startBrowser(t, { locale: 'en-GB' });
    const tab = await browser.context.newPage();
    await tab.goto(url);
    await tab.getByRole('heading', { name: 'The archive is not ready yet' }).waitFor();
    const rebuilt = await house.line.run('reindex');
    assert.equal(rebuilt.code, 0, rebuilt.stderr);
    // Nobody touches the page meanwhile.
    await tab.getByRole('heading', { name: `${count} messages` }).waitFor(LONG);
    await tab.goto('about:blank');
    assert.ok(stoppedWell(await alone.stop()));
  });

  it('says what no search finds yet while texts are read again, how far that is, and when it is done', async (t) => {
    const { house, count } = await furnishedHouse(t);
    assert.equal((await house.line.run('sync')).code, 0);
    // As the service leaves the index while it makes a lost one anew; nothing reads on here.
    const index = new Database(join(house.data, 'index.db'));
    index.exec('INSERT INTO late (again, row) SELECT 0, row FROM message');
    const alone = house.line.start('web', '--listen', '127.0.0.1:0');
    await until(() => alone.printed().includes('\n'), alone.said);
    const { context } = await startBrowser(t, { locale: 'zh-CN', viewport: { width: 320, height: 640 } });
    const tab = await context.newPage();
    await tab.goto(new URL('/?q=nowhereatall', alone.printed().trim()).href);
    await tab.getByText(`还有 ${count} 封邮件的文字正在读取`).waitFor();
    assert.deepEqual(await violations(tab), []);
    index.exec('DELETE FROM late WHERE row NOT IN (SELECT row FROM late LIMIT 1)');
    await tab.getByText('还有 1 封邮件的文字正在读取').waitFor(LONG);
    index.exec('DELETE FROM late');
    index.close();
    await tab.locator('[data-again]').waitFor({ state: 'detached', ...LONG });
    await tab.getByText('没有找到').waitFor();
    await tab.goto('about:blank');
    assert.ok(stoppedWell(await alone.stop()));
  });
});
