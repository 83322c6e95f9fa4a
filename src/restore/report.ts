// What a restore tells: what was to lie in each folder of the target, what became of it, and what a fresh look at the server
// then proved.
import type { MessageId } from '../model/ids.ts';
import type { MailErrorKind, Retry } from '../model/error.ts';

/** A message that is not at the target. */
export interface Failed {
  readonly id: MessageId;
  readonly reason: string;
}

/** One folder of the target. */
export interface FolderReport {
  /** Readable. */
  readonly name: string;
  /** It was not there before. */
  readonly created: boolean;
  /** Messages that were to lie in it. */
  readonly wanted: number;
  /** Of these: there before. */
  readonly there: number;
  /** There now, and not before; with a dry run: would be uploaded. */
  readonly restored: number;
  /** There, but not octet for octet: the server changed them. */
  readonly changed: readonly MessageId[];
  readonly failed: readonly Failed[];
  /** Not there, without a reason. */
  readonly missing: readonly MessageId[];
  /** Messages that lie there more than once. */
  readonly doubles: number;
}

/** What the last look proved. */
export interface Proof {
  /** Messages found by Message-ID (else date) and size. */
  readonly listed: number;
  /** Of these: fetched back, and hashed. */
  readonly hashed: number;
  /** Messages restored now that have another date there, or other flags though their folder keeps such. */
  readonly otherDates: number;
  readonly otherFlags: number;
  /** Messages restored now that are without flags that their folder does not keep, and these flags. */
  readonly unkept: number;
  readonly unkeptFlags: readonly string[];
}

/** Why nothing is proved; the first of these that holds. */
export type Unproved =
  /** It came to its end too early: see `error`. */
  | 'ended'
  /** There was nothing to restore. */
  | 'nothing'
  | 'dryRun'
  /** Messages are not there, with reasons. */
  | 'notRestored'
  /** Messages are not there. */
  | 'missing'
  /** All are there, some of them as the server changed them. */
  | 'changed'
  /** Their octets are there, with other dates or other flags. */
  | 'otherDates'
  | 'otherFlags';

/** All of it. */
export interface RestoreReport {
  /**
   * All that was to be there is there and equal: what was fetched back to the octet, and all the rest in size; what was restored
   * now in its date and its flags too, as far as the server keeps such flags.
   */
  readonly proved: boolean;
  /** Null where it is proved. */
  readonly reason: Unproved | null;
  readonly account: string;
  readonly folders: readonly FolderReport[];
  /** Sums over the folders. */
  readonly wanted: number;
  readonly there: number;
  readonly restored: number;
  readonly changed: number;
  readonly failed: number;
  readonly missing: number;
  /** Octets uploaded, some perhaps in vain. */
  readonly bytes: number;
  readonly seconds: number;
  /** Null: it did not come to that. */
  readonly proof: Proof | null;
  /** What ended it before its end. */
  readonly error: {
    readonly kind: MailErrorKind;
    readonly message: string;
    readonly retry: Retry;
    readonly hint: string | null;
  } | null;
}
