// How its server names each folder of an account, as it was last told.
import type { Index } from './database.ts';

/** What a server says of a folder's name. */
export interface FolderShape {
  /** Null: it has no hierarchy. */
  readonly delimiter: string | null;
  /** What it is for, joined by a space. */
  readonly uses: string;
}

/** By the folders' readable names. */
export function shapesOf(db: Index, account: string): Map<string, FolderShape> {
  const rows = db
    .prepare<[string], FolderShape & { folder: string }>(
      'SELECT folder, delimiter, uses FROM shape WHERE account = ?',
    )
    .all(account);
  return new Map(rows.map(({ folder, ...shape }) => [folder, shape]));
}
