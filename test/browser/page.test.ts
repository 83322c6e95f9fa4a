// The page as a person has it before them: each of its pages in both languages, light and dark, wide and narrow; by keyboard,
// and without script.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { text } from '../messages/compose.ts';
import { sample, TOM } from '../messages/sample.ts';
import { samples } from '../messages/samples.ts';
import { openedPage } from '../web/opened-page.ts';
import { violations } from './accessible.ts';
import { startBrowser, withoutBrowser } from './browser.ts';

/** A browser of one kind of person. */
interface Reader {
  readonly locale: 'en-GB' | 'zh-CN';
  readonly colorScheme: 'light' | 'dark';
  /** 320 is the least that WCAG 1.4.10 asks for: a wide window, enlarged fourfold. */
  readonly width: 1280 | 390 | 320;
}

const READERS: readonly Reader[] = [
  { locale: 'en-GB', colorScheme: 'light', width: 1280 },
  { locale: 'zh-CN', colorScheme: 'dark', width: 1280 },
  { locale: 'zh-CN', colorScheme: 'light', width: 320 },
  { locale: 'en-GB', colorScheme: 'dark', width: 320 },
  { locale: 'en-GB', colorScheme: 'light', width: 390 },
];

/** A letter to more people than a screen holds. */
const CROWD = {
  from: TOM,
  to: Array.from({ length: 60 }, (_, n) => `第${n}组 <group-${n}@example.org>`),
  subject: 'To all of you',
  date: '2020-01-01T00:00:00Z',
  body: text('crowd'),
};

/** A word that no line holds. */
const WORD = {
  from: TOM,
  to: [TOM],
  subject: `预算 ${'Donaudampfschifffahrt'.repeat(8)}`,
  date: '2020-01-02T00:00:00Z',
  body: text('word'),
};

