// One look at the drop folder: what lies there, what of it is taken now, what waits, and what is left alone and why. The
// listing is the truth; what earlier looks saw only tells how long a file has been quiet.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MailError } from '../model/error.ts';
import type { Clock } from '../model/clock.ts';
import { claim, isOrigin, isTaken, removeOriginal, untouchable } from './claim.ts';
import { codeOf, storageError } from '../runtime/storage-error.ts';
import { DropFolder, type DroppedName } from './drop-folder.ts';
import type { Journal } from './journal.ts';
import type { Letter } from './letter.ts';
import { incomplete, type Observation, observe, QUIET, settle, type Watched } from './settle.ts';
import type { Spool } from './spool.ts';

/** A file that is not taken, and will not be as it is. */
export interface LeftFile {
  /** `name.eml` or `account/name.eml`. */
  readonly file: string;
  readonly reason: string;
}

/** What one look found. */
export interface Look {
  readonly claimed: readonly Letter[];
  /** Files that are not yet taken. */
  readonly waiting: number;
  readonly left: readonly LeftFile[];
  /** Folders or files that could not be read or written now. */
  readonly errors: readonly MailError[];
  /** All folders that were read are of a file system whose changes this system tells. */
  readonly local: boolean;
  /** When another look is of use without any event; monotonic milliseconds. */
  readonly next: number | null;
}

/** What an intake works with. */
export interface IntakeTools {
  readonly spool: Spool;
  readonly journal: Journal;
  readonly clock: Clock;
}

/** Milliseconds for which a look takes files: of thousands the first are sent before the last are taken. */
const LONG = 2000;

/** Names in the drop folder that are never an account's. */
const RESERVED = ['sent', 'failed'];

/** The drop folder at `outbox`, with a folder for each account. */
export class Intake {
  readonly #outbox: string;
  readonly #names: () => readonly string[];
  readonly #tools: IntakeTools;
  #watched = new Map<string, Watched>();

  /** `names`: the accounts as they are at each look. */
  constructor(outbox: string, names: () => readonly string[], tools: IntakeTools) {
    this.#outbox = outbox;
    this.#names = names;
    this.#tools = tools;
  }

