// From an index into the one that follows it: the few figures that are in neither of the two truths.
import { openIndexFile, type Index } from './database.ts';

/** When each account was last well, and what is pending still: not what `db` has. An unreadable index at `path` has none. */
export function carryOver(db: Index, path: string): void {
  let old: Index | undefined;
  try {
    old = openIndexFile(path, 'read');
    for (const [table, columns] of CARRIED) {
      const insert = db.prepare(
        `INSERT OR REPLACE INTO ${table} (${columns}) VALUES (${columns.replace(/\w+/g, '?')})`,
      );
      for (const row of old.prepare<[], unknown[]>(`SELECT ${columns} FROM ${table}`).raw().iterate()) {
        insert.run(...row);
      }
    }
  } catch {
    // Absent, damaged, or of another form: the next sync tells anew.
  } finally {
    old?.close();
  }
  // A crash came between the journal and the old index: it was stored after all.
  for (const isStored of STORED) db.prepare(`DELETE FROM pending WHERE ${isStored}`).run();
}

const CARRIED = [
  ['sync', 'account, last_good, last_try, error'],
  ['traffic', 'account, hour, octets'],
  ['pending', 'account, folder, validity, uid, uidl, reason, attempts, next, poisoned'],
] as const;

const HERE =
  'SELECT 1 FROM location AS here WHERE here.account = pending.account AND here.folder = pending.folder AND';
const STORED = [
  `uid IS NOT NULL AND EXISTS (${HERE} here.validity = pending.validity AND here.uid = pending.uid)`,
  `uidl IS NOT NULL AND EXISTS (${HERE} here.uidl = pending.uidl)`,
] as const;
