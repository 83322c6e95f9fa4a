// PURE: what every page has around it: head, search box, navigation, foot, and the card that tells how to search.
import type { Look } from '../look.ts';
import { html, type Content, type Markup } from '../markup.ts';
import { helpCard } from './help.ts';
import { LENS } from './icons.ts';
import { postForm } from './post-form.ts';

/** One page. */
export interface Sheet {
  readonly title: string;
  /** Where the navigation stands. */
  readonly place?: 'mail' | 'outbox' | 'status' | undefined;
  /** What the search box holds. */
  readonly query?: string | undefined;
  /** An order that the next search keeps. */
  readonly sort?: 'date' | 'relevance' | undefined;
  /** Where the key `u` leads. */
  readonly up?: string | undefined;
  readonly body: Content;
}

/** A whole document. */
export function frame(look: Look, sheet: Sheet): Markup {
  const { words, files, theme } = look;
  const { up = '/' } = sheet;
  return html`<!doctype html>
    <html lang="${words.tag}" data-theme="${theme}">
      <head>
        <meta charset="utf-8" />
        <title>${sheet.title} · mailkeep</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="${theme === 'auto' ? 'light dark' : theme}" />
        <link rel="icon" href="${files.icon}" />
        <link rel="stylesheet" href="${files.style}" />
        <script type="module" src="${files.script}"></script>
      </head>
      <body data-up="${up}">
        <a class="skip" href="#content">${words.frame.skip}</a>
        ${header(look, sheet)}
        <main id="content" tabindex="-1">${sheet.body}</main>
        ${footer(look)} ${helpCard(words)}
      </body>
    </html>`;
}

function header({ words: { frame } }: Look, { place, query = '', sort }: Sheet): Markup {
  const link = (to: string, name: 'mail' | 'outbox' | 'status'): Markup =>
    html`<a href="${to}" ${place === name ? html`aria-current="page"` : null}>${frame[name]}</a>`;
  return html`<header class="top">
    <a class="wordmark" href="/">mailkeep</a>
    <form class="search" role="search" action="/" method="get">
      <label class="unseen" for="q">${frame.search}</label>
      ${LENS}
      <input
        id="q"
        name="q"
        type="search"
        value="${query}"
        placeholder="${frame.hint}"
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        enterkeyhint="search"
      />
      ${sort === 'relevance' ? html`<input type="hidden" name="sort" value="relevance" />` : null}
      <button class="unseen" type="submit">${frame.search}</button>
      <button class="ask" type="button" popovertarget="help" aria-label="${frame.help}" title="${frame.help}">
        ?
      </button>
    </form>
    <nav class="pages" aria-label="${frame.pages}">
      ${link('/', 'mail')} ${link('/outbox', 'outbox')} ${link('/status', 'status')}
    </nav>
  </header>`;
}

function footer(look: Look): Markup {
  const { words, theme, here, version, signedIn } = look;
  const { frame, language } = words;
  const themes = (['auto', 'light', 'dark'] as const).map(
    (one) =>
      html`<button name="theme" value="${one}" aria-pressed="${theme === one ? 'true' : 'false'}">
        ${frame.themes[one]}
      </button>`,
  );
  const tongue = (name: 'en' | 'zh', tag: string, label: string): Markup =>
    html`<button
      name="language"
      value="${name}"
      lang="${tag}"
      aria-pressed="${language === name ? 'true' : 'false'}"
    >
      ${label}
    </button>`;
  return html`<footer class="foot">
    ${postForm(
      look,
      '/preferences',
      html`<input type="hidden" name="back" value="${here}" />
        <span class="choices" role="group" aria-label="${frame.language}">
          ${tongue('en', 'en', 'English')} ${tongue('zh', 'zh-CN', '中文')}
        </span>
        <span class="choices" role="group" aria-label="${frame.theme}">${themes}</span>`,
    )}
    ${signedIn ? postForm(look, '/logout', html`<button>${frame.signOut}</button>`) : null}
    <span class="version">mailkeep ${version}</span>
  </footer>`;
}