  get #accounts(): readonly string[] {
    return this.#names().filter((name) => !RESERVED.includes(name));
  }

  /** The folders in which letters are dropped. */
  get folders(): string[] {
    return [this.#outbox, ...this.#accounts.map((name) => join(this.#outbox, name))];
  }

  /** Makes the folders that are missing. Throws MailError `storage`. */
  async open(): Promise<void> {
    try {
      await mkdir(this.#outbox, { recursive: true, mode: 0o770 });
      for (const name of [...RESERVED, ...this.#accounts]) {
        await mkdir(join(this.#outbox, name), { mode: 0o770 }).catch((thrown: unknown) => {
          if (codeOf(thrown) !== 'EEXIST') throw thrown;
        });
      }
    } catch (thrown) {
      throw storageError(thrown, `making the drop folder ${this.#outbox}`);
    }
  }

  /** Looks once, and takes what is to be taken. What fails is told in `errors`, and holds up nothing else. */
  async look(): Promise<Look> {
    const { journal } = this.#tools;
    const pending = journal.notUnlinked();
    const all: Gathered = {
      claimed: [],
      waiting: 0,
      left: [],
      errors: [],
      next: null,
      watched: new Map(),
      pending,
      present: new Set(),
      blind: false,
      local: true,
      until: this.#tools.clock.monotonic() + LONG,
    };
    for (const account of [null, ...this.#accounts]) {
      const path = account === null ? this.#outbox : join(this.#outbox, account);
      try {
        await this.#lookInto(path, account, all);
      } catch (thrown) {
        all.errors.push(storageError(thrown, `reading the drop folder ${path}`));
        all.blind = true;
      }
    }
    // A crash after the unlink left the row behind: the file is gone, as it should be. What could not be read may be it.
    if (!all.blind) {
      for (const { id } of pending) if (!all.present.has(id)) journal.unlinked(id);
    }
    this.#watched = all.watched;
    return all;
  }

  async #lookInto(path: string, account: string | null, all: Gathered): Promise<void> {
    const folder = await DropFolder.open(path, account);
    all.local &&= folder.local;
    try {
      const { journal } = this.#tools;
      const errors = await folder.sweep((id, file) => {
        const letter = journal.letter(id);
        return letter !== undefined && isOrigin(letter.origin, file);
      });
      all.errors.push(...errors);
      const found: Found[] = [];
      for (const name of await folder.letters())
        await this.#careful(name, all, async () => {
          const file = await folder.stat(name);
          if (file !== undefined) found.push({ name, file });
        });
      for (const one of found.toSorted(byAge))
        await this.#careful(one.name, all, () => this.#lookAt(folder, one, all));
    } finally {
      await folder.close();
    }
  }

  /** What goes wrong with one file is told, and holds up no other one. */
  async #careful(name: DroppedName, all: Gathered, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      all.errors.push(storageError(thrown, `taking ${name.shown}`));
      all.blind = true;
    }
  }

  async #lookAt(folder: DropFolder, { name, file }: Found, all: Gathered): Promise<void> {
    const shown = folder.account === null ? name.shown : `${folder.account}/${name.shown}`;
    if (file.regular && (await this.#wasTaken(folder, name, file, shown, all))) return;
    const why = untouchable(file);
    if (why === null) await this.#consider(folder, name, file, shown, all);
    else all.left.push({ file: shown, reason: why });
  }

  /** True where it was claimed before and could not be removed, wherever it was moved since. It is removed now if it can be. */
  async #wasTaken(
    folder: DropFolder,
    name: DroppedName,
    file: Observation,
    shown: string,
    all: Gathered,
  ): Promise<boolean> {
    for (const letter of all.pending) {
      if (!isOrigin(letter.origin, file) || !(await isTaken(folder, name, letter.origin))) continue;
      const removal = await removeOriginal(folder, name, letter, this.#tools.journal);
      if (removal instanceof MailError) all.left.push({ file: shown, reason: removal.message });
      all.present.add(letter.id);
      return true;
    }
    return false;
  }

  async #consider(
    folder: DropFolder,
    name: DroppedName,
    file: Observation,
    shown: string,
    all: Gathered,
  ): Promise<void> {
    const { spool, journal, clock } = this.#tools;
    const key = `${folder.account ?? ''}/${name.bytes.toString('latin1')}`;
    const watched = observe(this.#watched.get(key), file, clock.monotonic());
    const wait = (as: Watched): void => {
      all.watched.set(key, as);
      all.waiting++;
    };
    const verdict = settle(watched, clock.monotonic(), folder.local);
    if (verdict.action === 'wait') {
      wait(watched);
      all.next = Math.min(all.next ?? Infinity, verdict.at);
      return;
    }
    if (clock.monotonic() >= all.until) {
      wait(watched);
      all.next = all.until;
      return;
    }
    const why = verdict.action === 'give-up' ? verdict.why : null;
    const result = await claim(folder, name, file, why, { spool, journal, now: clock.now() });
    if ('letter' in result) {
      all.claimed.push(result.letter);
      if (result.removal !== null) all.errors.push(result.removal);
    } else if ('incomplete' in result) wait(incomplete(watched, result.incomplete));
    else if ('unsettled' in result) {
      wait(watched);
      all.next = Math.min(all.next ?? Infinity, clock.monotonic() + QUIET);
    } else all.left.push({ file: shown, reason: result.left });
  }
}

/** A file as it was when the folder was listed; the claim looks at it again. */
interface Found {
  readonly name: DroppedName;
  readonly file: Observation & { readonly regular: boolean; readonly links: bigint };
}

/** In the order in which they came, which the rename of a careful writer or the last write of another one tells; else by name. */
function byAge(a: Found, b: Found): number {
  return Number(a.file.ctimeNs - b.file.ctimeNs);
}

interface Gathered {
  readonly claimed: Letter[];
  waiting: number;
  readonly left: LeftFile[];
  readonly errors: MailError[];
  next: number | null;
  readonly watched: Map<string, Watched>;
  /** Letters whose original may still lie there, and those of them that were found. */
  readonly pending: readonly Letter[];
  readonly present: Set<string>;
  /** Something could not be read. */
  blind: boolean;
  local: boolean;
  /** Monotonic milliseconds; what is not taken by then is for the next look. */
  readonly until: number;
}
