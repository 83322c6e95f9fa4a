// A row of the index → a message to be exported: its file, and what its places say of flags, dates and folders.
import type { Index } from '../index/database.ts';
import type { MessageId } from '../model/ids.ts';

/** A message to export. */
export interface Chosen {
  readonly id: MessageId;
  /** Below `<data>/mail`. */
  readonly path: string;
  readonly size: number;
  readonly subject: string;
  /** `Anna <anna@example.com>`. */
  readonly sender: string;
  /** By its own Date header, else as received; milliseconds, or null. */
  readonly date: number | null;
  /** Of all its places: each flag once, and the first date. */
  readonly flags: readonly string[];
  readonly received: number | null;
  /** The folders that it is in, by name, whatever their account; at least one. */
  readonly folders: readonly ChosenFolder[];
}

/** A message in a folder. */
export interface ChosenFolder {
  readonly name: string;
  readonly flags: readonly string[];
  readonly received: number | null;
}

interface Row {
  readonly id: string;
  readonly path: string;
  readonly size: number;
  readonly subject: string;
  readonly sender: string;
  readonly date: number | null;
}

interface Place {
  readonly folder: string;
  readonly flags: string;
  readonly received: number | null;
  readonly gone: number | null;
}

/** Reads rows of the index; undefined where one is there no more. Keep it for one export. */
export function chosenReader(db: Index): (row: number) => Chosen | undefined {
  const message = db.prepare<[number], Row>(
    'SELECT lower(hex(id)) AS id, path, size, subject, sender, date FROM message WHERE row = ?',
  );
  const places = db.prepare<[number], Place>(
    'SELECT folder, flags, received, gone FROM location WHERE row = ? ORDER BY account, folder, uid, uidl',
  );
  return (row) => {
    const found = message.get(row);
    if (found === undefined) return undefined;
    const all = places.all(row);
    const present = all.filter(({ gone }) => gone === null);
    const counted = present.length > 0 ? present : all;
    const names = [...new Set(counted.map(({ folder }) => folder))];
    const folders = names.map((name) => ({
      name,
      ...together(counted.filter(({ folder }) => folder === name)),
    }));
    const nowhere = [{ name: 'INBOX', flags: [], received: null }];
    return {
      ...found,
      id: found.id as MessageId,
      ...together(counted),
      folders: folders.length > 0 ? folders : nowhere,
    };
  };
}

function together(places: readonly Place[]): Pick<ChosenFolder, 'flags' | 'received'> {
  const flags = new Set(places.flatMap((place) => place.flags.split(' ')).filter((flag) => flag !== ''));
  return {
    flags: [...flags],
    received: places.find(({ received }) => received !== null)?.received ?? null,
  };
}
