// PURE: the value of a Date header → a time, in all the forms that mail programs have written (M-020): RFC 5322 and its
// obsolete forms, ctime, ISO 8601, month names of other languages, zones by name. Nothing is guessed: what is not
// plain is null, and the message is filed by the date that its server gave.
import { zoneMinutes } from './zones.ts';

/** Milliseconds since 1970 of a Date header's value, raw; null where it cannot be read or its year is outside of 1970 to 2200. */
export function parseDate(value: Buffer): number | null {
  const utf8 = value.toString('utf8');
  const raw = utf8.includes('\ufffd') ? value.toString('latin1') : utf8;
  const { text, comments } = withoutComments(raw.replace(/[\s\0]+/g, ' '));
  const time = TIME.exec(text) ?? DOTTED_TIME.exec(text);
  const before = time === null ? text : text.slice(0, time.index);
  const after = time === null ? '' : text.slice(time.index + time[0].length);
  const day = numericDay(before) ?? namedDay(before, after);
  const clock = time === null ? 0 : clockOf(time);
  if (day === undefined || clock === undefined) return null;
  // RFC 5322 §4.3: a zone that is missing or not known says nothing, and the time counts as UTC.
  const zone = zoneOf(after) ?? zoneOf(comments) ?? 0;
  return inRange(day, clock - zone * 60_000);
}

interface Day {
  readonly year: number;
  /** 1 to 12 */
  readonly month: number;
  readonly day: number;
}

const TIME = /(?<!\d)(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,:]\d+)?)?(?!\d)(?: ?([ap])\.?m\b\.?)?/i;
/** `13.55.12`, but only behind a blank that follows a year or a name, never the date `13.05.12` itself. */
const DOTTED_TIME = /(?<=(?:\d{4}|[a-z]{3,}\.?) )(\d{1,2})\.(\d{2})\.(\d{2})(?![\d.])/i;

/** RFC 5322 §3.2.2: comments nest, and a backslash quotes. They come back apart: some zones stand only in them. */
function withoutComments(value: string): { readonly text: string; readonly comments: string } {
  let text = '';
  let comments = '';
  let depth = 0;
  for (let at = 0; at < value.length; at++) {
    const char = value[at];
    if (char === '\\') at++;
    else if (char === '(') depth++;
    else if (char === ')') depth = Math.max(0, depth - 1);
    else if (depth === 0) text += char;
    else comments += char;
    if (char === '(') text += ' ';
    if (char === ')') comments += ' ';
  }
  return { text, comments };
}

/** Milliseconds since midnight; undefined where it is no time of day. A leap second is allowed (RFC 5322 §3.3). */
function clockOf([, hours, minutes, seconds = '0', half]: RegExpExecArray): number | undefined {
  const [h, m, s] = [Number(hours), Number(minutes), Number(seconds)];
  if (h > 24 || m > 59 || s > 60 || (h === 24 && m + s > 0)) return undefined;
  const hour = half === undefined || h > 12 ? h : (h % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  return ((hour * 60 + m) * 60 + s) * 1000;
}

/** `2007-08-30`, `2007/8/30`, `2007年8月30日`, or `30.8.2007`; `8/9/2007` is two days at once, and is not read. */
function numericDay(before: string): Day | undefined {
  const [, year, month, day] = /(?<!\d)(\d{4})[-/.年] ?(\d{1,2})[-/.月] ?(\d{1,2})(?!\d)/.exec(before) ?? [];
  if (year !== undefined) return { year: Number(year), month: Number(month), day: Number(day) };
  const [, d, m, y] = /(?<![\d.])(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d)/.exec(before) ?? [];
  return d === undefined ? undefined : { year: Number(y), month: Number(m), day: Number(d) };
}

/** A day, a month's name and a year, before or behind the time; the day comes first where both are short. */
function namedDay(before: string, after: string): Day | undefined {
  const front = words(before);
  const whole = [...front, ...words(after.replace(OFFSET, ' '))];
  const month = lastMonth(front) ?? lastMonth(whole);
  if (month === undefined) return undefined;
  const numbers = whole.filter((word) => /^\d{1,4}$/.test(word));
  const day = numbers.find((word) => word.length <= 2);
  if (day === undefined) return undefined;
  const rest = numbers.toSpliced(numbers.indexOf(day), 1);
  // ctime has its zone between the time and the year; a year of four digits is never mistaken.
  const year = rest.find((word) => word.length === 4) ?? rest[0];
  return year === undefined ? undefined : { year: fullYear(year), month, day: Number(day) };
}

/** Letters and digits in runs. */
function words(text: string): string[] {
  return text.match(/\d+月|[一二三四五六七八九十]+月|\d+|[^\d\s,./-]+/g) ?? [];
}

/** The last month's name among the words: in Spanish `mar` is Tuesday too, and weekdays come first. */
function lastMonth(among: readonly string[]): number | undefined {
  for (const word of among.toReversed()) {
    const plain = word.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
    const month = CHINESE.get(plain) ?? MONTHS.get(plain.slice(0, 4)) ?? MONTHS.get(plain.slice(0, 3));
    if (month !== undefined) return month;
  }
  return undefined;
}

/** By their first letters: English, then German, French, Spanish, Portuguese, Italian, Dutch and Scandinavian. */
const MONTHS: ReadonlyMap<string, number> = new Map(
  [
    'jan ene gen',
    'feb fev',
    'mar mrz maa mrt',
    'apr abr avr',
    'may mai mei maj mag',
    'jun giu juin',
    'jul lug juil',
    'aug ago aou',
    'sep set',
    'oct okt out ott',
    'nov',
    'dec dez dic des',
  ].flatMap((names, at) => names.split(' ').map((name) => [name, at + 1] as const)),
);

const CHINESE: ReadonlyMap<string, number> = new Map(
  ['一', '二', '三', '四', '五', '六', '七', '八', '九', '十', '十一', '十二'].flatMap((name, at) => [
    [`${name}月`, at + 1] as const,
    [`${at + 1}月`, at + 1] as const,
  ]),
);

/** RFC 5322 §4.3: two digits are 2000 to 2049 and 1950 to 1999, three digits count from 1900. */
function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length >= 4) return year;
  return digits.length <= 2 && year < 50 ? 2000 + year : 1900 + year;
}

/** `+0800`, `-08:00`, `+8` (of `GMT+8`); `+9900` is no offset. */
const OFFSET = /(?<![\d-])([+-])(0\d|1[0-5]|\d)(?::?([0-5]\d))?(?!\d)/;

/** Minutes east of UTC, from an offset or a name. */
function zoneOf(text: string): number | undefined {
  const [, sign, hours, minutes = '0'] = OFFSET.exec(text) ?? [];
  if (sign !== undefined) return (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  for (const name of text.match(/[a-z]+(?:\d[a-z]+)?/gi) ?? []) {
    const known = zoneMinutes(name);
    if (known !== undefined) return known;
  }
  return undefined;
}

/** The day must exist: a thirtieth of February is no date. */
function inRange({ year, month, day }: Day, add: number): number | null {
  if (year < 1970 || year > 2200) return null;
  const midnight = Date.UTC(year, month - 1, day);
  const read = new Date(midnight);
  if (read.getUTCMonth() !== month - 1 || read.getUTCDate() !== day) return null;
  const time = midnight + add;
  const found = new Date(time).getUTCFullYear();
  return found >= 1970 && found <= 2200 ? time : null;
}
