// What an import did: counts, and what was not imported with its place and reason, never left out in silence.
import type { MailError } from '../model/error.ts';

/** Something that was not imported. */
export interface Trouble {
  readonly place: string;
  readonly reason: string;
}

/** The messages of one folder. */
export interface FolderCounts {
  readonly name: string;
  stored: number;
  known: number;
}

/** What an import did, as it is told and sent. */
export interface Imported extends Readonly<Counts> {
  readonly ok: boolean;
  readonly folders: readonly Readonly<FolderCounts>[];
  readonly failures: readonly Trouble[];
  readonly others: readonly Trouble[];
  readonly error: (Pick<MailError, 'kind' | 'message' | 'retry'> & { readonly hint: string | null }) | null;
}

interface Counts {
  files: number;
  messages: number;
  stored: number;
  known: number;
  mended: number;
  deleted: number;
  failed: number;
  skipped: number;
  bytes: number;
}

/** What an import did. */
export class ImportReport implements Counts {
  /** Files that were read. */
  files = 0;
  /** Messages that were found, whatever became of them. */
  messages = 0;
  /** New in the archive. With a dry run: that would be. */
  stored = 0;
  /** In the archive before. */
  known = 0;
  /** Of the known: their stored file was missing or damaged, and is good again. */
  mended = 0;
  /** Deleted where they lay, and left. */
  deleted = 0;
  /** Octets of the messages stored. */
  bytes = 0;
  failed = 0;
  /** Files that are no mail. */
  skipped = 0;
  /** At most `LISTED` of them. */
  readonly failures: Trouble[] = [];
  readonly others: Trouble[] = [];
  /** What ended it early. */
  error: MailError | null = null;
  readonly #folders = new Map<string, FolderCounts>();

  /** All of it as it is now. */
  told(): Imported {
    const { files, messages, stored, known, mended, deleted, failed, skipped, bytes, failures, others } =
      this;
    const error = this.error && {
      kind: this.error.kind,
      message: this.error.message,
      retry: this.error.retry,
      hint: this.error.hint ?? null,
    };
    const counts = { files, messages, stored, known, mended, deleted, failed, skipped, bytes };
    const ok = failed === 0 && error === null;
    return { ok, ...counts, folders: [...this.#folders.values()], failures, others, error };
  }

  fail(trouble: Trouble): void {
    this.failed++;
    if (this.failures.length < LISTED) this.failures.push(trouble);
  }

  skip(trouble: Trouble): void {
    this.skipped++;
    if (this.others.length < LISTED) this.others.push(trouble);
  }

  /** One message more, of `bytes` octets, in a folder. */
  count(what: 'stored' | 'known', folder: string, bytes: number): void {
    this[what]++;
    if (what === 'stored') this.bytes += bytes;
    const counts = this.#folders.get(folder) ?? { name: folder, stored: 0, known: 0 };
    counts[what]++;
    this.#folders.set(folder, counts);
  }
}

/** What is listed one by one: more are counted, and memory stays bounded. */
const LISTED = 10_000;
