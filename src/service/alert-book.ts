// `<data>/alerts.json`: which alerts are open, and who is still to be told of what. It outlives restarts, so that nobody hears
// of the same twice; where it is lost, what is wrong is told once more.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { textOf } from '../model/error.ts';
import { writeAtomic } from '../runtime/atomic-file.ts';
import { ALERT_KINDS, type AlertEvent, type OpenAlert } from './alert.ts';

/** Something that somebody is still to be told. */
export interface Untold {
  readonly event: AlertEvent;
  /** The alert command: how often it has failed, and when it is due (ms); null: it was told, given up, or is not wanted. */
  readonly command: { readonly failures: number; readonly next: number } | null;
  /** A mail is still to be written. */
  readonly mail: boolean;
}

/** The book. */
export interface AlertBook {
  readonly open: readonly OpenAlert[];
  readonly untold: readonly Untold[];
  /** When each account was first seen; milliseconds since 1970, as all times in numbers here. */
  readonly watched: Readonly<Record<string, number>>;
  /** When mails were written. */
  readonly mails: readonly number[];
  /** Why the last try to tell somebody failed; null where it did not. */
  readonly trouble: string | null;
}

const hint = z.object({ en: z.string(), zh: z.string() });
const alert = z.object({
  kind: z.enum(ALERT_KINDS),
  account: z.string().nullable(),
  subject: z.string(),
  since: z.string(),
  message: hint,
  hint,
});
const shape: z.ZodType<AlertBook> = z.object({
  open: z.array(alert),
  untold: z.array(
    z.object({
      event: alert.extend({ event: z.enum(['start', 'end']), at: z.string() }),
      command: z.object({ failures: z.number(), next: z.number() }).nullable(),
      mail: z.boolean(),
    }),
  ),
  watched: z.record(z.string(), z.number()),
  mails: z.array(z.number()),
  trouble: z.string().nullable(),
});

const NOTHING: AlertBook = { open: [], untold: [], watched: {}, mails: [], trouble: null };

/** The book below `data`; an empty one where there is none, or none that can be read. */
export async function readBook(data: string): Promise<AlertBook> {
  try {
    return shape.parse(JSON.parse(await readFile(join(data, FILE), 'utf8')));
  } catch {
    return NOTHING;
  }
}

/**
 * The book in the hands of the one who writes it, who keeps it in mind: what the disk does not take is told all the same, and what
 * was noted into the mount point of a disk that was away is known when it is back.
 */
export class Notebook {
  #book: AlertBook | undefined;
  #waits = false;

  /** As it was last noted, durably or not. */
  async read(data: string): Promise<AlertBook> {
    this.#book ??= await readBook(data);
    return this.#book;
  }

  /** Notes it. Null where it is durable; else why it is not: after a restart the same may be told once more. */
  async note(data: string, book: AlertBook): Promise<string | null> {
    this.#book = book;
    try {
      await writeAtomic(join(data, FILE), `${JSON.stringify(book)}\n`, 0o600);
      this.#waits = false;
      return null;
    } catch (thrown) {
      this.#waits = true;
      return textOf(thrown);
    }
  }

  /** Something waits for a disk that takes it. */
  get waits(): boolean {
    return this.#waits;
  }
}

const FILE = 'alerts.json';
