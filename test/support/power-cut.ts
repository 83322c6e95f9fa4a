// A disk that loses its power: the steps of a command (disk-steps.ts), replayed into a model of a file system that keeps what was
// synced, and of the rest what it likes: each write, each name by itself, in any order, and of lines any sectors.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Step } from './disk-steps.ts';
import type { Chance } from './random.ts';

/** A file or a directory: what is durable of it, and what was done since the last sync. */
interface Inode {
  readonly directory: boolean;
  /** Octets as the program sees them. */
  now: Buffer;
  /** Octets that a power cut leaves. */
  durable: Buffer;
  pending: Write[];
  /** Names as a power cut leaves them, and changes of names since. */
  names: Map<string, Inode>;
  changes: Change[];
}

/** Octets at a place, or the end moved to a place. */
type Write = { readonly at: number; readonly octets: Buffer } | { readonly size: number };

/** A change of names: durable when a directory that it touches is synced; whole or not at all. */
interface Change {
  readonly sets: readonly {
    readonly directory: Inode;
    readonly name: string;
    readonly inode: Inode | null;
  }[];
  done: boolean;
}

/** What a disk may hold after a cut: octets by path. */
export type Image = ReadonlyMap<string, Buffer>;

/** A disk that is written to. */
export class Disk {
  readonly #root: string;
  readonly #rootInode: Inode = inode(true);
  /** As the program sees it. */
  readonly #live = new Map<string, Inode>();

  /**
   * A disk on which `root` lies, and in it what lies in the directory `like` now: durable, or `unsynced` as after a copy that has just
   * been made.
   */
  constructor(root: string, like: string, state: 'durable' | 'unsynced' = 'durable') {
    this.#root = root;
    this.#live.set(root, this.#rootInode);
    this.#load(root, like, state === 'durable');
  }

  #load(directory: string, like: string, durable: boolean): void {
    for (const entry of readdirSync(like, { withFileTypes: true })) {
      const [path, from] = [join(directory, entry.name), join(like, entry.name)];
      const made = this.#make(path, entry.isDirectory());
      if (entry.isDirectory()) this.#load(path, from, durable);
      else {
        change(made, { at: 0, octets: readFileSync(from) });
        if (durable) this.#sync(path);
      }
    }
    if (durable) this.#sync(directory);
  }

  /** The same disk, after these steps. */
  having(steps: readonly Step[]): this {
    for (const step of steps) this.do(step);
    return this;
  }

  /** Does one step. */
  do(step: Step): void {
    switch (step.is) {
      case 'make':
        if (!this.#live.has(step.path)) this.#make(step.path, step.directory);
        return;
      case 'write': {
        const { octets } = step;
        const file = this.#live.get(step.path);
        if (file === undefined) return;
        const at = step.at ?? file.now.length;
        return change(file, { at, octets });
      }
      case 'cut': {
        const file = this.#live.get(step.path);
        if (file !== undefined) change(file, { size: step.size });
        return;
      }
      case 'rename':
      case 'link': {
        const moved = this.#live.get(step.path);
        if (moved === undefined) return;
        const sets = [this.#set(step.to, moved)];
        if (step.is === 'rename') sets.push(this.#set(step.path, null));
        return this.#change(sets);
      }
      case 'remove':
        return this.#change([this.#set(step.path, null)]);
      case 'sync':
        return this.#sync(step.path);
      case 'say':
        return;
    }
  }

  /**
   * What a cut leaves: `keeps` is asked for each write and each change of names that was not synced, and `sector` for each part of a
   * write that is kept.
   */
  image(keeps: Keeps, sector?: () => boolean): Image {
    const changes = new Map<Change, boolean>();
    const found = new Map<string, Buffer>();
    const walk = (directory: Inode, path: string): void => {
      const names = new Map(directory.names);
      for (const one of directory.changes) {
        if (!changes.has(one)) changes.set(one, keeps('name'));
        if (changes.get(one) !== true) continue;
        for (const { directory: on, name, inode: to } of one.sets)
          if (on === directory) give(names, name, to);
      }
      for (const [name, child] of names) {
        if (child.directory) walk(child, join(path, name));
        else found.set(join(path, name), contentOf(child, keeps, TORN.test(name) ? sector : undefined));
      }
    };
    walk(this.#rootInode, this.#root);
    return found;
  }

  #make(path: string, directory: boolean): Inode {
    const made = inode(directory);
    this.#change([this.#set(path, made)]);
    return made;
  }

  #set(path: string, to: Inode | null): Change['sets'][number] {
    const directory = this.#live.get(dirname(path));
    if (directory === undefined) throw new Error(`no directory for ${path}`);
    if (to === null) this.#live.delete(path);
    else this.#live.set(path, to);
    return { directory, name: path.slice(dirname(path).length + 1), inode: to };
  }

  #change(sets: Change['sets']): void {
    const one: Change = { sets, done: false };
    for (const directory of new Set(sets.map(({ directory: on }) => on))) directory.changes.push(one);
  }

  #sync(path: string): void {
    const synced = this.#live.get(path);
    if (synced === undefined) return;
    synced.durable = synced.now;
    synced.pending = [];
    for (const one of synced.changes) {
      if (one.done) continue;
      one.done = true;
      for (const { directory, name, inode: to } of one.sets) {
        give(directory.names, name, to);
        if (directory !== synced) directory.changes = directory.changes.filter((other) => other !== one);
      }
    }
    synced.changes = [];
  }
}

