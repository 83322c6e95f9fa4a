// PURE: a form that changes something. It carries the word by which we know it as ours.
import type { Look } from '../look.ts';
import { html, type Content, type Markup } from '../markup.ts';

/** A form that posts to `action`, a path of ours. */
export function postForm({ csrf }: Look, action: string, fields: Content): Markup {
  return html`<form action="${action}" method="post">
    <input type="hidden" name="csrf" value="${csrf}" />
    ${fields}
  </form>`;
}
