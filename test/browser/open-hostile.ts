// Opens each hostile mail on the real page as a person would: found by a search, read in all its forms, with the pointer over
// it and keys pressed; and tells what the browser did.
import { hostileMails } from './hostile-mails.ts';
import { openedPage } from '../web/opened-page.ts';
import type { Ending } from '../support/temporary.ts';
import { startBrowser } from './browser.ts';

/** What one mail made the browser do. */
export interface Outcome {
  readonly mail: string;
  /** Requests to the page, all of which the person asked for. */
  readonly own: number;
  /** Requests and connections to anywhere else, scripts that ran, dialogs, windows, files saved. */
  readonly bad: readonly string[];
}

/** One outcome a mail, and the names that the browser looked up meanwhile. */
export async function openHostile(test: Ending): Promise<{ outcomes: Outcome[]; names: readonly string[] }> {
  const mails = hostileMails();
  const opened = await openedPage(test, { mail: mails });
  const browser = await startBrowser(test, {
    viewport: { width: 1000, height: 900 },
  });
  const { heard } = browser;
  const page = await browser.context.newPage();
  const outcomes: Outcome[] = [];
  for (const { name } of mails) {
    const id = opened.ids.get(name) ?? '';
    browser.forget();
    for (const path of [
      '?q=hostile',
      `message/${id}?q=hostile&at=0`,
      `message/${id}?view=text&q=hostile&at=0`,
      `message/${id}?view=source`,
    ]) {
      await page.goto(opened.url + path, { waitUntil: 'load' });
      for (let y = 100; y < 900; y += 100) await page.mouse.move(500, y, { steps: 3 });
      for (let key = 0; key < 12; key++) await page.keyboard.press('Tab');
      await page.waitForLoadState('networkidle');
    }
    await page.goto(`${opened.url}message/${id}/body`, { waitUntil: 'load' });
    const far = heard.requests.filter((url) => !url.startsWith(opened.url));
    outcomes.push({
      mail: name,
      own: heard.requests.length - far.length,
      bad: [
        ...far,
        ...heard.connections,
        ...heard.ran,
        ...heard.dialogs,
        ...heard.windows,
        ...heard.downloads,
      ],
    });
  }
  return { outcomes, names: await browser.lookedUp() };
}
