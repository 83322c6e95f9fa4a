// One message of the collection, with what a test may ask of it.
import type { Letter } from './compose.ts';
import { compose } from './compose.ts';

/** The folders of the collection. */
export type SampleFolder = 'INBOX' | '客户往来' | 'Sent' | 'Junk';

/** A message that we wrote. */
export interface Sample {
  /** Unique, kebab-case: `invoice-gb18030`. */
  readonly name: string;
  readonly folder: SampleFolder;
  readonly bytes: Buffer;
  /** What a person reads as the subject; null where there is none. */
  readonly subject: string | null;
  /** Words that stand in its readable text and must be found; empty where it has none. */
  readonly phrase: string;
  /** File names as a person reads them. */
  readonly attachments: readonly string[];
  /** The Date header in milliseconds; null where it is missing or nonsense. */
  readonly date: number | null;
  /** What the server gives as INTERNALDATE: two minutes after the date. Milliseconds. */
  readonly internalDate: number;
  readonly flags: readonly string[];
}

/** What a sample says beside its letter. */
export interface SampleNotes {
  readonly phrase: string;
  readonly folder?: SampleFolder;
  readonly attachments?: readonly string[];
  readonly flags?: readonly string[];
  /** The arrival of a message without a date, ISO 8601. */
  readonly arrived?: string;
  /** Changes the octets after they were composed. */
  readonly bend?: (bytes: Buffer) => Buffer;
}

/** Builds a sample. Its Message-ID is `<name@keep.example>` unless the letter says otherwise (null: none). */
export function sample(
  name: string,
  letter: Omit<Letter, 'messageId'> & { readonly messageId?: string | null },
  notes: SampleNotes,
): Sample {
  const messageId = letter.messageId === undefined ? idOf(name) : letter.messageId;
  const composed = compose({ ...letter, messageId });
  const date = letter.date === null ? null : Date.parse(letter.date);
  const arrived = date ?? Date.parse(notes.arrived ?? '2022-02-02T02:02:02Z');
  return {
    name,
    folder: notes.folder ?? 'INBOX',
    bytes: notes.bend === undefined ? composed : notes.bend(composed),
    subject: letter.subject,
    phrase: notes.phrase,
    attachments: notes.attachments ?? [],
    date,
    internalDate: arrived + 120_000,
    flags: notes.flags ?? [],
  };
}

/** The Message-ID of the sample of that name. */
export function idOf(name: string): string {
  return `<${name}@keep.example>`;
}

/** The people in it. */
export const WANG = '王小明 <wang@mail.test>';
export const LI = '李华 <li@mail.test>';
export const ANNA = 'Anna Schmidt <anna@example.com>';
export const CHEN = '陈静 <chen.jing@example.cn>';
export const TOM = 'Tom Baker <tom@example.org>';
export const SHOP = '蓝鲸书店 <service@bluewhale.example>';
