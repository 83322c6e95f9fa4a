// Batches on their way to the disk and into the index, a few at once: one is synced while the next is read. What came whole
// is counted once it is durable and searchable; what could not be kept is thrown to whoever brings the next.
import { needRoom } from '../runtime/room.ts';
import type { Whole } from './batch.ts';
import type { ContentNames } from './content-names.ts';
import type { FolderRun } from './folder-run.ts';
import type { FolderReport } from './report.ts';

/** Batches under way at once: one is synced while another is read and a third comes. */
const DEPTH = 4;

/** The batches of one folder that came, and are not yet kept. */
export class Keeping {
  readonly #run: FolderRun;
  readonly #report: FolderReport;
  readonly #names: ContentNames | undefined;
  /** Oldest first. */
  readonly #under: Promise<void>[] = [];

  /** `names`: of a POP3 listing some messages are named only when they come. */
  constructor(run: FolderRun, report: FolderReport, names?: ContentNames) {
    this.#run = run;
    this.#report = report;
    this.#names = names;
  }

  /** Waits until few enough are under way, and begins with these. Rejects, and discards them, where an earlier batch could not be kept. */
  async take(whole: readonly Whole[]): Promise<void> {
    try {
      while (this.#under.length >= DEPTH) await this.#under.shift();
    } catch (thrown) {
      for (const { incoming } of whole) incoming.discard();
      throw thrown;
    }
    const keeping = this.#keep(whole);
    keeping.catch(() => {}); // it is awaited when there must be room, or at the end
    this.#under.push(keeping);
  }

  /** Waits for all that is under way, and throws what the first of them failed with. */
  async done(): Promise<void> {
    const ends = await Promise.allSettled(this.#under.splice(0));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  async #keep(whole: readonly Whole[]): Promise<void> {
    const fresh = whole.filter((one) => !this.#met(one));
    if (fresh.length === 0) return;
    try {
      await needRoom(this.#run.archive.data);
    } catch (thrown) {
      for (const { incoming } of fresh) incoming.discard();
      throw thrown;
    }
    const kept = await this.#run.keeper.keep(this.#run.account, fresh);
    this.#report.stored += kept.length;
    this.#report.pending -= kept.length;
    this.#run.stored(
      kept.length,
      kept.reduce((sum, { size }) => sum + size, 0),
    );
  }

  /** True for a message that was fetched to know it, and is stored: nothing is to be kept. */
  #met({ incoming, location }: Whole): boolean {
    if (this.#names === undefined || !('uidl' in location) || !this.#names.isPresent(location.uidl))
      return false;
    incoming.discard();
    this.#report.known++;
    this.#report.pending--;
    return true;
  }
}
