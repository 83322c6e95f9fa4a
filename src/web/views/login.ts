// PURE: the door. It shows nothing of what is behind it, not even a search box.
import type { Look } from '../look.ts';
import { html, type Markup } from '../markup.ts';
import { accessWords } from '../words/access.ts';

/** The form for the password. `back`: where it leads; `said`: what was wrong before. */
export function loginPage({ words, files, csrf }: Look, back: string, said: string | null): Markup {
  const { title, password, enter } = accessWords[words.language];
  return html`<!doctype html>
    <html lang="${words.tag}">
      <head>
        <meta charset="utf-8" />
        <title>${title} · mailkeep</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <link rel="stylesheet" href="${files.style}" />
      </head>
      <body>
        <main class="door">
          <h1>mailkeep</h1>
          <form action="/login" method="post">
            <input type="hidden" name="csrf" value="${csrf}" />
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
            <button type="submit">${enter}</button>
          </form>
        </main>
      </body>
    </html>`;
}
