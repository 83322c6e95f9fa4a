// PURE: a search and what it found.
import type { Hit } from '../../search/hit.ts';
import type { Found } from '../../search/search.ts';
import type { Look } from '../look.ts';
import { html, type Markup } from '../markup.ts';
import { frame } from './frame.ts';

export function listPage(look: Look, query: string, { total, hits }: Found): Markup {
  const { words } = look;
  const title = query === '' ? words.mail : query;
  const body = html`<p>${total === 0 ? words.nothingFound : words.messages(total)}</p>
    <ol class="hits">
      ${hits.map((hit) => row(look, hit))}
    </ol>`;
  return frame(look, { title, query, body });
}

function row({ words }: Look, { id, from, subject, date, snippet }: Hit): Markup {
  return html`<li>
    <a href="/message/${id}">
      <span>${from}</span> <strong>${subject === '' ? words.noSubject : subject}</strong>
      <time datetime="${date}">${date?.slice(0, 10)}</time>
      <span>${snippet}</span>
    </a>
  </li>`;
}
