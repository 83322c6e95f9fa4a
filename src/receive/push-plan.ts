// PURE: how long a push waits, for what, and which news is worth a poll. The times grow where a server or the network
// between does not bear it, so that nobody is hammered with logins and a connection that dies in silence is missed soon.
import type { WireName } from '../model/ids.ts';
import type { News } from '../protocol/imap/news.ts';
import { unchanged, type Counts } from './way.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** RFC 2177 §3 allows 29 minutes; I-169: some routers forget a quiet connection after 10, or after 5; some proxies after 2. */
const IDLE: readonly number[] = [25 * MINUTE, 9 * MINUTE, 4 * MINUTE, 90 * SECOND];
const RECONNECT: readonly number[] = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE];

/** News that comes together is one poll: it begins so many milliseconds after the first of it. */
export const GATHER: number = 1500;
/** Polls in a row after which the time between two grows, and what it grows to. */
const FEW = 5;
const FAR = 4 * MINUTE;

/**
 * Milliseconds between two polls that push wakes, at least. Where there is one connection only, each of them costs two
 * logins, and QQ counts those (I-025). After `row` of them, one soon after the other, it is more: a server whose news never
 * ends is not to be logged in to each few seconds for ever.
 */
export function apart(connections: number, row: number): number {
  return Math.min(FAR, (connections > 1 ? 5 * SECOND : 30 * SECOND) * 2 ** Math.max(0, row - FEW));
}

/** How long one IDLE lasts, in milliseconds, after connections of this account died in silence so many times. */
export function idleFor(silentDeaths: number): number {
  return IDLE[Math.min(silentDeaths, IDLE.length - 1)] ?? 0;
}

/** Milliseconds to wait after `losses` (1 or more) in a row; `random` is 0 up to 1, for ±25 %. */
export function reconnectAfter(losses: number, random: number): number {
  const base = RECONNECT[Math.min(losses, RECONNECT.length) - 1] ?? 0;
  return Math.round(base * (0.75 + 0.5 * random));
}

/** What is known of the open folder. Null: not told yet. */
export interface Heard {
  readonly exists: number | null;
  readonly recent: number | null;
}

/** The folders of the account, and which of them are kept. */
export interface Kept {
  readonly all: ReadonlySet<WireName>;
  readonly kept: ReadonlySet<WireName>;
}

/** What is known after a piece of news, and whether it is worth a poll. A number that is only repeated is not. */
export function hear(
  before: Heard,
  news: News,
  folders: Kept,
): { readonly heard: Heard; readonly worth: boolean } {
  switch (news.kind) {
    case 'exists':
      return { heard: { ...before, exists: news.count }, worth: news.count !== before.exists };
    case 'recent':
      return { heard: { ...before, recent: news.count }, worth: news.count > (before.recent ?? 0) };
    case 'changed':
      // After an EXPUNGE the number is one less, and after VANISHED some less: the next EXISTS is news in any case.
      return { heard: { ...before, exists: null }, worth: true };
    case 'folder':
      // One that was not there at the login may be kept: the poll finds out.
      return { heard: before, worth: folders.kept.has(news.wire) || !folders.all.has(news.wire) };
    case 'folders':
    case 'overflow':
      return { heard: before, worth: true };
  }
}

/** Nothing came or went between the two; where flags may have changed unseen, they wait for the next scheduled poll. */
export function isSame(now: Counts, then: Counts | undefined): boolean {
  if (then === undefined) return false;
  return (
    unchanged(now, then) ||
    (now.validity === then.validity &&
      now.exists === then.exists &&
      now.uidNext === then.uidNext &&
      now.modseq === null)
  );
}
