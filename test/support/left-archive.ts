// What a power cut left of an archive, looked at without a start: whatever a journal line or the index speaks of must be there, and
// whole; no index may know more of a journal than there is.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import type { Entry } from '../../src/archive/entry.ts';
import { readHeader, readLine } from '../../src/archive/journal-line.ts';
import { isSound } from '../../src/index/database.ts';
import { copyOf } from './crash-points.ts';
import { recorded, type Step } from './disk-steps.ts';
import type { Installation } from './installation.ts';
import { cuts, Disk, SAMPLES, SEED, type Image } from './power-cut.ts';
import { chance } from './random.ts';
import { temporaryDirectory, type Ending } from './temporary.ts';

/** A command as it was recorded. */
export interface Recording {
  /** The disk before its first step; made anew for each look. */
  readonly disk: () => Disk;
  /** Where on it the archive lies. */
  readonly data: string;
  readonly steps: readonly Step[];
}

/** A command that succeeds, recorded in a copy of an installation. */
export async function recordingOf(
  t: Ending,
  before: Installation,
  accounts: readonly object[],
  ...args: readonly string[]
): Promise<Recording> {
  const house = copyOf(t, before, accounts);
  const steps = await recorded(house, () => false, ...args);
  return { disk: () => new Disk(house.data, before.data), data: house.data, steps };
}

/** What the looks at all images came to. */
export interface Found {
  readonly images: number;
  readonly faults: readonly string[];
  /** The most lines and places that held good in one image. */
  readonly lines: number;
  readonly places: number;
  /** The most damaged lines in one image. */
  readonly damaged: number;
}

/** When the power went. */
export interface Moment {
  /** Words that were said by then. */
  readonly said: number;
  /** All was done. */
  readonly isEnd: boolean;
}

/** What does not hold good. */
export type Look = (left: Left, at: Moment) => readonly string[];

/** All images of a recording, each looked at, equal ones once; no more where a fault is as `enough` says. */
export function examine(
  t: Ending,
  { disk, data, steps }: Recording,
  { look = (left) => left.faults(), enough }: { readonly look?: Look; readonly enough?: RegExp } = {},
): Found {
  const seen = new Set<string>();
  const faults = new Set<string>();
  const reader = new IndexReader(join(temporaryDirectory(t), 'index.db'));
  let [lines, places, damaged] = [0, 0, 0];
  for (const { after, what, image, isTorn } of cuts(disk(), steps, chance(SEED), SAMPLES, true)) {
    // More is wanted of the same disk after a word was said, and at the end.
    const said = steps.slice(0, after).filter(({ is }) => is === 'say').length;
    const isEnd = after === steps.length;
    const files = [...image].map(([path, octets]) => `${path} ${hashOf(octets)}`);
    const key = hashOf([said, isEnd, isTorn, ...files].join('\n'));
    if (seen.has(key)) continue;
    seen.add(key);
    const left = new Left(image, data, reader, isTorn);
    const found = look(left, { said, isEnd });
    lines = Math.max(lines, left.lines);
    damaged = Math.max(damaged, left.damaged);
    if (found.length === 0) places = Math.max(places, left.index.places.length);
    for (const fault of found) faults.add(`after step ${after} (${what}): ${fault}`);
    if (enough !== undefined && found.some((fault) => enough.test(fault))) break;
  }
  return { images: seen.size, faults: [...faults], lines, places, damaged };
}

/** A fault that was put in is among what does not hold good. */
export function isFound(faults: readonly string[], put: RegExp): void {
  assert.ok(
    faults.some((text) => put.test(text)),
    `found: ${faults.slice(0, 5).join('; ')}`,
  );
}

/** An archive after a cut. */
export class Left {
  readonly image: Image;
  readonly data: string;
  /** What the journals tell, in turn. */
  readonly entries: readonly Entry[];
  /** Lines of the journals, their first ones too. */
  readonly lines: number = 0;
  readonly #reader: IndexReader;
  readonly #ends = new Map<string, number>();
  /** What is wrong with lines: `begins`, where in which journal. */
  readonly #bad: { readonly account: string; readonly begins: number; readonly fault: string }[] = [];
  readonly #isTorn: boolean;

