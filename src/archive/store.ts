// Messages → files, for ever. A group is written side by side, each file synced before it gets its name and each directory
// synced after, so that what `keep` returned survives a power cut; no file that is whole is ever written again.
import { randomBytes } from 'node:crypto';
import { createReadStream, lstatSync, mkdirSync, type ReadStream } from 'node:fs';
import { link, mkdir, readdir, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { MessageId } from '../model/ids.ts';
import { syncDirectory, syncFile } from '../runtime/atomic-file.ts';
import { all } from '../runtime/lanes.ts';
import { makeFolder } from '../runtime/make-folder.ts';
import { codeOf, storageError } from '../runtime/storage-error.ts';
import { hashFile, readHead } from './hash-file.ts';
import { Incoming, type Memory } from './incoming.ts';
import { dateOf, isPath, pathFor } from './layout.ts';
import { hasMail, unmounted } from './unmounted.ts';
import { walk, type Stored } from './walk.ts';

export type { Incoming } from './incoming.ts';
export type { Stored } from './walk.ts';

/** A whole message to keep. */
export interface Arrival {
  readonly incoming: Incoming;
  /** The date that the server gave, milliseconds since 1970; it counts where the message has none. */
  readonly received: number | null;
  /** Where this very message is known to lie (`Kept.path`): if the file is there, nothing is written. */
  readonly at?: string | undefined;
  /** That file is read back and hashed before it is believed. */
  readonly isDoubted?: boolean | undefined;
}

/** A message that is durable. */
export interface Kept {
  readonly id: MessageId;
  /** Below `<data>/mail`. */
  readonly path: string;
  readonly size: number;
  /** By its Date header, else as received; milliseconds since 1970. */
  readonly date: number | null;
  /** False where the file was there before. */
  readonly fresh: boolean;
}

/** All messages on their way in together: 24 MB, so that a group of small ones stays in memory. */
const MEMORY = 24 << 20;
/** Files being synced at once: the journal of the file system writes many syncs as one. */
const LANES = 64;

/** The files of `<data>/mail`. */
export class Archive {
  /** The data directory, as given. */
  readonly data: string;
  readonly #memory: Memory = { left: MEMORY };
  /** Directories that were made, or found, and whose own names are durable. */
  readonly #directories = new Map<string, Promise<void>>();
  /** Directories whose names are durable, as this process found them. */
  readonly #settled = new Set<string>();
  /** Where messages without a date of their own were put: a second account may give another date. */
  readonly #placed = new Map<MessageId, string>();
  /** Messages were seen in it: if it is empty later, its disk is gone. */
  #hadMail = false;

  private constructor(data: string) {
    this.data = data;
  }

  /** Opens the archive; to write, its directories are made and leftovers are cleared. Throws MailError `storage`. */
  static async open(data: string, { write = false }: { readonly write?: boolean } = {}): Promise<Archive> {
    const archive = new Archive(data);
    if (write) await archive.#prepare();
    return archive;
  }

  /** Begins a message. The caller ends and keeps it, or discards it. */
  incoming(): Incoming {
    return new Incoming(this.#temporary, this.#memory, () => this.#look());
  }

  /**
   * Keeps a group, in its order; when this resolves all of it is durable. Throws MailError `storage`: then each message of
   * the group is either durable or discarded, and none counts as kept.
   */
  async keep(arrivals: readonly Arrival[]): Promise<Kept[]> {
    const whats = arrivals.map((arrival) => this.#what(arrival));
    try {
      this.#look();
      const directories = new Set(whats.map(({ path }) => dirname(path)));
      await all([...directories], LANES, (directory) => this.#directory(directory));
      const firsts = new Map(whats.toReversed().map((what) => [what.id, what]));
      const fresh = new Map<MessageId, boolean>();
      await all([...firsts.values()], LANES, async (what) => {
        fresh.set(what.id, await this.#place(what));
      });
      // Also where the file was there before: another group may have put it there, and not have come to this.
      await all([...new Set([...firsts.values()].map(({ path }) => dirname(path)))], LANES, (directory) =>
        syncDirectory(join(this.#root, directory)),
      );
      this.#hadMail = true;
      return whats.map((what) => {
        const first = firsts.get(what.id) ?? what;
        const { id, size, date } = what;
        return { id, path: first.path, size, date, fresh: first === what && fresh.get(id) === true };
      });
    } catch (thrown) {
      this.#directories.clear(); // one of them may be gone, or be something else
      throw storageError(thrown, 'storing messages');
    } finally {
      for (const { incoming } of arrivals) incoming.discard();
    }
  }

  /**
   * Puts a whole message into its place, where its file is damaged or missing. What lies there goes to `<data>/quarantine`
   * first: nothing is deleted. False where the file is good as it is. Throws MailError `storage`; the message is then discarded.
   */
  async replace(incoming: Incoming, path: string): Promise<boolean> {
    const { id } = incoming.end();
    const place = this.absolute(path);
    if (!path.endsWith(`/${id}.eml`)) throw new RangeError(`not the path of message ${id}: ${path}`);
    try {
      this.#look();
      await this.#directory(dirname(path));
      if (lstatSync(place, { throwIfNoEntry: false }) !== undefined) {
        if (await isWhole(place, id)) {
          await this.#settleNames(dirname(path));
          return false;
        }
        await this.#setAside(place, id);
      }
      await incoming.moveTo(place);
      await syncDirectory(dirname(place));
      return true;
    } catch (thrown) {
      this.#directories.clear();
      throw storageError(thrown, `mending ${path}`);
    } finally {
      incoming.discard();
    }
  }

  /**
   * Makes durable what lies at these paths, whoever put it there: of a copy of an archive, the disk may have nothing yet. Throws
   * MailError `storage`.
   */
  async settle(paths: readonly string[]): Promise<void> {
    const files = paths.map((path) => this.absolute(path));
    await all(files, LANES, syncFile);
    const months = new Set(paths.map((path) => dirname(path)));
    const above = new Set([...months].map((month) => dirname(month)));
    await all([...months, ...above], LANES, (directory) => syncDirectory(join(this.#root, directory)));
  }

  /** True where a file of so many octets lies at the path; what is in it, only its hash tells. */
  holds(path: string, size: number): boolean {
    const there = lstatSync(this.absolute(path), { throwIfNoEntry: false });
    return there?.isFile() === true && there.size === size;
  }

  /** Where a file lies. Throws RangeError for a path that no message can have. */
  absolute(path: string): string {
    if (!isPath(path)) throw new RangeError(`not the path of a message: ${JSON.stringify(path)}`);
    return join(this.#root, path);
  }

  /** The octets of a stored message. The stream emits `error` where the file is missing or unreadable. */
  createReadStream(path: string): ReadStream {
    return createReadStream(this.absolute(path));
  }

  /** The header of a stored message, as `Incoming.head` gives it. Throws MailError `storage` where it cannot be read. */
  async head(path: string): Promise<Buffer> {
    try {
      return await readHead(this.absolute(path));
    } catch (thrown) {
      throw storageError(thrown, `reading ${path}`);
    }
  }

  /** Every message, in order of its path. Throws MailError `storage`. */
  async *list(): AsyncGenerator<Stored> {
    for await (const found of walk(this.#root)) if (found.id !== null) yield { ...found, id: found.id };
  }

  /** Files that are no messages by their names, as paths below `<data>/mail`. Throws MailError `storage`. */
  async *strays(): AsyncGenerator<string> {
    for await (const found of walk(this.#root)) if (found.id === null) yield found.path;
  }

  get #root(): string {
    return join(this.data, 'mail');
  }

  get #temporary(): string {
    return join(this.#root, '.tmp');
  }

  async #prepare(): Promise<void> {
    try {
      await makeFolder(this.data, 0o700);
      this.#hadMail = hasMail(this.#root);
      await mkdir(this.#temporary, { recursive: true, mode: 0o750 });
      for (const name of await readdir(this.#temporary)) await unlink(join(this.#temporary, name));
      for (const directory of [dirname(this.data), this.data, this.#root]) await syncDirectory(directory);
    } catch (thrown) {
      throw storageError(thrown, `opening the archive in ${this.data}`);
    }
  }

  /** Before each group, and each large message: what was unmounted meanwhile is empty, and must not be filled. */
  #look(): void {
    if (lstatSync(this.#temporary, { throwIfNoEntry: false }) !== undefined) return;
    this.#directories.clear();
    if (this.#hadMail && !hasMail(this.#root)) throw unmounted(this.#root);
    mkdirSync(this.#temporary, { mode: 0o750 });
  }

  #what({ incoming, received, at, isDoubted }: Arrival): What {
    const { id, size } = incoming.end();
    const own = dateOf(incoming.head);
    const date = own ?? received;
    const known = at !== undefined && isPath(at) && at.endsWith(`/${id}.eml`) ? at : this.#placed.get(id);
    const path = known ?? pathFor(id, date);
    if (own === null) this.#remember(id, path);
    return { incoming, id, size, date, path, trusted: at !== undefined && at === path && isDoubted !== true };
  }

  /** A file gets a second name before its own goes to another: at no time is it without one. Anything else is moved. */
  async #setAside(place: string, id: MessageId): Promise<void> {
    const quarantine = join(this.data, 'quarantine');
    await mkdir(quarantine, { recursive: true, mode: 0o700 });
    const aside = join(quarantine, `${id}.${randomBytes(4).toString('hex')}`);
    if (lstatSync(place).isFile()) await link(place, aside);
    else await rename(place, aside);
    for (const directory of [quarantine, this.data]) await syncDirectory(directory);
  }

  /** Once: what has its name from this process is synced by it, but one that was killed may have come no further than the rename. */
  async #settleNames(directory: string): Promise<void> {
    if (this.#settled.has(directory)) return;
    await syncDirectory(join(this.#root, directory));
    this.#settled.add(directory);
  }

  #remember(id: MessageId, path: string): void {
    this.#placed.set(id, path);
    const [oldest] = this.#placed.keys();
    if (this.#placed.size > 10_000 && oldest !== undefined) this.#placed.delete(oldest);
  }

  /** Puts a message into its place, unless it is there. True where it was written. */
  async #place({ incoming, id, size, path, trusted }: What): Promise<boolean> {
    const place = this.absolute(path);
    const there = lstatSync(place, { throwIfNoEntry: false });
    // A file of another size, or with other octets, is damaged: the rename replaces it by what is whole.
    if (there?.isFile() === true && there.size === size && (trusted || (await isWhole(place, id))))
      return false;
    await incoming.moveTo(place);
    return true;
  }

  /** `YYYY/MM` or `undated`, made with its parent, whose names are made durable once. */
  #directory(relative: string): Promise<void> {
    const known = this.#directories.get(relative);
    if (known !== undefined) return known;
    const made = this.#make(relative);
    this.#directories.set(relative, made);
    return made;
  }

  async #make(relative: string): Promise<void> {
    const parent = dirname(relative);
    if (parent !== '.') await this.#directory(parent);
    try {
      await mkdir(join(this.#root, relative), { mode: 0o750 });
    } catch (thrown) {
      if (codeOf(thrown) !== 'EEXIST') throw thrown;
    }
    await syncDirectory(join(this.#root, parent));
  }
}

interface What {
  readonly incoming: Incoming;
  readonly id: MessageId;
  readonly size: number;
  readonly date: number | null;
  readonly path: string;
  /** The index says that it lies there. */
  readonly trusted: boolean;
}

async function isWhole(place: string, id: MessageId): Promise<boolean> {
  try {
    return (await hashFile(place, Buffer.allocUnsafe(1 << 16))).id === id;
  } catch {
    return false; // unreadable: replaced, like any damaged file
  }
}
