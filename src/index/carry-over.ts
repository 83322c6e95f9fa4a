// From an index into the one that follows it: the few figures that are in neither of the two truths.
import { openIndexFile, type Index } from './database.ts';

/** When each account was last well, and what is pending. An unreadable index at `path` has none. */
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
}

const CARRIED = [
  ['sync', 'account, last_good, last_try, error'],
  ['traffic', 'account, hour, octets'],
  ['pending', 'account, folder, validity, uid, uidl, reason, attempts, next, poisoned'],
] as const;
