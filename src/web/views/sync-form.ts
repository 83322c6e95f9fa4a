// PURE: the button that starts a poll.
import { html, type Markup } from '../markup.ts';

/** `account` null: all of them. */
export function syncForm(account: string | null, label: string): Markup {
  return html`<form action="/sync" method="post">
    ${account === null ? null : html`<input type="hidden" name="account" value="${account}" />`}
    <button class="button">${label}</button>
  </form>`;
}