  /** `isTorn`: of lines that the index does not know, any may be damaged, as one write brings many. */
  constructor(image: Image, data: string, reader: IndexReader, isTorn: boolean = false) {
    this.image = image;
    this.data = data;
    this.#isTorn = isTorn;
    const entries: Entry[] = [];
    for (const [path, octets] of image) {
      if (!path.startsWith(join(data, 'journal/')) || !path.endsWith('.jsonl')) continue;
      const account = basename(path, '.jsonl');
      const end = octets.lastIndexOf(0x0a) + 1;
      this.#ends.set(account, end);
      for (let begins = 0; begins < end;) {
        const line = octets.subarray(begins, octets.indexOf(0x0a, begins));
        const read = readLine(line);
        this.lines++;
        if (read.is === 'entry') entries.push(read.entry);
        else if (read.is === 'damaged' || read.is === 'hole')
          this.#bad.push({ account, begins, fault: 'a line of the journal is damaged' });
        else if (readHeader(line) === undefined)
          this.#bad.push({ account, begins, fault: 'a line of the journal is not known' });
        begins += line.length + 1;
      }
    }
    this.entries = entries;
    this.#reader = reader;
  }

  /** Damaged lines. */
  get damaged(): number {
    return this.#bad.length;
  }

  /** What its index holds; nothing where there is none. */
  get index(): Known {
    const file = (end: string): Buffer =>
      this.image.get(join(this.data, `index.db${end}`)) ?? Buffer.alloc(0);
    return this.#reader.read(file(''), file('-wal'));
  }

  /** All that does not hold good. */
  faults(): string[] {
    const { fault, offsets, places } = this.index;
    const seen = this.entries.flatMap((entry) => (entry.op === 'seen' ? [entry] : []));
    const known = new Map(offsets.map(({ account, offset }) => [account, offset]));
    const bad = this.#bad.filter(
      ({ account, begins }) => !this.#isTorn || begins < (known.get(account) ?? 0),
    );
    return [
      ...bad.map((one) => one.fault),
      ...(fault === undefined ? [] : [fault]),
      ...seen.flatMap((entry) => this.lacks('the journal', entry)),
      ...places.flatMap((place) => this.lacks('the index', place)),
      ...offsets.flatMap(({ account, offset }) => {
        const end = this.#ends.get(account) ?? 0;
        return offset > end ? [`the index knows the journal up to ${offset}, which ends at ${end}`] : [];
      }),
    ];
  }

  /** Why the message that is spoken of is not there. */
  lacks(who: string, { id, path }: { readonly id: string; readonly path: string }): string[] {
    const octets = this.image.get(join(this.data, 'mail', path));
    if (octets === undefined) return [`${who} names ${path}, which is not there`];
    return hashOf(octets) === id ? [] : [`${who} names ${path}, which is damaged`];
  }
}

/** What an index holds. */
interface Known {
  readonly fault?: string;
  readonly offsets: readonly { readonly account: string; readonly offset: number }[];
  readonly places: readonly { readonly id: string; readonly path: string }[];
}

const NOTHING = { offsets: [], places: [] };

/** Reads each index once, after SQLite has recovered it. */
class IndexReader {
  readonly #aside: string;
  readonly #known = new Map<string, Known>();

  constructor(aside: string) {
    this.#aside = aside;
  }

  read(main: Buffer, log: Buffer): Known {
    if (main.length === 0) return NOTHING;
    const key = `${hashOf(main)} ${hashOf(log)}`;
    const known = this.#known.get(key) ?? this.#recovered(main, log);
    this.#known.set(key, known);
    return known;
  }

  #recovered(main: Buffer, log: Buffer): Known {
    for (const end of ['', '-wal', '-shm']) rmSync(`${this.#aside}${end}`, { force: true });
    writeFileSync(this.#aside, main);
    if (log.length > 0) writeFileSync(`${this.#aside}-wal`, log);
    try {
      // To read only: nothing is synced, which costs more than all else.
      const db = new Database(this.#aside, { readonly: true });
      try {
        if (db.pragma('user_version', { simple: true }) === 0) return NOTHING;
        if (!isSound(db)) return { fault: 'the index is damaged', ...NOTHING };
        return {
          offsets: db
            .prepare<[], { account: string; offset: number }>('SELECT account, offset FROM journal')
            .all(),
          places: db
            .prepare<[], { id: string; path: string }>(
              'SELECT lower(hex(id)) AS id, path FROM location JOIN message USING (row)',
            )
            .all(),
        };
      } finally {
        db.close();
      }
    } catch (thrown) {
      return { fault: `the index does not open: ${String(thrown)}`, ...NOTHING };
    }
  }
}

function hashOf(octets: Buffer | string): string {
  return createHash('sha256').update(octets).digest('hex');
}
