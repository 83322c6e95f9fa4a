// A small archive for tests: messages in, as a source would hand them over, and what the index then holds, in a form in
// which two indexes can be compared.
import { inflateRawSync } from 'node:zlib';
import type { Place } from '../../src/archive/entry.ts';
import { Journal } from '../../src/archive/journal.ts';
import { Archive } from '../../src/archive/store.ts';
import { closeIndex, openIndex } from '../../src/index/database.ts';
import type { Index } from '../../src/index/database.ts';
import { Extractor } from '../../src/index/extract.ts';
import { Keeper } from '../../src/index/keep.ts';
import type { Arrived } from '../../src/index/keep.ts';
import type { Uid, Uidl, UidValidity } from '../../src/model/ids.ts';
import { systemClock } from '../../src/runtime/system-clock.ts';
import type { Ending } from '../support/temporary.ts';

/** Everything that keeps mail in `data`. */
export interface House {
  readonly archive: Archive;
  readonly journal: Journal;
  readonly extractor: Extractor;
  readonly db: Index;
  readonly keeper: Keeper;
  close(): Promise<void>;
}

/** Opens `data` for writing; it is closed when the test ends, if not before. */
export async function openHouse(test: Ending, data: string): Promise<House> {
  const archive = await Archive.open(data, { write: true });
  const journal = new Journal(data);
  const extractor = new Extractor({ mailRoot: `${data}/mail`, workers: 1 });
  const db = openIndex(data, 'write');
  const keeper = new Keeper({ archive, journal, extractor, db, clock: systemClock });
  const close = async (): Promise<void> => {
    await extractor.close();
    closeIndex(db);
  };
  test.after(close);
  return { archive, journal, extractor, db, keeper, close };
}

/** A message of `raw` (latin1), received whole. */
export function arrived(house: House, raw: string, location: Place, flags: string[] = []): Arrived {
  const incoming = house.archive.incoming();
  incoming.write(Buffer.from(raw, 'latin1'));
  return { incoming, location, received: Date.UTC(2026, 0, 2, 3, 4, 5), flags };
}

/** A place in an IMAP folder. */
export function uid(number: number, folder: string = 'INBOX', validity: number = 7): Place {
  return { folder, validity: validity as UidValidity, uid: number as Uid };
}

/** A place in a POP3 mailbox. */
export function uidl(text: string): Place {
  return { folder: 'INBOX', uidl: text as Uidl };
}

/** All that the index holds, rows and text included; equal for equal indexes. */
export function contents(db: Index): unknown {
  const messages = db
    .prepare<[], { row: number; body: Buffer; id: Buffer }>('SELECT * FROM message ORDER BY row')
    .all()
    .map(({ id, body, ...rest }) => ({
      ...rest,
      id: id.toString('hex'),
      body: inflateRawSync(body).toString('utf8'),
    }));
  const words = ['发', '票', 'invoice', 'inner', 'café', 'cafe', 'quarterly'];
  const found = db
    .prepare<[string], number>('SELECT rowid FROM fts WHERE fts MATCH ? ORDER BY rowid')
    .pluck();
  return {
    messages,
    // Folders are numbered as they are met, and two accounts may be met in another order.
    locations: db
      .prepare<[], object>('SELECT * FROM location ORDER BY account, folder, validity, uid, uidl')
      .all()
      .map((location) => ({ ...location, place: null })),
    journal: db.prepare('SELECT * FROM journal ORDER BY account').all(),
    sync: db.prepare('SELECT * FROM sync ORDER BY account').all(),
    pending: db.prepare('SELECT * FROM pending ORDER BY account, folder, validity, uid, uidl').all(),
    found: words.map((word) => [word, found.all(`"${word}"`)]),
  };
}
