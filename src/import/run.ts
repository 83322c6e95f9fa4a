// An import, top to bottom: files found (walk), each told by its content (kind), its messages read one by one, and those whose
// place is not known yet kept in batches, in the order of commit of all that is received (index/keep). One batch is being kept
// while the next is read. Cut anywhere and begun again, it finds what is kept by its place, puts right what was damaged since, and
// goes on.
import { isLikely } from '../archive/layout.ts';
import type { Archive, Incoming } from '../archive/store.ts';
import { messagesOf } from '../index/commit.ts';
import type { Index } from '../index/database.ts';
import type { Arrived, Keeper } from '../index/keep.ts';
import { isKnown } from '../index/positions.ts';
import { asMailError, MailError, textOf } from '../model/error.ts';
import { shortened } from '../model/ids.ts';
import { FileWindow } from '../runtime/file-window.ts';
import { needRoom } from '../runtime/room.ts';
import { kindOf, LOOK_AT } from './kind.ts';
import type { Found, Letter } from './letter.ts';
import { pathOctets, readable } from './paths.ts';
import { importedPlace } from './place.ts';
import { asItIs, fromMaildir } from './read-file.ts';
import { readMbox } from './read-mbox.ts';
import { readZip } from './read-zip.ts';
import { ImportReport, type Imported } from './report.ts';
import { walk, type Source } from './walk.ts';

/** How to import. */
export interface Import {
  readonly archive: Archive;
  readonly keeper: Keeper;
  readonly db: Index;
  /** In whose journal the messages are written down. */
  readonly account: string;
  /** The folder of all of them; default: by where they lie. */
  readonly folder?: string | undefined;
  /** Only counts. */
  readonly dryRun?: boolean;
  readonly signal: AbortSignal;
  /** Called for each message, with what there is so far and the octets that are done. */
  readonly progress?: (report: ImportReport, octets: number) => void;
}

/** Imports what lies at the paths. Never throws: what ended it early is in what is told. */
export async function importMail(run: Import, paths: readonly string[]): Promise<Imported> {
  const report = new ImportReport();
  const batches = new Batches(run, report);
  let octets = 0;
  try {
    for await (const source of walk(paths)) {
      run.signal.throwIfAborted();
      if ('path' in source) octets += await importFile(run, source, batches, report, octets);
      else leave(report, source);
    }
    await batches.end();
  } catch (thrown) {
    report.error = asMailError(thrown, {
      kind: 'storage',
      retry: 'later',
      message: `importing failed: ${textOf(thrown)}`,
    });
    await batches.giveUp();
  }
  return report.told();
}

/** Imports one file, and resolves with its octets. */
async function importFile(
  run: Import,
  source: Source,
  batches: Batches,
  report: ImportReport,
  before: number,
): Promise<number> {
  const place = readable(source.path);
  let file: FileWindow | undefined;
  try {
    file = await FileWindow.open(pathOctets(source.path));
    report.files++;
    for await (const found of lettersOf(file, source, place)) {
      run.signal.throwIfAborted();
      if ('octets' in found) await importLetter(run, found, batches, report);
      else leave(report, found);
      run.progress?.(report, before + ('octets' in found ? (found.before ?? 0) : 0));
    }
    return file.size;
  } catch (thrown) {
    if (run.signal.aborted || (thrown instanceof MailError && thrown.kind === 'storage')) throw thrown;
    report.fail({ place, reason: textOf(thrown) });
    return file?.size ?? 0;
  } finally {
    await file?.close();
  }
}

async function* lettersOf(file: FileWindow, source: Source, place: string): AsyncGenerator<Found> {
  const { name, folders, maildir } = source;
  const letter = { place, received: null, flags: [] };
  if (maildir !== undefined) {
    if (file.size === 0) return yield { place, reason: 'it is empty', isMail: true };
    const octets: Letter['octets'] = (begin) => fromMaildir(file, name, begin);
    return yield {
      ...letter,
      folder: folders.message,
      received: isLikely(file.modified) ? file.modified : null,
      flags: maildir.flags,
      octets,
    };
  }
  const kind = kindOf(readable(name), (await file.from(0, LOOK_AT)).subarray(0, LOOK_AT), file.size);
  if (kind.is === 'other') yield { place, reason: kind.reason, isMail: kind.isMail };
  else if (kind.is === 'mbox') yield* readMbox(file, place, folders.mbox);
  else if (kind.is === 'zip') yield* readZip(file, place, folders.mbox);
  else yield { ...letter, folder: folders.message, octets: (begin) => asItIs(file, begin) };
}

