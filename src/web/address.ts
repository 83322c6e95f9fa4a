// PURE: a search ↔ its URL. The URL is the search: what it does not name is the usual.

/** A search as the URL tells it. */
export interface Search {
  readonly query: string;
  readonly sort: 'date' | 'relevance';
  /** From 1. */
  readonly page: number;
}

/** Hits on a page. */
export const PAGE_SIZE = 50;
/** Deeper pages would only walk the index; a narrower search gets there. */
const LAST_PAGE = 20_000;

/** What the parameters ask for; nonsense becomes the usual. */
export function readSearch(parameters: (name: string) => string | undefined): Search {
  return {
    query: parameters('q') ?? '',
    sort: parameters('sort') === 'relevance' ? 'relevance' : 'date',
    page: Math.min(LAST_PAGE, whole(parameters('page')) ?? 1) || 1,
  };
}

/** A whole number, 0 or more. */
export function whole(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** The list's URL; `more` are further parameters. */
export function listUrl({ query, sort, page }: Search, more: Readonly<Record<string, string>> = {}): string {
  return withParameters('/', {
    ...(query === '' ? {} : { q: query }),
    ...(sort === 'date' ? {} : { sort }),
    ...(page === 1 ? {} : { page: String(page) }),
    ...more,
  });
}

/** Where in a search a message was found, so that one can go on from it. `at` counts from 0. */
export interface Found {
  readonly search: Search;
  readonly at: number;
}

/** A message's URL. */
export function messageUrl(id: string, found?: Found, more: Readonly<Record<string, string>> = {}): string {
  if (found === undefined) return withParameters(`/message/${id}`, more);
  const { search, at } = found;
  return withParameters(`/message/${id}`, {
    ...(search.query === '' ? {} : { q: search.query }),
    ...(search.sort === 'date' ? {} : { sort: search.sort }),
    at: String(at),
    ...more,
  });
}

function withParameters(path: string, parameters: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(parameters).toString();
  return text === '' ? path : `${path}?${text}`;
}
