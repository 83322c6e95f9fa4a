// What a person does on the page, and what another site that is open in the same browser tries to do to it.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import type { Ending } from '../support/temporary.ts';
import { openedPage, type OpenedPage } from '../web/opened-page.ts';
import { startBrowser, withoutBrowser, type TestBrowser } from './browser.ts';
import { hostileMails } from './hostile-mails.ts';

/** Another site: another port is another origin, of the same site. That is as near as an attacker comes. */
async function otherSite(test: Ending): Promise<string> {
  const server = createServer((_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<p>other'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.after(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => void server.close(() => resolve()));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const PASSWORD = 'open sesame';

describe('in a browser, the page', { skip: withoutBrowser() }, () => {
  const endings: (() => void | Promise<void>)[] = [];
  const test: Ending = { after: (ending) => void endings.unshift(ending) };
  after(async () => {
    for (const ending of endings) await ending();
  });
  let opened: OpenedPage;
  let browser: TestBrowser;
  let page: Page;
  before(async () => {
    opened = await openedPage(test, { mail: hostileMails(), password: () => Promise.resolve(PASSWORD) });
    browser = await startBrowser(test, { acceptDownloads: true, locale: 'en' });
    page = await browser.context.newPage();
  });

  it('lets in who has the password, and out who leaves', async () => {
    await page.goto(`${opened.url}?q=hostile`);
    assert.match(page.url(), /\/login\?back=/);
    await page.fill('#password', 'wrong');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role=alert]');
    await page.fill('#password', PASSWORD);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.hit');
    assert.equal(page.url(), `${opened.url}?q=hostile`);
    assert.equal(await page.evaluate('document.cookie'), '');
    await page.click('form[action="/logout"] button');
    await page.waitForSelector('#password');
    await page.goto(opened.url);
    assert.match(page.url(), /\/login$/);
    await page.fill('#password', PASSWORD);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.hit');
  });

  it('loads pictures from elsewhere when the person asks, and tells nobody where they are shown', async () => {
    const id = opened.ids.get('trackers in every place') ?? '';
    browser.forget();
    await page.goto(`${opened.url}message/${id}`);
    assert.equal(browser.heard.connections.length, 0);
    await page.click('.note a');
    await page.waitForLoadState('networkidle');
    const lines = browser.heard.connections.filter((line) => line !== 'silence');
    assert.ok(lines.includes('GET /pixel.gif HTTP/1.1'), lines.join(' '));
    assert.ok(
      lines.every((line) => /^GET \/(?:pixel\.gif|background|table|td) /.test(line)),
      lines.join(' '),
    );
  });

  it('opens a link of a mail in a window of its own, which does not know where it came from', async () => {
    const [mail] = hostileMails();
    assert.ok(mail);
    const site = await otherSite(test);
    const bytes = Buffer.from(`Subject: x\r\nContent-Type: text/html\r\n\r\n<a href="${site}">linked</a>`);
    const linked = await openedPage(test, { mail: [{ ...mail, name: 'linked', bytes }] });
    const reader = await browser.context.newPage();
    await reader.goto(`${linked.url}message/${linked.ids.get('linked')}`);
    const [window] = await Promise.all([
      browser.context.waitForEvent('page'),
      reader.frameLocator('iframe').locator('a').click(),
    ]);
    await window.waitForSelector('p');
    assert.deepEqual(
      await window.evaluate(
        '[window.opener, document.referrer, location.href, window.origin === location.origin]',
      ),
      [null, '', site, true],
    );
    await window.close();
    await reader.close();
  });

  it('saves an attachment, whatever it is, and shows none', async () => {
    const id = opened.ids.get('HTML in its file names') ?? '';
    await page.goto(`${opened.url}message/${id}`);
    const links = page.locator('.attachments a');
    const count = await links.count();
    assert.ok(count >= 3);
    for (let index = 0; index < count; index++) {
      const [download] = await Promise.all([page.waitForEvent('download'), links.nth(index).click()]);
      assert.doesNotMatch(download.suggestedFilename(), /[<>":/\\|?*\u202e]/);
      const address = download.url();
      const direct = await browser.context.newPage();
      await assert.rejects(direct.goto(address), /Download is starting/);
      await direct.close();
    }
    assert.match(page.url(), /\/message\//);
  });

  it('is nothing to another site: no frame, no picture, no script, no answer, no form, no window to look into', async () => {
    const other = await browser.context.newPage();
    await other.goto(await otherSite(test));
    const results = await other.evaluate(
      `(async (url) => {
        const loads = (name, attribute) => new Promise((resolve) => {
          const element = document.createElement(name);
          element.onload = () => resolve('loaded');
          element.onerror = () => resolve('refused');
          element[attribute] = url;
          document.body.append(element);
        });
        const fetched = (mode) => fetch(url + '?q=secret', { mode, credentials: 'include' }).then(() => 'answered', () => 'refused');
        const posted = (path) => fetch(url + path, { method: 'POST', mode: 'no-cors', credentials: 'include', body: new URLSearchParams({ language: 'zh' }) }).then(() => 'answered', () => 'refused');
        return { img: await loads('img', 'src'), script: await loads('script', 'src'), style: await fetched('no-cors'), cors: await fetched('cors'), post: await posted('preferences'), logout: await posted('logout') };
      })('${opened.url}')`,
    );
    assert.deepEqual(results, {
      img: 'refused',
      script: 'refused',
      style: 'refused',
      cors: 'refused',
      post: 'refused',
      logout: 'refused',
    });

    await other.setContent(`<iframe src="${opened.url}"></iframe>`);
    await other.waitForLoadState('networkidle');
    assert.ok(other.frames().every((frame) => !frame.url().startsWith(opened.url)));

    await other.setContent(
      `<form method=post action="${opened.url}preferences"><input name=language value=zh><button>x</button></form>`,
    );
    const [answer] = await Promise.all([
      other.waitForResponse((response) => response.request().method() === 'POST'),
      other.click('button'),
    ]);
    assert.equal(answer.status(), 403);

    await page.goto(opened.url);
    assert.equal(await page.getAttribute('html', 'lang'), 'en');
    assert.equal(await page.locator('form[action="/logout"]').count(), 1, 'still signed in');
    await other.close();
  });
});
