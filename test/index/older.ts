// An index as an earlier version left it, made from one of today: each step of the schema is taken back.
import type { Index } from '../../src/index/database.ts';

/** What takes back the step to the version at its place; from the first that a test asks for. */
const BACK: Readonly<Record<number, string>> = {
  4: 'DROP TABLE brief; DROP TABLE person; DROP INDEX message_root; DROP INDEX message_list;',
  5: 'DROP TABLE late;',
  6: 'DROP TABLE shape;',
  9: '',
  8: `DROP TRIGGER message_comes; DROP TRIGGER message_goes; DROP TRIGGER place_comes; DROP TRIGGER place_turns_to;
    DROP TRIGGER place_turns_from; DROP TABLE whole; DROP TABLE stock; DROP INDEX message_partly;
    CREATE INDEX message_partly ON message (row) WHERE state <> 0;`,
  7: `DROP INDEX location_place; DROP INDEX location_row; DROP TABLE place; ALTER TABLE location DROP COLUMN place;
    CREATE INDEX location_row ON location (row);`,
};

/** Makes an index of the form `version`, 3 or later, of an open one. */
export function makeOlder(db: Index, version: number): void {
  for (let form = Number(db.pragma('user_version', { simple: true })); form > version; form -= 1) {
    const back = BACK[form];
    if (back === undefined) throw new Error(`nobody has written what takes form ${form} back`);
    db.exec(back);
  }
  db.pragma(`user_version = ${version}`);
}
