// A letter as outbox.db keeps it: the entry that queue.ts decides about, and the facts that those around it need. Here a
// row becomes a letter and a letter becomes a row.
import { newEntry, type Entry, type Recipient, type RecipientState, STATES } from './entry.ts';

/** The file that a letter was. */
export interface Origin {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly mtimeNs: bigint;
  readonly size: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/** An entry with all that is stored of it. */
export interface Letter extends Entry {
  readonly id: string;
  /** The name that it had in the drop folder, readable; never a path. */
  readonly file: string;
  /** The account folder that it lay in, or null. */
  readonly folder: string | null;
  readonly account: string | null;
  readonly sender: string | null;
  readonly hint: string | null;
  /** The answer to the dot. */
  readonly reply: string | null;
  /** Set at the claim: it is to fail with this reason. */
  readonly verdict: string | null;
  readonly origin: Origin;
  /** The original is gone from the drop folder for certain. */
  readonly unlinked: boolean;
  readonly messageId: string | null;
  /** Octets that are sent; null until they are frozen. */
  readonly size: number | null;
  readonly eightBitBody: boolean;
  readonly eightBitHead: boolean;
  /** It has parts that are no lines of text. */
  readonly binary: boolean;
  /** The path in sent/ or failed/, chosen before it is written. */
  readonly landed: string | null;
  readonly placed: boolean;
  readonly kept: boolean;
  /** The report of its failure is in the archive. */
  readonly reported: boolean;
}

/** True where we have made its Message-ID (prepare.ts): no mail program has put a copy of it anywhere. */
export function isOursById({ id, messageId }: Pick<Letter, 'id' | 'messageId'>): boolean {
  return messageId?.includes(`.${id}@`) === true;
}

/** What a claim knows of a letter. */
export type Claim = Pick<Letter, 'id' | 'file' | 'folder' | 'verdict' | 'origin'>;

/** A row of `entry`, column by column. */
export interface EntryRow {
  readonly id: string;
  readonly file: string;
  readonly folder: string | null;
  readonly account: string | null;
  readonly state: string;
  readonly sender: string | null;
  readonly created: number;
  readonly changed: number;
  readonly renewed: number | null;
  readonly not_before: number | null;
  readonly next: number | null;
  readonly attempts: number;
  readonly doubts: number;
  readonly held: number;
  readonly late: number | null;
  readonly reason: string | null;
  readonly hint: string | null;
  readonly reply: string | null;
  readonly verdict: string | null;
  readonly dev: string;
  readonly ino: string;
  readonly mtime: string;
  readonly size: number;
  readonly sha256: string;
  readonly unlinked: number;
  readonly message_id: string | null;
  readonly frozen_size: number | null;
  readonly eight_bit: number;
  readonly landed: string | null;
  readonly placed: number;
  readonly kept: number;
  readonly reported: number;
}

/** A row of `recipient`. */
export interface RecipientRow {
  readonly entry: string;
  readonly address: string;
  readonly state: RecipientState;
  readonly reply: string | null;
  readonly doubt: number | null;
}

/** The letter right after its claim. */
export function claimed(claim: Claim, now: number): Letter {
  return {
    ...newEntry(now),
    ...claim,
    state: 'claimed',
    account: null,
    sender: null,
    hint: null,
    reply: null,
    unlinked: false,
    messageId: null,
    size: null,
    eightBitBody: false,
    eightBitHead: false,
    binary: false,
    landed: null,
    placed: false,
    kept: false,
    reported: false,
  };
}

/** A letter as its row. */
export function rowOf(letter: Letter, now: number): EntryRow {
  const { origin } = letter;
  return {
    id: letter.id,
    file: letter.file,
    folder: letter.folder,
    account: letter.account,
    state: letter.state,
    sender: letter.sender,
    created: letter.created,
    changed: now,
    renewed: letter.renewed,
    not_before: letter.notBefore,
    next: letter.next,
    attempts: letter.attempts,
    doubts: letter.doubts,
    held: letter.held ? 1 : 0,
    late: letter.late,
    reason: letter.reason,
    hint: letter.hint,
    reply: letter.reply,
    verdict: letter.verdict,
    dev: String(origin.dev),
    ino: String(origin.ino),
    mtime: String(origin.mtimeNs),
    size: origin.size,
    sha256: origin.sha256,
    unlinked: letter.unlinked ? 1 : 0,
    message_id: letter.messageId,
    frozen_size: letter.size,
    eight_bit: (letter.eightBitBody ? 1 : 0) + (letter.eightBitHead ? 2 : 0) + (letter.binary ? 4 : 0),
    landed: letter.landed,
    placed: letter.placed ? 1 : 0,
    kept: letter.kept ? 1 : 0,
    reported: letter.reported ? 1 : 0,
  };
}

/** A row as its letter. Throws RangeError for a state that this program does not know. */
export function letterOf(row: EntryRow, recipients: readonly RecipientRow[]): Letter {
  const state = STATES.find((known) => known === row.state);
  if (state === undefined) throw new RangeError(`no such state: ${row.state}`);
  return {
    id: row.id,
    file: row.file,
    folder: row.folder,
    account: row.account,
    state,
    sender: row.sender,
    recipients: recipients.map(({ address, state, reply, doubt }): Recipient => ({
      address,
      state,
      reply,
      doubt,
    })),
    created: row.created,
    renewed: row.renewed,
    notBefore: row.not_before,
    next: row.next,
    attempts: row.attempts,
    doubts: row.doubts,
    held: row.held === 1,
    late: row.late,
    reason: row.reason,
    hint: row.hint,
    reply: row.reply,
    verdict: row.verdict,
    origin: {
      dev: BigInt(row.dev),
      ino: BigInt(row.ino),
      mtimeNs: BigInt(row.mtime),
      size: row.size,
      sha256: row.sha256,
    },
    unlinked: row.unlinked === 1,
    messageId: row.message_id,
    size: row.frozen_size,
    eightBitBody: (row.eight_bit & 1) !== 0,
    eightBitHead: (row.eight_bit & 2) !== 0,
    binary: (row.eight_bit & 4) !== 0,
    landed: row.landed,
    placed: row.placed === 1,
    kept: row.kept === 1,
    reported: row.reported === 1,
  };
}
