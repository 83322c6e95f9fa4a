// The search and its list. The list comes at once; what it consists of is counted when the script asks for it, or the reader.
import type { Context, Hono } from 'hono';
import { QueryError } from '../search/query-error.ts';
import { listUrl, PAGE_SIZE, readSearch } from './address.ts';
import type { PageEnv } from './app.ts';
import type { Facts } from './facts.ts';
import { filterGroups } from './views/filters.ts';
import { listPage } from './views/list.ts';
import { mistakePage } from './views/mistake.ts';

/** Adds `/`. */
export function listRoutes(app: Hono<PageEnv>, facts: Facts): void {
  app.get('/', async (context) => {
    const search = readSearch((name) => context.req.query(name));
    try {
      return await answer(context, facts, search);
    } catch (thrown) {
      if (!(thrown instanceof QueryError)) throw thrown;
      return context.html(mistakePage(context.get('look'), search.query, thrown).toString(), 400);
    }
  });
}

async function answer(
  context: Context<PageEnv>,
  facts: Facts,
  search: ReturnType<typeof readSearch>,
): Promise<Response> {
  const look = context.get('look');
  const { query, sort, page } = search;
  const wish = context.req.query('filters');
  if (wish === 'only') return context.html(filterGroups(look, search, await facts.facets(query)).toString());
  // Asked first: what is read between the two is found, and only the note is too cautious.
  const unread = await facts.unread();
  const found = await facts.find({ query, sort, offset: (page - 1) * PAGE_SIZE, limit: PAGE_SIZE });
  const last = Math.ceil(found.total / PAGE_SIZE);
  // A page that was there yesterday, or never.
  if (page > Math.max(1, last))
    return context.redirect(listUrl({ query, sort, page: Math.max(1, last) }), 303);
  const filters = wish === '1' ? await facts.facets(query) : null;
  return context.html(listPage(look, { search, found, unread, filters }).toString());
}
