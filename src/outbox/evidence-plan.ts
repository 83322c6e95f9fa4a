// PURE: a message whose last line got no answer is looked for before anything else is done: when, how often, what a find proves,
// and from when it may be sent again without one.
import type { Event } from './event.ts';
import { type Entry, inDoubt } from './entry.ts';
import type { Told } from './reports.ts';

/** A search for one letter, as it stands. Times are milliseconds since 1970. */
export interface Search {
  /** The missed answer, counted as `doubts` of the letter. */
  readonly doubts: number;
  readonly since: number;
  /** Searches that came to their end, and found nothing. */
  readonly looks: number;
  /** Failures in a row. */
  readonly failures: number;
  /** Null: no more. */
  readonly next: number | null;
}

/** What one place has of a message. */
export type Finding =
  /** The message itself. `where`: for a person. */
  | { readonly kind: 'copy'; readonly where: string }
  /** A message with its Message-ID, which a mail program may have put there as well. */
  | { readonly kind: 'trace'; readonly where: string }
  /** A mail server tells of it. */
  | { readonly kind: 'report'; readonly told: readonly Told[] }
  /** Somebody who was to get it has answered it. */
  | { readonly kind: 'answer'; readonly address: string };

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** After the missed answer: servers file at once, reports take a while, and people take days. */
const LOOKS: readonly number[] = [
  MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  8 * HOUR,
  DAY,
  2 * DAY,
  5 * DAY,
];
/** So many looks come before it is sent again. */
const ENOUGH = 3;
const RETRIES: readonly number[] = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR];
/** A place that cannot be searched is waited for so long, and no longer. */
const PATIENCE = 4 * HOUR;

/** The search for a letter whose answer was just missed. */
export function newSearch(doubts: number, now: number): Search {
  return { doubts, since: now, looks: 0, failures: 0, next: now + (LOOKS[0] ?? 0) };
}

/** The search by a clock that was put back since it began: what is awaited comes as soon as it would have, and not a year late. */
export function reckoned(search: Search, now: number): Search {
  if (search.since <= now) return search;
  return { ...search, since: now, next: search.next === null ? null : now };
}

/** After a look that found nothing. */
export function lookedInVain(search: Search): Search {
  const looks = search.looks + 1;
  const after = LOOKS[looks];
  return { ...search, looks, failures: 0, next: after === undefined ? null : search.since + after };
}

/** After one that could not be made. */
export function lookFailed(search: Search, now: number): Search {
  const failures = search.failures + 1;
  return { ...search, failures, next: now + (RETRIES[Math.min(failures, RETRIES.length) - 1] ?? HOUR) };
}

/** A person wants it sent at once: one more look comes before. */
export function hurried(search: Search, now: number): Search {
  return { ...search, looks: Math.max(search.looks, ENOUGH - 1), failures: 0, next: now };
}

/** True where enough was looked, or where it was waited long enough for a place that cannot be searched. */
export function mayGo({ looks, failures, since, next }: Search, now: number): boolean {
  return looks >= ENOUGH || next === null || (failures > 0 && now - since >= PATIENCE);
}

/**
 * What the findings make of a letter in doubt, in order; none: nothing. `alone`: no other transaction can have left a copy of it,
 * so that one proves that the server took what is in doubt.
 */
export function provedBy(entry: Entry, findings: readonly Finding[], alone: boolean): Event[] {
  const doubtful = inDoubt(entry);
  const names = doubtful.map(({ address }) => address);
  // Those that were asked in one transaction were taken together, or not at all.
  const together = new Set(doubtful.map(({ doubt }) => doubt)).size === 1;
  const told = findings
    .flatMap((one) => (one.kind === 'report' ? one.told : []))
    .filter(({ address }) => names.includes(address));
  const failed = told.filter(({ what }) => what === 'failed');
  const [first] = failed;
  const addresses = names.filter((name) => failed.some(({ address }) => address === name));
  const events: Event[] =
    first === undefined ? [] : [{ type: 'bounce', addresses, reply: `a report came: ${first.text}` }];
  const proof = proofOf(told, findings, names, alone);
  if (together && proof !== null && addresses.length < names.length)
    events.push({ type: 'found', where: proof });
  return events;
}

function proofOf(
  told: readonly Told[],
  findings: readonly Finding[],
  names: readonly string[],
  alone: boolean,
): string | null {
  const [report] = told;
  if (report !== undefined) return `the server has reported on it: ${report.text}`;
  for (const finding of findings) {
    if (finding.kind === 'answer' && names.includes(finding.address))
      return `${finding.address} has answered it`;
    if (finding.kind === 'copy' && alone) return `it was found ${finding.where}`;
  }
  return null;
}
