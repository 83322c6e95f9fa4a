// PURE: a page that says one thing: not found, a mistake, an archive that cannot be read.
import type { Look } from '../look.ts';
import { html, type Content, type Markup } from '../markup.ts';
import { frame } from './frame.ts';

export function plainPage(look: Look, title: string, text: Content): Markup {
  const body = html`<section class="plain">
    <h1>${title}</h1>
    <p>${text}</p>
    <p><a href="/">${look.words.back}</a></p>
  </section>`;
  return frame(look, { title, body });
}