function give(names: Map<string, Inode>, name: string, to: Inode | null): void {
  if (to === null) names.delete(name);
  else names.set(name, to);
}

function inode(directory: boolean): Inode {
  const nothing = Buffer.alloc(0);
  return { directory, now: nothing, durable: nothing, pending: [], names: new Map(), changes: [] };
}

function change(file: Inode, write: Write): void {
  file.now = written(file.now, [write]);
  file.pending.push(write);
}

function contentOf({ durable, pending }: Inode, keeps: Keeps, sector?: () => boolean): Buffer {
  const kept = pending.filter(() => keeps('write'));
  return written(durable, sector === undefined ? kept : kept.flatMap(sectorsOf).filter(sector));
}

/** Files of lines. An index that is torn while it is made is made anew; later on SQLite sees to that. */
const TORN = /\.jsonl$/;
/** What a disk writes as a whole. A file system writes pages of several: what those may leave, these may, too. */
const SECTOR = 512;

function sectorsOf(write: Write): Write[] {
  if ('size' in write) return [write];
  const parts: Write[] = [];
  const { at, octets } = write;
  for (let from = 0; from < octets.length;) {
    const to = from + SECTOR - ((at + from) % SECTOR);
    parts.push({ at: at + from, octets: octets.subarray(from, to) });
    from = to;
  }
  return parts;
}

/** What was not written is zeros, as a hole is. */
function written(before: Buffer, writes: readonly Write[]): Buffer {
  if (writes.length === 0) return before;
  const ends = writes.map((write) => ('size' in write ? write.size : write.at + write.octets.length));
  const room = Buffer.alloc(Math.max(before.length, ...ends));
  before.copy(room);
  let size = before.length;
  for (const write of writes) {
    if ('octets' in write) {
      write.octets.copy(room, write.at);
      size = Math.max(size, write.at + write.octets.length);
    } else {
      room.fill(0, Math.min(size, write.size));
      size = write.size;
    }
  }
  return room.subarray(0, size);
}

/** Makes `directory` hold what the image holds below `root`. */
export function putDown(image: Image, root: string, directory: string): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  for (const [path, octets] of image) {
    if (!path.startsWith(`${root}/`)) continue;
    const to = directory + path.slice(root.length);
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, octets);
  }
}

/** A way to lose power. */
export interface Cut {
  /** After so many steps. */
  readonly after: number;
  readonly what: string;
  readonly image: Image;
  /** Of a write that was not synced, some sectors may be there, and others not. */
  readonly isTorn: boolean;
}

/** The seed of the samples that are told, and how many are taken. */
export const SEED: number = Number(process.env['MAILKEEP_SEED'] ?? 20_261_126);
export const SAMPLES = 3;

/** So many writes of one file in a row count as one moment; with MAILKEEP_EVERY_EFFECT set, each is one. */
const ALIKE = process.env['MAILKEEP_EVERY_EFFECT'] === undefined ? 16 : 1;

type Keeps = (what: 'write' | 'name') => boolean;

/**
 * After each step: nothing that is unsynced is kept; all of it; all names and no octets, or the other way; all names but one, with
 * all octets or none; `samples` times each by chance, ten times as often with MAILKEEP_EVERY_EFFECT; any `sectors` of journals.
 */
export function* cuts(
  disk: Disk,
  steps: readonly Step[],
  chance: Chance,
  samples: number,
  sectors: boolean = false,
): Generator<Cut> {
  const ways: readonly (readonly [string, Keeps])[] = [
    ['nothing unsynced', () => false],
    ['names only', (what) => what === 'name'],
    ['octets only', (what) => what === 'write'],
    ...Array.from(
      { length: ALIKE === 1 ? samples * 10 : samples },
      () => ['by chance', () => chance.often(50)] as const,
    ),
  ];
  for (const [at, step] of steps.entries()) {
    disk.do(step);
    const next = steps[at + 1];
    const isAlike = step.is === 'write' && next?.is === 'write' && next.path === step.path;
    if (isAlike && at % ALIKE !== 0) continue;
    let names = 0;
    const after = at + 1;
    yield { after, what: 'all', image: disk.image((what) => what === 'write' || ++names > 0), isTorn: false };
    for (const [what, keeps] of ways) yield { after, what, image: disk.image(keeps), isTorn: false };
    for (let nth = 0; sectors && nth < 4; nth++) {
      let parts = 0;
      const sector = (): boolean => ++parts > 0 && chance.often(50);
      const image = disk.image(() => true, sector);
      if (parts > 1) yield { after, what: 'some sectors', image, isTorn: true };
    }
    for (let nth = 1; nth <= names; nth++) {
      for (const octets of [true, false]) {
        let count = 0;
        const keeps: Keeps = (what) => (what === 'write' ? octets : ++count !== nth);
        const what = `${octets ? 'all' : 'names only,'} but name ${nth} of ${names}`;
        yield { after, what, image: disk.image(keeps), isTorn: false };
      }
    }
  }
}