describe('the page in a browser', { skip: withoutBrowser() }, async () => {
  if (withoutBrowser() !== false) return;
  const crowd = sample('crowd', CROWD, { phrase: 'crowd' });
  const page = await openedPage(
    { after },
    { mail: [...samples(), crowd, sample('word', WORD, { phrase: 'word' })] },
  );
  const idOf = (name: string): string => page.ids.get(name) ?? assert.fail(name);
  const PLACES: Readonly<Record<string, string>> = {
    list: '/',
    'a search': '/?q=%E5%8F%91%E7%A5%A8',
    'the best first': '/?q=invoice&sort=relevance',
    'nothing found': '/?q=nowhereatall',
    'a mistake': '/?q=%22open',
    'a text': `/message/${idOf('invoice-question')}?q=invoice&at=0`,
    'a text with its source': `/message/${idOf('invoice-question')}?view=source`,
    html: `/message/${idOf('invoice-html')}`,
    'one of a conversation': `/message/${idOf('thread-6')}`,
    'sixty people': `/message/${idOf('crowd')}`,
    'a long word': `/message/${idOf('word')}`,
    'a long word in a list': '/?q=subject%3A%E9%A2%84%E7%AE%97',
    attachments: `/message/${idOf('invoice-pdf')}?view=text`,
    'beyond the last page': '/?page=999',
    status: '/status',
    outbox: '/outbox',
    'not found': '/nowhere',
  };

  for (const reader of READERS) {
    const { locale, colorScheme, width } = reader;
    it(`is whole in ${locale}, ${colorScheme}, ${width} wide: nothing for axe, nothing sideways, no errors`, async (test) => {
      const browser = await startBrowser(test, {
        locale,
        colorScheme,
        viewport: { width, height: 800 },
      });
      const { tab, errors } = await opened(browser.context);
      for (const [name, place] of Object.entries(PLACES)) {
        await tab.goto(new URL(place, page.url).href);
        await tab.locator('#content').waitFor();
        assert.equal(await tab.locator('html').getAttribute('lang'), locale === 'zh-CN' ? 'zh-CN' : 'en');
        await counted(tab);
        assert.deepEqual(await violations(tab), [], `${name}: axe`);
        assert.deepEqual(await sideways(tab), [], `${name} is wider than the window`);
        assert.ok(await isOneLine(tab), `${name}: a word of the navigation, or of a button, is broken`);
      }
      assert.deepEqual(errors, []);
      assert.deepEqual(
        browser.heard.requests.filter((url) => !url.startsWith(page.url)),
        [],
      );
    });
  }

  it('is used by keyboard: / j k o u ? and Escape', async (test) => {
    const { tab } = await opened((await startBrowser(test)).context);
    await tab.goto(page.url);
    const subjects = await tab.locator('.hit .subject').allInnerTexts();
    const focused = (): Promise<string> => tab.evaluate<string>(`document.activeElement?.textContent ?? ''`);
    await tab.keyboard.press('j');
    assert.equal(await focused(), subjects[0]);
    await tab.keyboard.press('j');
    await tab.keyboard.press('j');
    await tab.keyboard.press('k');
    assert.equal(await focused(), subjects[1]);
    await tab.keyboard.press('o');
    await tab.waitForURL(/\/message\//);
    assert.equal(await tab.locator('h1').innerText(), subjects[1]);
    await tab.keyboard.press('j');
    await tab.waitForURL(/at=2/);
    assert.equal(await tab.locator('h1').innerText(), subjects[2]);
    await tab.keyboard.press('k');
    await tab.waitForURL(/at=1/);
    await tab.keyboard.press('u');
    await tab.waitForURL((url) => url.pathname === '/');
    await tab.keyboard.press('?');
    assert.ok(await tab.locator('#help').isVisible());
    await tab.keyboard.press('Escape');
    assert.ok(await tab.locator('#help').isHidden());
    await tab.keyboard.press('/');
    await tab.keyboard.type('jok/?');
    assert.equal(await tab.locator('#q').inputValue(), 'jok/?');
    await tab.keyboard.press('Escape');
    await tab.keyboard.press('k');
    assert.equal(await focused(), subjects.at(-1));
    await tab.keyboard.press('j');
    await tab.waitForURL(/page=2/);
  });

  it('narrows a search by its filters, and takes them out again', async (test) => {
    const { tab } = await opened(
      (await startBrowser(test, { viewport: { width: 1280, height: 900 } })).context,
    );
    await tab.goto(new URL('/?q=%E5%8F%91%E7%A5%A8', page.url).href);
    await counted(tab);
    const filter = tab.locator('.filters li a', { hasText: '客户往来' });
    const count = Number(await filter.locator('.count').innerText());
    await filter.click();
    await tab.waitForURL(/in%3A/);
    assert.equal(await tab.locator('#q').inputValue(), '发票 in:客户往来');
    assert.equal(await tab.locator('.hit').count(), count);
    await counted(tab);
    await tab.locator('.filters a[aria-current]').click();
    await tab.waitForURL((url) => url.searchParams.get('q') === '发票');
  });

  it('keeps a language and an appearance that were chosen', async (test) => {
    const { tab } = await opened(
      (await startBrowser(test, { locale: 'en-GB', colorScheme: 'light' })).context,
    );
    await tab.goto(new URL('/?q=invoice', page.url).href);
    const paper = (): Promise<string> =>
      tab.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');
    const light = await paper();
    await tab.getByRole('button', { name: '中文' }).click();
    await tab.waitForLoadState();
    assert.equal(await tab.locator('html').getAttribute('lang'), 'zh-CN');
    await tab.getByRole('button', { name: '深色' }).click();
    await tab.waitForLoadState();
    assert.notEqual(await paper(), light);
    assert.equal(new URL(tab.url()).search, '?q=invoice');
  });

  it('does it all without script', async (test) => {
    const { tab } = await opened((await startBrowser(test, { javaScriptEnabled: false })).context);
    await tab.goto(page.url);
    await tab.locator('#q').fill('invoice');
    await tab.locator('#q').press('Enter');
    await tab.waitForURL(/q=invoice/);
    await tab.getByRole('link', { name: 'Show the filters' }).click();
    await tab.locator('.filters li a', { hasText: 'With attachments' }).click();
    await tab.waitForURL(/has%3Aattachment/);
    await tab.locator('.hit .subject').first().click();
    await tab.waitForURL(/\/message\//);
    await tab.getByRole('link', { name: 'Source' }).click();
    assert.match(await tab.locator('pre.source').innerText(), /^Subject:/m);
    await tab.getByRole('button', { name: 'How to search' }).click();
    assert.ok(await tab.locator('#help').isVisible());
  });
});

/** A new tab, and what goes wrong in it. */
async function opened(context: BrowserContext): Promise<{ tab: Page; errors: string[] }> {
  const tab = await context.newPage();
  const errors: string[] = [];
  tab.on('pageerror', (error) => errors.push(error.message));
  tab.on('console', (message) => {
    // A page that is a mistake or not there is meant to be one.
    if (message.type() === 'error' && !/status of 40[04]/.test(message.text())) errors.push(message.text());
  });
  return { tab, errors };
}

/** The filters have come, where the page has any. */
async function counted(tab: Page): Promise<void> {
  if ((await tab.locator('.filters').count()) > 0)
    await tab.locator('.filters nav').waitFor({ state: 'attached' });
}

/** What hangs over the right edge, scroll bar left out. */
function sideways(tab: Page): Promise<string[]> {
  return tab.evaluate<string[]>(`(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const over = [...document.body.querySelectorAll('*')].filter((one) => one.getBoundingClientRect().right > clientWidth);
    return over.map((one) => one.outerHTML.slice(0, 100));
  })()`);
}

/** Each place that the navigation leads to stands on one line, and so does what a button says. */
function isOneLine(tab: Page): Promise<boolean> {
  return tab.evaluate<boolean>(`[...document.querySelectorAll('.pages a, .button')].every((one) => {
    const range = document.createRange();
    range.selectNodeContents(one);
    return range.getClientRects().length === 1;
  })`);
}