async function importLetter(
  run: Import,
  letter: Letter,
  batches: Batches,
  report: ImportReport,
): Promise<void> {
  report.messages++;
  if (letter.isExpunged === true) {
    report.deleted++;
    return;
  }
  let incoming: Incoming;
  try {
    incoming = await letter.octets(() => run.archive.incoming());
  } catch (thrown) {
    // The archive's own trouble ends the import; a message that cannot be read costs only itself.
    if (run.signal.aborted || (thrown instanceof MailError && thrown.kind === 'storage')) throw thrown;
    report.fail({ place: letter.place, reason: textOf(thrown) });
    return;
  }
  await batches.add(letter, run.folder ?? letter.folder, incoming);
}

function leave(report: ImportReport, { place, reason, isMail }: Exclude<Found, Letter>): void {
  if (isMail) report.fail({ place, reason });
  else report.skip({ place, reason });
}

/** Messages that are kept together, and their octets. */
const TOGETHER = 64;
const OCTETS = 8 << 20;

class Batches {
  readonly #run: Import;
  readonly #report: ImportReport;
  #batch: Arrived[] = [];
  #octets = 0;
  /** Places in the batch, and in the one that is being kept. */
  #here = new Set<string>();
  #before = new Set<string>();
  /** With dryRun: the ids of what would be stored, `shortened`. */
  readonly #counted = new Set<string>();
  #keeping: Promise<void> = Promise.resolve();

  constructor(run: Import, report: ImportReport) {
    this.#run = run;
    this.#report = report;
  }

  /** Takes a message that is ended; resolves when there is room for the next. Throws MailError `storage`. */
  async add(letter: Letter, folder: string, incoming: Incoming): Promise<void> {
    const { db, account, dryRun } = this.#run;
    const { id, size } = incoming.end();
    if (dryRun === true) {
      incoming.discard();
      const name = shortened(id);
      const isStored = this.#counted.has(name) || messagesOf(db).rowOf(id) !== undefined;
      if (!isStored) this.#counted.add(name);
      return this.#report.count(isStored ? 'known' : 'stored', folder, size);
    }
    const location = importedPlace(folder, id);
    const key = `${folder}\0${id}`;
    const isHere = this.#here.has(key) || this.#before.has(key);
    const isPlaced = isKnown(db, account, folder, location.uidl);
    if (isHere || isPlaced) {
      if (isPlaced && !isHere) await this.#mend(incoming);
      incoming.discard();
      const isStored = isHere || messagesOf(db).rowOf(id) !== undefined;
      this.#report.count(isStored ? 'known' : 'stored', folder, size);
      return;
    }
    const { received, flags } = letter;
    this.#batch.push({ incoming, location, received, flags, isDoubted: true });
    this.#here.add(key);
    this.#octets += size;
    if (this.#batch.length >= TOGETHER || this.#octets >= OCTETS) await this.#next();
  }

  /** What is known may have lost its file since, or hold other octets: here are the right ones. Throws MailError `storage`. */
  async #mend(incoming: Incoming): Promise<void> {
    const path = messagesOf(this.#run.db).pathOf(incoming.end().id);
    if (path !== undefined && (await this.#run.archive.replace(incoming, path))) this.#report.mended++;
  }

  /** Keeps what is left. Throws MailError `storage`. */
  async end(): Promise<void> {
    await this.#next();
    await this.#keeping;
  }

  /** Waits for the batch under way, and drops the one that was being filled. */
  async giveUp(): Promise<void> {
    for (const { incoming } of this.#batch) incoming.discard();
    await this.#keeping.catch(() => undefined);
  }

  async #next(): Promise<void> {
    await this.#keeping;
    const batch = this.#batch;
    this.#batch = [];
    this.#octets = 0;
    this.#before = this.#here;
    this.#here = new Set();
    this.#keeping = this.#keep(batch);
    this.#keeping.catch(() => undefined); // awaited with the next batch, or at the end
  }

  async #keep(batch: readonly Arrived[]): Promise<void> {
    const { archive, keeper, account } = this.#run;
    await needRoom(archive.data, 'the import stops').catch((thrown: unknown) => {
      for (const { incoming } of batch) incoming.discard();
      throw thrown;
    });
    for (const [at, { size, isNew }] of (await keeper.keep(account, batch)).entries()) {
      this.#report.count(isNew ? 'stored' : 'known', batch[at]?.location.folder ?? '', size);
    }
  }
}
