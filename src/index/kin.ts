// What the archive holds that may be mistaken for something else: different messages share a Message-ID, and some of them the
// size too.
import type { Index } from './database.ts';

/** Questions to the index. */
export interface Kin {
  /** How many different messages have this Message-ID (without brackets) and this size. */
  readonly alike: (msgid: string, size: number) => number;
  /** True where the message of this hash is stored. */
  readonly holds: (hash: string) => boolean;
}

/** Asks `db`. */
export function kinIn(db: Index): Kin {
  const count = db
    .prepare<[string, number], number>('SELECT count(*) FROM message WHERE msgid = ? AND size = ?')
    .pluck();
  const one = db.prepare<[Buffer], 1>('SELECT 1 FROM message WHERE id = ?').pluck();
  return {
    alike: (msgid, size) => count.get(msgid, size) ?? 0,
    holds: (hash) => one.get(Buffer.from(hash, 'hex')) !== undefined,
  };
}
