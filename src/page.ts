// Builds the page from a configuration: what it shows is read from the archive and the index, on a connection of its own, and
// what only the service knows or does is asked of the service.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Archive } from './archive/store.ts';
import type { Config } from './config/load.ts';
import { closeIndex, INDEX_FILE, openIndex, type Index } from './index/database.ts';
import type { Clock } from './model/clock.ts';
import { MailError } from './model/error.ts';
import type { MessageId } from './model/ids.ts';
import { list } from './outbox/list.ts';
import { openMessage, partsOf } from './read/open-message.ts';
import { conversation } from './search/conversation.ts';
import { facets } from './search/facets.ts';
import type { Hit } from './search/hit.ts';
import { months } from './search/months.ts';
import { resolveId, search } from './search/search.ts';
import type { AtService } from './service/asked.ts';
import { statusOf } from './service/facts.ts';
import type { Facts } from './web/facts.ts';

/** The facts, and how to let go of what they are read from. */
export interface OpenFacts {
  readonly facts: Facts;
  readonly close: () => void;
}

/** The facts of the archive of `config`, which may be empty still. */
export async function pageFacts(config: Config, service: AtService, clock: Clock): Promise<OpenFacts> {
  const { data } = config;
  const archive = await Archive.open(data);
  const reader = new Reader(data);
  const when = (): { now: number; zone: number } => {
    const now = clock.now();
    return { now, zone: -new Date(now).getTimezoneOffset() };
  };
  const hitOf = (id: string): Hit => {
    const [hit] = search(reader.db, `id:${id}`, { now: clock.now(), limit: 1 }).hits;
    if (hit === undefined)
      throw new MailError({ kind: 'usage', message: `no message ${id}`, retry: 'never' });
    return hit;
  };
  const facts: Facts = {
    find: async ({ query, ...options }) => search(reader.db, query, { ...options, ...when() }),
    facets: async (query) => facets(reader.db, query, when()),
    message: async (prefix) => {
      const id = named(reader.db, prefix);
      return id === null ? null : openMessage(archive, hitOf(id));
    },
    conversation: async (id) => conversation(reader.db, id),
    parts: async (id) => {
      const hit = hitOf(id);
      return partsOf(archive.absolute(hit.path), hit);
    },
    source: async (id) => {
      const { path, size } = hitOf(id);
      return { bytes: archive.createReadStream(path), size };
    },
    status: async () => statusOf(config, clock.now(), { pending: true, service: await service.status() }),
    running: async () => (await service.status())?.running ?? {},
    months: async () => (reader.exists ? months(reader.db, when()) : []),
    sync: (account) => service.sync(account),
    letters: async () => ({
      folder: config.outbox,
      all: list(data),
    }),
  };
  return { facts, close: () => reader.close() };
}

function named(db: Index, prefix: string): MessageId | null {
  try {
    return resolveId(db, prefix);
  } catch (thrown) {
    if (thrown instanceof MailError && thrown.kind === 'usage') return null;
    throw thrown;
  }
}

/** The index for reading: opened when it is first asked, and again when a rebuild has put another file in its place. */
class Reader {
  readonly #data: string;
  #open: { readonly db: Index; readonly inode: number } | undefined;

  constructor(data: string) {
    this.#data = data;
  }

  /** False before the first sync. */
  get exists(): boolean {
    return this.#inode() !== undefined;
  }

  /** Throws MailError `storage` where it is absent, damaged, or of another form. */
  get db(): Index {
    const inode = this.#inode();
    if (this.#open !== undefined && this.#open.inode !== inode) this.close();
    this.#open ??= { db: openIndex(this.#data, 'read'), inode: inode ?? 0 };
    return this.#open.db;
  }

  close(): void {
    if (this.#open !== undefined) closeIndex(this.#open.db);
    this.#open = undefined;
  }

  #inode(): number | undefined {
    return statSync(join(this.#data, INDEX_FILE), { throwIfNoEntry: false })?.ino;
  }
}
