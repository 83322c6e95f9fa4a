// PURE: a search and what it found, newest first under their months, or best first.
import type { Facets } from '../../search/facets.ts';
import type { Found } from '../../search/search.ts';
import { PAGE_SIZE, listUrl, type Search } from '../address.ts';
import { monthOf, yearOf } from '../times.ts';
import type { Look } from '../look.ts';
import { html, type Content, type Markup } from '../markup.ts';
import { chips } from './chips.ts';
import { filterBox } from './filters.ts';
import { frame } from './frame.ts';
import { hitRow } from './hit-row.ts';

/** What the list shows; `filters` null: they are asked for by themselves. */
export interface ListPage {
  readonly search: Search;
  readonly found: Found;
  /** Messages whose text is not searched yet. */
  readonly unread: number;
  readonly filters: Facets | null;
}

export function listPage(look: Look, page: ListPage): Markup {
  const { search, found } = page;
  const { words } = look;
  const title = search.query === '' ? words.list.title : search.query;
  const empty = found.total === 0;
  const body = empty && search.query === '' ? noMail(look) : results(look, page);
  return frame(look, { title, place: 'mail', query: search.query, sort: search.sort, body });
}

function results(look: Look, { search, found, unread, filters }: ListPage): Markup {
  const { words } = look;
  return html`<div class="columns">
    ${found.total === 0 && filters === null ? null : filterBox(look, search, filters)}
    <section class="results" aria-labelledby="count">
      <div class="line">
        <h1 id="count">${words.list.messages(found.total)}</h1>
        ${chips(look, search)} ${order(look, search)}
      </div>
      ${unread === 0 ? null : html`<p class="note warn" data-again>${words.list.stillReading(unread)}</p>`}
      ${found.total === 0 ? nothing(look) : hits(look, search, found)} ${paging(look, search, found)}
    </section>
  </div>`;
}

function hits(look: Look, search: Search, { hits }: Found): Content {
  const first = (search.page - 1) * PAGE_SIZE;
  const rows = hits.map((hit, index) => ({ hit, row: hitRow(look, hit, { search, at: first + index }) }));
  if (search.sort === 'relevance')
    return html`<ol class="hits">
      ${rows.map(({ row }) => row)}
    </ol>`;
  const names = headings(look, hits);
  const groups: { readonly name: string; readonly rows: Markup[] }[] = [];
  rows.forEach(({ row }, index) => {
    const name = names[index] ?? '';
    const last = groups.at(-1);
    if (last?.name === name) last.rows.push(row);
    else groups.push({ name, rows: [row] });
  });
  return groups.map(
    ({ name, rows }) =>
      html`<h2 class="month">${name}</h2>
        <ol class="hits">
          ${rows}
        </ol>`,
  );
}

/** The month above each hit; the year, where hits are so few that most would have a month of their own. */
function headings({ words }: Look, hits: Found['hits']): string[] {
  const by = (form: (words: Look['words'], time: number) => string): string[] =>
    hits.map(({ date }) => (date === null ? words.list.undated : form(words, Date.parse(date))));
  const months = by(monthOf);
  return new Set(months).size > Math.max(1, hits.length / 3) ? by(yearOf) : months;
}

function order({ words: { list } }: Look, search: Search): Content {
  if (search.query === '') return null;
  const choice = (sort: Search['sort'], label: string): Content =>
    search.sort === sort
      ? html`<strong aria-current="true">${label}</strong>`
      : html`<a href="${listUrl({ ...search, sort, page: 1 })}">${label}</a>`;
  return html`<nav class="order" aria-label="${list.order}">
    ${choice('date', list.newest)} ${choice('relevance', list.relevance)}
  </nav>`;
}

function paging({ words: { list } }: Look, search: Search, { total, hits }: Found): Content {
  const first = (search.page - 1) * PAGE_SIZE;
  const more = first + hits.length < total;
  if (search.page === 1 && !more) return null;
  const byDate = search.sort === 'date';
  const to = (page: number): string => listUrl({ ...search, page });
  return html`<nav class="paging" aria-label="${list.paging}">
    ${
      search.page > 1
        ? html`<a class="button" rel="prev" href="${to(search.page - 1)}"
            >← ${byDate ? list.newer : list.before}</a
          >`
        : html`<span></span>`
    }
    <span>${hits.length === 0 ? null : list.range(first + 1, first + hits.length, total)}</span>
    ${
      more
        ? html`<a class="button" rel="next" href="${to(search.page + 1)}"
            >${byDate ? list.older : list.after} →</a
          >`
        : html`<span></span>`
    }
  </nav>`;
}

function nothing({ words: { list } }: Look): Markup {
  return html`<div class="empty">
    <p class="big">${list.nothing}</p>
    <p>${list.nothingText}</p>
    <p><a class="button" href="/">${list.allMail}</a></p>
  </div>`;
}

function noMail({ words: { list, frame } }: Look): Markup {
  return html`<div class="empty">
    <h1 class="big">${list.empty}</h1>
    <p>${list.emptyText}</p>
    <p><a class="button" href="/status">${frame.status}</a></p>
  </div>`;
}
