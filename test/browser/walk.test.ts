// A walk through the mail by what the page itself calls its links and buttons, in each language: a search, its filters, order and
// pages, and all that can be done at a message.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { wordsOf } from '../../src/web/words.ts';
import { bulkMessage } from '../messages/bulk.ts';
import { text } from '../messages/compose.ts';
import { sample, TOM, WANG } from '../messages/sample.ts';
import { samples } from '../messages/samples.ts';
import { openedPage } from '../web/opened-page.ts';
import { startBrowser, withoutBrowser } from './browser.ts';

/** Milliseconds for one step, on a machine with much to do. */
const LONG = 240_000;

/** A mail with a picture that lies elsewhere. */
const FAR = 'http://far.test/walk.png';
const far = sample(
  'far',
  {
    from: TOM,
    to: [WANG],
    subject: 'picture',
    date: '2020-01-01T00:00:00Z',
    body: text(`<p>look <img src="${FAR}"></p>`, { subtype: 'html' }),
  },
  { phrase: 'look' },
);

describe('a walk through the mail in a browser', { skip: withoutBrowser() }, async () => {
  if (withoutBrowser() !== false) return;
  const many = Array.from({ length: 60 }, (_, n) =>
    sample(
      `bulk-${n}`,
      { from: TOM, to: [WANG], subject: 'x', date: null, body: text('x') },
      {
        phrase: '',
        arrived: '2019-01-01T00:00:00Z',
        bend: () => bulkMessage(n + 1),
      },
    ),
  );
  const mail = [...samples(), ...many, far];
  const page = await openedPage({ after }, { mail });
  const idOf = (name: string): string => page.ids.get(name) ?? assert.fail(name);

  for (const language of ['en', 'zh'] as const) {
    it(`finds all of it by the words of the page: ${language}`, async (t) => {
      const { list, message, frame } = wordsOf(language);
      const { context, heard } = await startBrowser(t, {
        locale: language === 'zh' ? 'zh-CN' : 'en-GB',
        viewport: { width: 1280, height: 900 },
        acceptDownloads: true,
      });
      const tab = await context.newPage();
      tab.setDefaultTimeout(LONG);
      const link = (name: string) => tab.getByRole('link', { name }).first();

      await tab.goto(page.url);
      await tab.getByRole('heading', { name: list.messages(mail.length), exact: true }).waitFor();
      await tab.getByText(list.range(1, 50, mail.length)).waitFor();
      await link(list.older).click();
      await tab.getByText(list.range(51, 100, mail.length)).waitFor();
      await link(list.newer).click();
      await tab.getByText(list.range(1, 50, mail.length)).waitFor();

      await tab.getByRole('searchbox', { name: frame.search }).fill('发票');
      await tab.keyboard.press('Enter');
      await tab.waitForURL(/q=%E5%8F%91%E7%A5%A8/);
      await link(list.relevance).click();
      await tab.locator('[aria-current]', { hasText: list.relevance }).waitFor();
      await link(list.newest).click();
      await tab.locator('[aria-current]', { hasText: list.newest }).waitFor();
      const filters = tab.getByRole('navigation', { name: list.filters });
      for (const name of [list.folders, list.years, list.people, list.attachments])
        await filters.getByRole('heading', { name }).waitFor();
      await filters.getByRole('link', { name: list.with }).click();
      await tab.waitForURL(/has%3Aattachment/);
      assert.ok((await tab.locator('.hit').count()) > 0);
      await link(list.remove('has:attachment')).click();
      await tab.waitForURL((url) => url.searchParams.get('q') === '发票');

      await tab.goto(new URL('/?q=subject%3Ainvoice', page.url).href);
      await tab.locator('.hit .subject').first().click();
      await tab.waitForURL(/\/message\//);
      const before = tab.url();
      await link(message.next).click();
      await tab.waitForURL(/at=1/);
      await link(message.previous).click();
      await tab.waitForURL(before);
      await link(message.backToList).click();
      await tab.waitForURL((url) => url.pathname === '/' && url.searchParams.get('q') === 'subject:invoice');

      const invoice = idOf('invoice-html');
      await tab.goto(new URL(`/message/${invoice}`, page.url).href);
      for (const name of [message.from, message.to, message.date])
        await tab.getByText(name, { exact: true }).first().waitFor();
      await tab.getByTitle(message.htmlFrame).waitFor();
      await link(message.text).click();
      await tab.waitForURL(/view=text/);
      await link(message.source).click();
      await tab.waitForURL(/view=source/);
      assert.match(await tab.getByLabel(message.source, { exact: true }).last().innerText(), /^Subject:/m);
      const [saved] = await Promise.all([tab.waitForEvent('download'), link(message.download).click()]);
      assert.equal(
        createHash('sha256')
          .update(readFileSync(await saved.path()))
          .digest('hex'),
        invoice,
      );
      await link(message.html).click();
      await tab.getByTitle(message.htmlFrame).waitFor();
      await tab.getByRole('region', { name: message.conversation }).waitFor();
      const places = tab.getByRole('region', { name: message.places });
      await places.getByText(`${message.isThere} · UID`).waitFor();
      await places.getByText(message.restore).click();
      await places.getByText(`mailkeep restore id:${invoice.slice(0, 12)} --to qq/INBOX`).waitFor();

      await tab.goto(new URL(`/message/${idOf('invoice-pdf')}`, page.url).href);
      const attached = tab.getByRole('region', { name: message.attachments }).getByRole('link').first();
      const [file] = await Promise.all([tab.waitForEvent('download'), attached.click()]);
      assert.match(readFileSync(await file.path(), 'latin1'), /^%PDF/);

      await tab.goto(new URL(`/message/${idOf('far')}`, page.url).href);
      await tab.getByText(message.blocked(1)).waitFor();
      assert.ok(!heard.requests.includes(FAR), 'nothing from elsewhere unasked');
      await Promise.all([tab.waitForRequest(FAR), link(message.loadRemote).click()]);
      await tab.getByText(message.remote).waitFor();
      await link(message.hideRemote).click();
      await tab.getByText(message.blocked(1)).waitFor();
      await tab.goto('about:blank');
    });
  }
});
