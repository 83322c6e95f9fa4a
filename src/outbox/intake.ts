// One look at the drop folder: what lies there, what of it is taken now, what waits, and what is left alone and why. The
// listing is the truth; what earlier looks saw only tells how long a file has been quiet.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../model/clock.ts';
import { makeFolder } from '../runtime/make-folder.ts';
import { codeOf, storageError } from '../runtime/storage-error.ts';
import { claim, isOrigin, untouchable } from './claim.ts';
import { DropFolder, type DroppedLetter, type DroppedName } from './drop-folder.ts';
import { openInEditor } from './editors.ts';
import { byAge, type Found, type Gathered, type Look, once } from './gathered.ts';
import type { Journal } from './journal.ts';
import type { OutboxLog } from './outbox-log.ts';
import {
  incomplete, type Observation, observe, openEnded, PATIENCE, QUIET, settle, type Watched,
} from './settle.ts'; // prettier-ignore
import { SoleUse } from './sole.ts';
import type { Spool } from './spool.ts';
import { conflictCopy, twinOf } from './sync-copies.ts';
import { Unremoved } from './unremoved.ts';
import { place, writers, wouldBeSeen } from './writers.ts';

/** What an intake works with. */
export interface IntakeTools {
  readonly spool: Spool;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: OutboxLog;
}

/** Milliseconds for which a look takes files: of thousands the first are sent before the last are taken. */
const LONG = 2000;

/** Names in the drop folder that are never an account's. */
const RESERVED = ['sent', 'failed'];

/** The drop folder at `outbox`, with a folder for each account. */
export class Intake {
  readonly #outbox: string;
  readonly #named: () => readonly { readonly name: string }[];
  readonly #tools: IntakeTools;
  readonly #sole: SoleUse;
  #watched = new Map<string, Watched>();
  /** What the last look did not come to, by account folder. */
  readonly #rest = new Map<string, readonly DroppedLetter[]>();
  readonly #unremoved: Unremoved;

  /** `accounts`: as they are at each look. */
  constructor(outbox: string, accounts: () => readonly { readonly name: string }[], tools: IntakeTools) {
    this.#outbox = outbox;
    this.#named = accounts;
    this.#tools = tools;
    this.#sole = new SoleUse(outbox, tools.log);
    this.#unremoved = new Unremoved(tools.journal);
  }

