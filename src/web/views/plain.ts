// PURE: a page that says one thing: not found, a mistake, an archive that cannot be read.
import type { Look } from '../look.ts';
import { html, type Content, type Markup } from '../markup.ts';
import { frame } from './frame.ts';

export function plainPage(look: Look, title: string, text: Content): Markup {
  const body = html`<div class="empty">
    <h1 class="big">${title}</h1>
    ${text}
    <p><a class="button" href="/">${look.words.frame.back}</a></p>
  </div>`;
  return frame(look, { title, body });
}
