// PURE: what was thrown → the page that says what happened and what cures it, and its status.
import { MailError } from '../model/error.ts';
import type { Look } from './look.ts';
import { html, type Markup } from './markup.ts';
import { cureIn, toldIn } from './troubles.ts';
import { plainPage } from './views/plain.ts';
import { sentence } from './views/text.ts';

/** A page, and the status of its response (RFC 9110 §15). */
export interface TroublePage {
  readonly page: Markup;
  readonly status: 400 | 404 | 409 | 500 | 503;
}

export function troublePage(look: Look, thrown: unknown): TroublePage {
  const { frame } = look.words;
  if (!(thrown instanceof MailError))
    return { page: plainPage(look, frame.failed, html`<p>${frame.internal}</p>`), status: 500 };
  const { kind, retry, message, code } = thrown;
  const cure = cureIn(thrown.hint, look.words);
  const text = html`<p role="alert"><bdi>${sentence(toldIn(message, look.words))}</bdi></p>
    ${cure === null ? null : html`<p class="cure"><bdi>${sentence(cure)}</bdi></p>`}`;
  if (kind === 'storage' && retry === 'later')
    return { page: plainPage(look, frame.notReady, text, true), status: 503 };
  if (kind === 'storage') return { page: plainPage(look, frame.damaged, text), status: 500 };
  if (kind === 'timeout') return { page: plainPage(look, frame.failed, text), status: 503 };
  if (code === 'unknown') return { page: plainPage(look, frame.notFound, text), status: 404 };
  return { page: plainPage(look, frame.failed, text), status: kind === 'usage' ? 400 : 409 };
}