  get #accounts(): readonly string[] {
    return this.#named()
      .map(({ name }) => name)
      .filter((name) => !RESERVED.includes(name));
  }

  /** The folders in which letters are dropped. */
  get folders(): string[] {
    return [this.#outbox, ...this.#accounts.map((name) => join(this.#outbox, name))];
  }

  /** Makes the folders that are missing. Throws MailError `storage`. */
  async open(): Promise<void> {
    try {
      await makeFolder(this.#outbox, 0o770);
      for (const name of [...RESERVED, ...this.#accounts]) {
        await mkdir(join(this.#outbox, name), { mode: 0o770 }).catch((thrown: unknown) => {
          if (codeOf(thrown) !== 'EEXIST') throw thrown;
        });
      }
    } catch (thrown) {
      throw storageError(thrown, `making the drop folder ${this.#outbox}`);
    }
  }

  /** Takes the drop folder for this process, until the answer is released. Throws MailError `locked` where another one has it. */
  async take(): Promise<Pick<SoleUse, 'release'>> {
    await this.#sole.take();
    return this.#sole;
  }

  /** Looks once, and takes what is to be taken. What fails is told in `errors`, and holds up nothing else. */
  async look(): Promise<Look> {
    const all: Gathered = {
      claimed: [],
      waiting: 0,
      left: [],
      errors: [],
      next: null,
      watched: new Map(),
      pending: this.#tools.journal.notUnlinked(),
      present: new Set(),
      disks: new Map(),
      blind: false,
      isCut: false,
      isPart: false,
      local: true,
      until: this.#tools.clock.monotonic() + LONG,
      writers: once(writers),
    };
    try {
      // One that was made anew has no folders of accounts either.
      if (await this.#sole.take()) await this.open();
    } catch (thrown) {
      all.errors.push(storageError(thrown, `taking the drop folder ${this.#outbox}`));
      all.blind = true;
      return all;
    }
    for (const account of [null, ...this.#accounts]) {
      const path = account === null ? this.#outbox : join(this.#outbox, account);
      try {
        await this.#lookInto(path, account, all);
      } catch (thrown) {
        all.errors.push(storageError(thrown, `reading the drop folder ${path}`));
        all.blind = true;
      }
    }
    this.#unremoved.forgetGone(all);
    this.#watched = all.watched;
    return all;
  }

  async #lookInto(path: string, account: string | null, all: Gathered): Promise<void> {
    const folder = await DropFolder.open(path, account);
    all.local &&= folder.local;
    all.disks.set(account, folder.disk);
    try {
      const { journal, clock } = this.#tools;
      const errors = await folder.sweep(clock.now(), (id, file) => {
        const letter = journal.letter(id);
        return letter !== undefined && isOrigin(letter.origin, file);
      });
      all.errors.push(...errors);
      const from = account ?? '';
      const names = this.#rest.get(from) ?? (await this.#listed(folder, all));
      if (this.#rest.delete(from)) {
        // What came since is listed at the next look.
        all.blind = true;
        all.isPart = true;
        all.next = clock.monotonic();
      }
      for (const [n, name] of names.entries()) {
        if (all.claimed.length > 0 && clock.monotonic() >= all.until) {
          this.#postpone(folder, names.slice(n), all);
          break;
        }
        await this.#careful(name, all, () => this.#lookAt(folder, name, all));
      }
    } finally {
      await folder.close();
    }
  }

  /** The letters in the order in which they came. */
  async #listed(folder: DropFolder, all: Gathered): Promise<DroppedLetter[]> {
    const found: Found[] = [];
    for (const name of await folder.letters())
      await this.#careful(name, all, async () => {
        const file = await folder.stat(name);
        if (file !== undefined) found.push({ name, ctimeNs: file.ctimeNs });
      });
    return found.toSorted(byAge).map(({ name }) => name);
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

  /**
   * Leaves these to the next look, which goes on with them: to look at thousands each time would leave little time to take
   * them.
   */
  #postpone(folder: DropFolder, names: readonly DroppedLetter[], all: Gathered): void {
    for (const key of names.map((name) => keyOf(folder, name))) {
      const known = this.#watched.get(key);
      if (known !== undefined) all.watched.set(key, known);
    }
    this.#rest.set(folder.account ?? '', names);
    all.waiting += names.length;
    all.isCut = true;
    all.isPart = true;
    all.blind = true;
    all.next = all.until;
  }

  async #lookAt(folder: DropFolder, name: DroppedLetter, all: Gathered): Promise<void> {
    const file = await folder.stat(name);
    if (file === undefined) return;
    const shown = folder.account === null ? name.shown : `${folder.account}/${name.shown}`;
    if (file.regular && (await this.#unremoved.has(folder, name, file, shown, all))) return;
    const why = untouchable(file) ?? conflictCopy(name.shown);
    if (why === null) await this.#consider(folder, name, file, shown, all);
    else all.left.push({ file: shown, reason: why });
  }

  async #consider(
    folder: DropFolder,
    name: DroppedLetter,
    file: Observation & { readonly uid: bigint },
    shown: string,
    all: Gathered,
  ): Promise<void> {
    const { spool, journal, clock } = this.#tools;
    const key = keyOf(folder, name);
    const watched = observe(this.#watched.get(key), file, clock.monotonic());
    const wait = (as: Watched): void => {
      all.watched.set(key, as);
      all.waiting++;
    };
    const leave = (reason: string): void => {
      all.watched.set(key, { ...watched, left: reason });
      all.left.push({ file: shown, reason });
    };
    if (watched.left !== null) return leave(watched.left);
    const { local } = folder;
    const verdict = settle(watched, clock.monotonic(), { local, seen: wouldBeSeen(file.uid) });
    if (verdict.action === 'wait') {
      wait(watched);
      all.next = Math.min(all.next ?? Infinity, verdict.at);
      return;
    }
    const busy = atWork(name, all.writers().get(place(file)));
    if (busy !== null) {
      wait(watched);
      if (clock.monotonic() < watched.since + PATIENCE)
        all.next = Math.min(all.next ?? Infinity, clock.monotonic() + QUIET);
      else all.left.push({ file: shown, reason: busy });
      return;
    }
    const terms =
      verdict.action === 'give-up'
        ? { verdict: verdict.why, renamed: false, mayGrow: false }
        : { verdict: null, renamed: verdict.renamed, mayGrow: verdict.mayGrow };
    const result = await claim(folder, name, file, terms, { spool, journal, now: clock.now() });
    if ('letter' in result) {
      all.claimed.push(result.letter);
      if (result.removal !== null) all.errors.push(result.removal);
    } else if ('incomplete' in result) wait(incomplete(watched, result.incomplete));
    else if ('openEnded' in result) {
      wait(openEnded(watched));
      all.next = Math.min(all.next ?? Infinity, clock.monotonic() + QUIET);
    } else if ('unsettled' in result) {
      wait(watched);
      all.next = Math.min(all.next ?? Infinity, clock.monotonic() + QUIET);
    } else if ('twin' in result) leave(twinOf(result.twin));
    else {
      all.watched.set(key, watched); // it need not be quiet anew, and so is told once
      all.left.push({ file: shown, reason: result.left });
    }
  }
}

/** Who is still at it; null where nobody is known to be. */
function atWork({ marker }: DroppedLetter, writer: number | undefined): string | null {
  if (marker !== null) return openInEditor(marker);
  return writer === undefined ? null : `process ${writer} still has it open for writing`;
}

function keyOf({ account }: DropFolder, { bytes }: DroppedName): string {
  return `${account ?? ''}/${bytes.toString('latin1')}`;
}
