// PURE: entries ↔ the lines of a journal. A line is JSON whose last field is the CRC-32 of the line without it, so that a
// torn or damaged line is known for one, and never read as something else.
import { crc32 } from 'node:zlib';
import type { Entry } from './entry.ts';

/** The version of the format that is written; an older program must refuse a newer one. */
export const VERSION = 1;

/** What a line turned out to be. */
export type Line =
  | { readonly is: 'entry'; readonly entry: Entry }
  /** Whole, but of a kind that this version does not know. */
  | { readonly is: 'unknown'; readonly op: string }
  | { readonly is: 'damaged' }
  /** Octets of it never reached the disk, and zeros stand there: the power was cut while it was written. */
  | { readonly is: 'hole' };

/** The line of an entry, with its line feed. */
export function entryLine(entry: Entry): string {
  return sealed({ ...entry });
}

/** The first line of an account's journal. */
export function headerLine(account: string): string {
  return sealed({ format: 'mailkeep-journal', version: VERSION, account });
}

/** Reads a line without its line feed. */
export function readLine(line: Buffer): Line {
  const value = unsealed(line);
  if (value === undefined) return { is: line.includes(NUL) ? 'hole' : 'damaged' };
  const { op } = value;
  if (typeof op !== 'string') return { is: 'unknown', op: '' };
  return isEntry(value) ? { is: 'entry', entry: value } : { is: 'unknown', op };
}

/** The version that a first line tells; undefined where it is damaged or something else. */
export function readHeader(line: Buffer): number | undefined {
  const value = unsealed(line);
  if (value === undefined || value['format'] !== 'mailkeep-journal') return undefined;
  const { version } = value;
  return typeof version === 'number' && version >= 1 ? version : undefined;
}

/** The line of an object, with its sum and its line feed. */
export function sealed(value: object): string {
  const text = JSON.stringify(value);
  return `${text.slice(0, -1)},"sum":"${hex(crc32(text))}"}\n`;
}

/** JSON has none. */
const NUL = 0;

/** `,"sum":"xxxxxxxx"}` */
const SUM_LENGTH = 18;
const SUM = /^,"sum":"([0-9a-f]{8})"\}$/;
const BRACE = Buffer.from('}');

/** The object of a line whose sum is right, as octets: nothing is written anew to be compared. */
export function unsealed(line: Buffer): Record<string, unknown> | undefined {
  const cut = line.length - SUM_LENGTH;
  const sum = cut < 1 ? undefined : SUM.exec(line.toString('latin1', cut))?.[1];
  if (sum === undefined || sum !== hex(crc32(BRACE, crc32(line.subarray(0, cut))))) return undefined;
  try {
    const value: unknown = JSON.parse(`${line.toString('utf8', 0, cut)}}`);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isEntry(value: object): value is Entry {
  return (
    'op' in value && typeof value.op === 'string' && OPS.has(value.op) && 'folder' in value && 'at' in value
  );
}

const OPS: ReadonlySet<string> = new Set<Entry['op']>(['seen', 'flags', 'gone', 'back', 'delete', 'folder']);

function hex(sum: number): string {
  return sum.toString(16).padStart(8, '0');
}
