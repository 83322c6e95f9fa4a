// The figures behind `mailkeep status`: what is stored, what is late, and how much of the journal the index knows.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Index } from './database.ts';
import { postponed, type Postponed } from './pending.ts';

/** One account in figures. */
export interface AccountFigures {
  readonly name: string;
  /** Milliseconds; null before the first good sync. */
  readonly lastGood: number | null;
  readonly lastTry: number | null;
  /** The last poll's error as it was recorded; null when it went well. */
  readonly error: unknown;
  /** Different messages. */
  readonly stored: number;
  /** Asked for and not stored, the poisoned not counted. */
  readonly pending: number;
  readonly poisoned: number;
  /** Pending messages that were put off. */
  readonly waiting: Postponed | null;
}

/** A message that was asked for and is not stored. */
export interface Unfetched {
  readonly account: string;
  readonly folder: string;
  /** IMAP. */
  readonly uid: number | null;
  /** POP3. */
  readonly uidl: string | null;
  readonly reason: string;
  readonly attempts: number;
  /** When it is tried next, milliseconds; a time that is over means the next poll. */
  readonly next: number;
  readonly poisoned: boolean;
}

/** The messages that are pending, the poisoned first; at most `most` of each account. */
export function unfetchedMessages(db: Index, most: number): Unfetched[] {
  const rows = db
    .prepare<[number], Omit<Unfetched, 'poisoned'> & { poisoned: number; nth: number }>(
      `SELECT account, folder, uid, uidl, reason, attempts, next, poisoned FROM
         (SELECT *, row_number() OVER (PARTITION BY account ORDER BY poisoned DESC, folder, uid, uidl) AS nth FROM pending)
       WHERE nth <= ? ORDER BY account, nth`,
    )
    .all(most);
  return rows.map((row) => ({ ...row, poisoned: row.poisoned === 1 }));
}

/** What the index covers. */
export interface Coverage {
  readonly messages: number;
  /** Whose text was read in full. */
  readonly indexed: number;
  readonly partly: number;
  /** Octets of the journals that are not in the index yet. */
  readonly behind: number;
  /** Messages whose text waits to be read, or to be read again because this version finds more in them. */
  readonly late: number;
  /** Why messages are read only partly, the most frequent first; ten reasons at most. */
  readonly reasons: readonly { readonly reason: string; readonly messages: number }[];
}

/** The figures of each account that the index knows at `now` (ms), by name. */
export function accountFigures(db: Index, now: number): AccountFigures[] {
  const rows = db
    .prepare<[], Omit<AccountFigures, 'waiting'>>(
      `WITH name AS (SELECT account FROM sync UNION SELECT account FROM journal UNION SELECT account FROM pending)
       SELECT name.account AS name, last_good AS lastGood, last_try AS lastTry, error,
         ifnull((SELECT messages FROM stock WHERE stock.account = name.account), 0) AS stored,
         (SELECT count(*) FROM pending WHERE pending.account = name.account AND poisoned = 0) AS pending,
         (SELECT count(*) FROM pending WHERE pending.account = name.account AND poisoned = 1) AS poisoned
       FROM name LEFT JOIN sync ON sync.account = name.account ORDER BY name.account`,
    )
    .all();
  return rows.map((row) => ({
    ...row,
    error: typeof row.error === 'string' ? JSON.parse(row.error) : null,
    waiting: postponed(db, row.name, now) ?? null,
  }));
}

/** How many messages the index holds, and how far behind the journals below `data` it is. */
export async function coverage(db: Index, data: string): Promise<Coverage> {
  const { messages } = wholeOf(db);
  const partly = countPartly(db);
  return {
    messages,
    indexed: messages - partly,
    partly,
    behind: await journalBehind(db, data),
    late: db.prepare<[], number>('SELECT count(*) FROM late').pluck().get() ?? 0,
    reasons: db
      .prepare<[], { reason: string; messages: number }>(
        `SELECT reason, count(*) AS messages FROM message WHERE state <> 0 AND reason IS NOT NULL
         GROUP BY reason ORDER BY messages DESC, reason LIMIT 10`,
      )
      .all(),
  };
}

/** All messages of the index, and the octets of their files. */
export function wholeOf(db: Index): { readonly messages: number; readonly octets: number } {
  const whole = db
    .prepare<[], { messages: number; octets: number }>('SELECT messages, octets FROM whole')
    .get();
  return whole ?? { messages: 0, octets: 0 };
}

/** How many of them were not read in full. */
export function countPartly(db: Index): number {
  return db.prepare<[], number>('SELECT count(*) FROM message WHERE state <> 0').pluck().get() ?? 0;
}

/** Octets of the journals below `data` that are not in the index yet. */
export async function journalBehind(db: Index, data: string): Promise<number> {
  const directory = join(data, 'journal');
  const files = await readdir(directory).catch(() => []);
  const known = db.prepare<[string], { offset: number }>('SELECT offset FROM journal WHERE account = ?');
  let behind = 0;
  for (const file of files.filter((name) => name.endsWith(JOURNAL))) {
    const { size } = await stat(join(directory, file));
    behind += Math.max(0, size - (known.get(file.slice(0, -JOURNAL.length))?.offset ?? 0));
  }
  return behind;
}

const JOURNAL = '.jsonl';
