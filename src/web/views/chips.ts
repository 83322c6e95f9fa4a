// PURE: the terms of a search that a filter has added, each with a way to take it out again.
import { listUrl, type Search } from '../address.ts';
import type { Look } from '../look.ts';
import { html, type Content } from '../markup.ts';
import { filterTermsIn, withoutTerm } from '../terms.ts';
import { CROSS } from './icons.ts';

export function chips({ words: { list } }: Look, search: Search): Content {
  const terms = filterTermsIn(search.query);
  if (terms.length === 0) return null;
  return html`<ul class="chips">
    ${terms.map((term) => {
      const url = listUrl({ ...search, query: withoutTerm(search.query, term), page: 1 });
      return html`<li>
        <a href="${url}" aria-label="${list.remove(term)}"><span>${term}</span> ${CROSS}</a>
      </li>`;
    })}
  </ul>`;
}
