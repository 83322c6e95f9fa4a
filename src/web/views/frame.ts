// PURE: what every page has around it: head, search box, navigation, foot.
import type { Look } from '../look.ts';
import { html, type Content, type Markup } from '../markup.ts';

/** One page. */
export interface Sheet {
  readonly title: string;
  /** What the search box holds. */
  readonly query?: string | undefined;
  readonly body: Content;
}

/** A whole document. */
export function frame({ words, static: files, here }: Look, { title, query = '', body }: Sheet): Markup {
  return html`<!doctype html>
    <html lang="${words.tag}">
      <head>
        <meta charset="utf-8" />
        <title>${title} · mailkeep</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <link rel="stylesheet" href="${files.style}" />
        <script type="module" src="${files.script}"></script>
      </head>
      <body>
        <a class="skip" href="#content">${words.skip}</a>
        <header>
          <a class="name" href="/">mailkeep</a>
          <form role="search" action="/" method="get">
            <input
              type="search"
              name="q"
              value="${query}"
              placeholder="${words.searchHint}"
              aria-label="${words.search}"
            />
            <button>${words.search}</button>
          </form>
          <form action="/preferences" method="post">
            <input type="hidden" name="back" value="${here}" />
            <button name="language" value="${words.language === 'en' ? 'zh' : 'en'}">
              ${words.switchTo}
            </button>
          </form>
        </header>
        <main id="content">${body}</main>
      </body>
    </html>`;
}
