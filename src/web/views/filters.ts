// PURE: what a search consists of, as links that narrow it: accounts, folders, years, people, attachments, each with its count.
import { listUrl, type Search } from '../address.ts';
import { amount } from '../../runtime/amount.ts';
import type { Facets } from '../../search/facets.ts';
import type { Look } from '../look.ts';
import { html, type Content, type Markup } from '../markup.ts';
import { hasTerm, termOf, withTerm, withoutTerm } from '../terms.ts';

/** A line of a group. `terms`: what it adds to the query; none: it only tells. */
interface Choice {
  readonly label: Content;
  readonly count: number;
  readonly terms: readonly string[];
}

/** Lines of a group before it folds. */
const SHOWN = 8;

/** The box beside a list; without counts it is empty, and says where they are. */
export function filterBox(look: Look, search: Search, filters: Facets | null): Markup {
  const { list } = look.words;
  return html`<details
    class="filters"
    data-filters="${filters === null ? listUrl(search, { filters: 'only' }) : ''}"
    ${filters === null ? null : html`open`}
  >
    <summary>${list.filters}</summary>
    ${
      filters === null
        ? html`<p class="counting"><a href="${listUrl(search, { filters: '1' })}">${list.showFilters}</a></p>`
        : filterGroups(look, search, filters)
    }
  </details>`;
}

/** The groups alone, as the script asks for them. */
export function filterGroups(look: Look, search: Search, facets: Facets): Markup {
  const { list } = look.words;
  const { accounts, folders, years, people, attachments } = facets;
  return html`<nav aria-label="${list.filters}">
    ${group(look, search, list.accounts, accounts.length > 1 ? accounts.map(({ account, count }) => one(account, count, [termOf('account', account)])) : [])}
    ${group(
      look,
      search,
      list.folders,
      folders.map((folder) => folderChoice(folder, accounts.length > 1)),
    )}
    ${group(
      look,
      search,
      list.years,
      years.map(({ year, count }) =>
        year === null ? one(list.undated, count, []) : one(String(year), count, [`on:${year}`]),
      ),
    )}
    ${group(
      look,
      search,
      list.people,
      people.map(({ address, name, count }) =>
        one(html`<bdi title="${address}">${name === '' ? address : name}</bdi>`, count, [
          termOf('from', address),
        ]),
      ),
    )}
    ${group(look, search, list.attachments, attachmentChoices(look, attachments))}
  </nav>`;
}

function one(label: Content, count: number, terms: readonly string[]): Choice {
  return { label, count, terms };
}

function folderChoice(
  { account, folder, count }: { readonly account: string; readonly folder: string; readonly count: number },
  many: boolean,
): Choice {
  const label = html`<bdi>${folder}</bdi>${many ? html` <small>${account}</small>` : null}`;
  return one(label, count, [...(many ? [termOf('account', account)] : []), termOf('in', folder)]);
}

function attachmentChoices({ words: { list } }: Look, facet: Facets['attachments']): Choice[] {
  return [
    one(list.with, facet.with, ['has:attachment']),
    one(list.without, facet.without, ['-has:attachment']),
  ];
}

function group(look: Look, search: Search, title: string, choices: readonly Choice[]): Content {
  if (choices.length === 0) return null;
  const lines = choices.map((choice) => line(look, search, choice));
  const rest = lines.slice(SHOWN);
  return html`<section>
    <h2>${title}</h2>
    <ul>
      ${lines.slice(0, SHOWN)}
    </ul>
    ${
      rest.length === 0
        ? null
        : html`<details class="rest">
            <summary>${look.words.list.more(rest.length)}</summary>
            <ul>
              ${rest}
            </ul>
          </details>`
    }
  </section>`;
}

function line(_: Look, search: Search, { label, count, terms }: Choice): Markup {
  const chosen = terms.length > 0 && terms.every((term) => hasTerm(search.query, term));
  const text = html`<span>${label}</span> <small class="count">${amount(count)}</small>`;
  if (terms.length === 0) return html`<li>${text}</li>`;
  const query = chosen
    ? terms.reduce(withoutTerm, search.query)
    : terms.filter((term) => !hasTerm(search.query, term)).reduce(withTerm, search.query);
  const url = listUrl({ ...search, query, page: 1 });
  return html`<li><a href="${url}" ${chosen ? html`aria-current="true"` : null}>${text}</a></li>`;
}
