// Where an export goes: a folder of `.eml`, an mbox, or a Maildir.
import type { Chosen } from './chosen.ts';
import type { Content } from './content.ts';

/** What is written to. */
export interface Target {
  /** Messages that may be put at once. */
  readonly lanes: number;
  /** Keywords that it has no place for, of what was put. */
  readonly unkept?: ReadonlySet<string>;
  /** Writes a message, or finds that it is there. Throws Refused where this one has no place, else MailError. */
  put(message: Chosen, content: Content): Promise<'written' | 'known'>;
  /** Makes all of it durable. Throws MailError `storage`. */
  end(): Promise<void>;
  /** The export ended early; what was put stays where a later one finds it, or goes. */
  abandon(): Promise<void>;
}

/** This message cannot be written, others can. */
export class Refused extends Error {}
