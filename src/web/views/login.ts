// PURE: the door. It shows nothing of what is behind it, not even a search box.
import type { Look } from '../look.ts';
import { html, type Content, type Markup } from '../markup.ts';
import { accessWords } from '../words/access.ts';
import { sentence } from './text.ts';

/** The form for the password. `back`: where it leads; `said`: what was wrong before. */
export function loginPage(look: Look, back: string, said: string | null): Markup {
  const { title, password, enter } = accessWords[look.words.language];
  const form = html`<form action="/login" method="post">
    <input type="hidden" name="csrf" value="${look.csrf}" />
    <input type="hidden" name="back" value="${back}" />
    ${said === null ? null : html`<p role="alert" id="said">${said}</p>`}
    <label for="password">${password}</label>
    <input
      id="password"
      name="password"
      type="password"
      autocomplete="current-password"
      required
      autofocus
      ${said === null ? null : html`aria-invalid="true" aria-describedby="said"`}
    />
    <button class="button" type="submit">${enter}</button>
  </form>`;
  return door(look, title, form);
}

/** For another user of this machine, where there is no password: why it stays shut, and what opens it. */
export function otherUserPage(look: Look): Markup {
  const { otherUser, otherUserText, otherUserCure } = accessWords[look.words.language];
  const text = html`<p role="alert">${otherUserText}</p>
    <p>${sentence(otherUserCure)}</p>`;
  return door(look, otherUser, text);
}

function door({ words, files, theme }: Look, title: string, body: Content): Markup {
  return html`<!doctype html>
    <html lang="${words.tag}" data-theme="${theme}">
      <head>
        <meta charset="utf-8" />
        <title>${title} · mailkeep</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="${theme === 'auto' ? 'light dark' : theme}" />
        <link rel="icon" href="${files.icon}" />
        <link rel="stylesheet" href="${files.style}" />
      </head>
      <body>
        <main class="door">
          <h1>mailkeep</h1>
          ${body}
        </main>
      </body>
    </html>`;
}
