// PURE: the button that starts a poll.
import type { Look } from '../look.ts';
import { html, type Markup } from '../markup.ts';
import { postForm } from './post-form.ts';

/** `account` null: all of them. */
export function syncForm(look: Look, account: string | null, label: string): Markup {
  return postForm(
    look,
    '/sync',
    html`${account === null ? null : html`<input type="hidden" name="account" value="${account}" />`}
      <button class="button">${label}</button>`,
  );
}
