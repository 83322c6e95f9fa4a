// PURE: a page that says one thing: not found, a mistake, an archive that cannot be read.
import type { Look } from '../look.ts';
import { html, type Content, type Markup } from '../markup.ts';
import { frame } from './frame.ts';

/** `again`: it is looked at again by itself, and something else may stand there then. */
export function plainPage(look: Look, title: string, text: Content, again: boolean = false): Markup {
  const body = html`<div class="empty" ${again ? html`data-again` : null}>
    <h1 class="big">${title}</h1>
    ${text}
    <p><a class="button" href="/">${look.words.frame.back}</a></p>
  </div>`;
  return frame(look, { title, body });
}
