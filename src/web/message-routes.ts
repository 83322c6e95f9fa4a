// One message, opened by itself or from a search: then its neighbours there are one key away.
import type { Hono } from 'hono';
import type { OpenMessage } from '../read/open-message.ts';
import { marksIn, phrasesIn, type Range } from '../search/highlight.ts';
import { parse } from '../search/query.ts';
import { readSearch, whole, type Found } from './address.ts';
import type { PageEnv } from './app.ts';
import type { Facts } from './facts.ts';
import { messagePage, type View } from './views/message.ts';

/** Octets of the source, and UTF-16 units of the text, that a page shows; the download has all. */
const MOST_SOURCE = 256 * 1024;
const MOST_TEXT = 400_000;

/** Adds `/message/:id`. */
export function messageRoutes(app: Hono<PageEnv>, facts: Facts): void {
  app.get('/message/:id', async (context) => {
    const parameter = (name: string): string | undefined => context.req.query(name);
    const opened = await facts.message(context.req.param('id'));
    if (opened === null) return context.notFound();
    const message = { ...opened, text: opened.text.slice(0, MOST_TEXT) };
    const { id } = message.hit;
    const view = viewOf(parameter('view'), message);
    const found = foundIn(parameter);
    const remote = parameter('remote') === '1';
    const [conversation, body, source, neighbours] = await Promise.all([
      facts.conversation(id),
      view === 'html' ? facts.body(id, remote).catch(() => null) : null,
      view === 'source' ? beginning(facts, message) : null,
      neighboursOf(facts, found, id),
    ]);
    const marks = found === undefined ? [] : marksOf(message.text, found.search.query);
    const page = { message, view, remote, body, source, marks, conversation, found, ...neighbours };
    return context.html(messagePage(context.get('look'), page).toString());
  });
}

/** As asked for; else as it was sent, where that is more than text. */
function viewOf(wish: string | undefined, message: OpenMessage): View {
  if (wish === 'text' || wish === 'source') return wish;
  return message.html ? 'html' : 'text';
}

function foundIn(parameter: (name: string) => string | undefined): Found | undefined {
  const at = whole(parameter('at'));
  return at === undefined ? undefined : { search: readSearch(parameter), at };
}

/** A query that has a mistake, as a hand-made URL may, marks nothing. */
function marksOf(text: string, query: string): Range[] {
  try {
    return marksIn(text, phrasesIn(parse(query), 'body'));
  } catch {
    return [];
  }
}

/** Those beside the message in its search; none where it does not stand there any more. */
async function neighboursOf(
  facts: Facts,
  found: Found | undefined,
  id: string,
): Promise<{ newer: string | null; older: string | null }> {
  if (found === undefined) return { newer: null, older: null };
  const { query, sort } = found.search;
  const offset = Math.max(0, found.at - 1);
  const { hits } = await facts
    .find({ query, sort, offset, limit: found.at - offset + 2 })
    .catch(() => ({ hits: [] }));
  const here = hits.findIndex((hit) => hit.id === id);
  if (here === -1) return { newer: null, older: null };
  return { newer: hits[here - 1]?.id ?? null, older: hits[here + 1]?.id ?? null };
}

/** The first octets of the file, as text. */
async function beginning(facts: Facts, { hit }: OpenMessage): Promise<{ text: string; shown: number }> {
  const { bytes, size } = await facts.source(hit.id);
  const chunks: Buffer[] = [];
  let octets = 0;
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    octets += chunk.length;
    if (octets >= MOST_SOURCE) break;
  }
  const first = Buffer.concat(chunks).subarray(0, MOST_SOURCE);
  return { text: first.toString('utf8'), shown: Math.min(size, first.length) };
}
