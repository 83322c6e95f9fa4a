// PURE: a mistake in a query: what is wrong, and where.
import type { QueryError } from '../../search/query-error.ts';
import type { Look } from '../look.ts';
import { html, type Markup } from '../markup.ts';
import { frame } from './frame.ts';

export function mistakePage(look: Look, query: string, { said, at, length }: QueryError): Markup {
  const { list, frame: around } = look.words;
  const wrong = query.slice(at, at + length);
  // In one piece: the box keeps every space as it was typed.
  const shown = html`<bdi
    >${query.slice(0, at)}<em>${wrong === '' ? ' ' : wrong}</em>${query.slice(at + length)}</bdi
  >`;
  const body = html`<div class="empty mistake">
    <h1 class="big">${list.mistake}</h1>
    <p class="query">${shown}</p>
    <p role="alert">${said[look.words.language]}</p>
    <p>${list.mistakeText}</p>
    <p><button class="button" type="button" popovertarget="help">${around.help}</button></p>
  </div>`;
  return frame(look, { title: list.mistake, place: 'mail', query, body });
}
