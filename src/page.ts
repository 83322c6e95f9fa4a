// Builds the page from a configuration: what it shows is read from the archive and the index, on a connection of its own.
import { Archive } from './archive/store.ts';
import type { Config } from './config/load.ts';
import { closeIndex, openIndex, type Index } from './index/database.ts';
import type { Clock } from './model/clock.ts';
import { MailError } from './model/error.ts';
import type { MessageId } from './model/ids.ts';
import { openMessage, partsOf } from './read/open-message.ts';
import type { Hit } from './search/hit.ts';
import { resolveId, search } from './search/search.ts';
import type { Facts } from './web/facts.ts';

/** The facts of the archive of `config`, and how to let go of it. */
export async function pageFacts(
  { data }: Config,
  clock: Clock,
): Promise<{ facts: Facts; close: () => void }> {
  const archive = await Archive.open(data);
  let index: Index | undefined;
  const db = (): Index => (index ??= openIndex(data, 'read'));
  const hitOf = (id: string): Hit => {
    const [hit] = search(db(), `id:${id}`, { now: clock.now(), limit: 1 }).hits;
    if (hit === undefined)
      throw new MailError({ kind: 'usage', message: `no message ${id}`, retry: 'never' });
    return hit;
  };
  const facts: Facts = {
    find: async ({ query, ...options }) => search(db(), query, { ...options, now: clock.now() }),
    message: async (prefix) => {
      const id = named(db(), prefix);
      return id === null ? null : openMessage(archive, hitOf(id));
    },
    parts: async (id) => {
      const hit = hitOf(id);
      return partsOf(archive.absolute(hit.path), hit);
    },
    source: async (id) => {
      const { path, size } = hitOf(id);
      return { bytes: archive.createReadStream(path), size };
    },
  };
  return { facts, close: () => index !== undefined && closeIndex(index) };
}

function named(db: Index, prefix: string): MessageId | null {
  try {
    return resolveId(db, prefix);
  } catch (thrown) {
    if (thrown instanceof MailError && thrown.kind === 'usage') return null;
    throw thrown;
  }
}
