// PURE: a message's bytes → where its file lies. The place depends on the message's own Date, else on the date that the
// server gave, and on nothing else, so that two accounts that hold the same message share one file.
import type { MessageId } from '../model/ids.ts';
import { parseDate } from './mail-date.ts';

/**
 * `YYYY/MM/<id>.eml` (UTC) or `undated/<id>.eml`, below `<data>/mail`. `date` in milliseconds since 1970; null or a year
 * outside of 1970 to 2200 is undated.
 */
export function pathFor(id: MessageId, date: number | null): string {
  if (date === null || !isLikely(date)) return `undated/${id}.eml`;
  const day = new Date(date);
  return `${day.getUTCFullYear()}/${String(day.getUTCMonth() + 1).padStart(2, '0')}/${id}.eml`;
}

/** True for a date from 1970 to 2200, in milliseconds since 1970: any other is a clock's or a program's mistake. */
export function isLikely(date: number): boolean {
  return date >= 0 && date < END;
}

const END = Date.UTC(2201, 0, 1);

/** True for a path that `pathFor` can give; anything else must never reach the file system. */
export function isPath(path: string): boolean {
  return PATH.test(path);
}

const PATH = /^(?:\d{4}\/(?:0[1-9]|1[0-2])|undated)\/[0-9a-f]{64}\.eml$/;

/**
 * The date of a message by its own Date header, in milliseconds since 1970; `head` is its header, raw. The first Date
 * header counts (M-020). Null where there is none, it cannot be read, or its year is outside of 1970 to 2200.
 */
export function dateOf(head: Buffer): number | null {
  const found = DATE.exec(head.toString('latin1'))?.[1];
  return found === undefined ? null : parseDate(Buffer.from(found.slice(0, LONGEST), 'latin1'));
}

/** RFC 5322 §2.2.3: a line that begins with a space or a tab continues the header before it. */
const DATE = /(?:^|[\r\n])date[ \t]*:([^\r\n]*(?:(?:\r\n|\n|\r)[ \t][^\r\n]*)*)/i;

/** No date needs more octets, comments included. */
const LONGEST = 500;
