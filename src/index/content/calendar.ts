// PURE: an iCalendar or a vCard → the lines that a person reads in it: what, where, when, who. Only the fields that hold
// words are kept; folding, escapes and quoted parameters are undone (RFC 5545 §3.1). Time is linear in any input.
import { LONGEST_TEXT, reading } from './content.ts';
import type { Reading } from './content.ts';

/** Fields whose value is a text. */
const TEXTS: ReadonlySet<string> = new Set(
  'SUMMARY DESCRIPTION LOCATION COMMENT CATEGORIES CONTACT RESOURCES URL X-WR-CALNAME X-WR-CALDESC FN N NICKNAME ORG TITLE ROLE NOTE TEL EMAIL ADR'.split(
    ' ',
  ),
);
/** Fields whose value is an address, with the name in a parameter. */
const PEOPLE: ReadonlySet<string> = new Set(['ORGANIZER', 'ATTENDEE']);
const TIMES: ReadonlySet<string> = new Set(['DTSTART', 'DTEND', 'DUE']);

/** Reads a calendar or a card, decoded. */
export function readCalendar(source: string, limit: number = LONGEST_TEXT): Reading {
  const out: string[] = [];
  let length = 0;
  for (const line of unfolded(source)) {
    const text = readLine(line);
    if (text === '' || text === out.at(-1)) continue;
    out.push(text);
    length += text.length + 1;
    if (length > limit) break;
  }
  return reading(out.join('\n'), limit);
}

/** RFC 5545 §3.1: a line that begins with a blank goes on with the one before. */
function* unfolded(source: string): Generator<string> {
  let line: string[] = [];
  for (let at = 0; at < source.length;) {
    const feed = source.indexOf('\n', at);
    const end = feed === -1 ? source.length : feed;
    const isMore = source[at] === ' ' || source[at] === '\t';
    if (!isMore && line.length > 0) {
      yield line.join('');
      line = [];
    }
    const piece = source.slice(isMore ? at + 1 : at, source[end - 1] === '\r' ? end - 1 : end);
    if (piece !== '' || line.length === 0) line.push(piece);
    at = end + 1;
  }
  if (line.length > 0) yield line.join('');
}

function readLine(line: string): string {
  const field = /^(?:[\w-]{1,60}\.)?([A-Za-z-]{1,60})((?:;(?:"[^"]*"|[^":])*)?):/.exec(line);
  if (field === null) return '';
  const name = (field[1] ?? '').toUpperCase();
  const value = line.slice(field[0].length);
  if (TEXTS.has(name)) return unescaped(value);
  if (TIMES.has(name)) return readable(value);
  if (!PEOPLE.has(name)) return '';
  const known = /;CN=(?:"([^"]*)"|([^;:]*))/i.exec(field[2] ?? '');
  const address = value.replace(/^mailto:/i, '');
  return `${known?.[1] ?? known?.[2] ?? ''} <${address}>`.trim();
}

/** RFC 5545 §3.3.11, and the semicolons between the parts of a vCard's name. */
function unescaped(value: string): string {
  return value
    .replace(/\\([nN,;\\])|;/g, (whole, escaped: string | undefined) =>
      whole === ';' ? ' ' : escaped === 'n' || escaped === 'N' ? '\n' : (escaped ?? ''),
    )
    .trim();
}

/** 20260102T0304… as 2026-01-02 03:04, for those who look for a day. */
function readable(value: string): string {
  const parts = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d))?/.exec(value);
  if (parts === null) return '';
  const [, year, month, day, hour, minute] = parts;
  return `${year}-${month}-${day}${hour === undefined ? '' : ` ${hour}:${minute}`}`;
}
