// PURE: entry × event × time → entry. Every step of a message on its way out is decided here and stored by the journal
// before the next one is taken; a step that cannot be is an error of the program, never a guess.

import type { Circumstances, Event } from './event.ts';
import { DOUBT, LIFETIME, pauseBefore } from './retries.ts';

/** Where a message stands (safety.md, Sending). `waiting` lies in the drop folder and has no row yet. */
export const STATES = [
  'waiting',
  'claimed', // copied into the spool; sender, recipients and frozen octets are not yet made
  'due',
  'connecting',
  'envelope', // MAIL was accepted
  'streaming', // DATA was accepted, the body is under way: without its dot the server has nothing
  'intent', // the dot may have been sent
  'accepted', // the answer to the dot was 2xx: it is sent, whatever follows
  'rejected', // the server has refused this message, for now or for good
  'uncertain', // the dot may have been sent, and no answer came
  'sent',
  'deferred',
  'failed',
] as const;
export type State = (typeof STATES)[number];

/** Where one recipient stands. `held`: may have it already, and waits for a person. */
export type RecipientState = 'waiting' | 'accepted' | 'deferred' | 'uncertain' | 'held' | 'sent' | 'failed';

/** One recipient of a message. */
export interface Recipient {
  readonly address: string;
  readonly state: RecipientState;
  /** The server's last word on it, or ours; null before the first. */
  readonly reply: string | null;
}

/** A message in the queue, as far as decisions need it. Times are milliseconds since 1970. */
export interface Entry {
  readonly state: State;
  readonly recipients: readonly Recipient[];
  readonly created: number;
  /** When it is to be sent at the earliest, as its sender wishes; null: at once. */
  readonly notBefore: number | null;
  /** When it is due; null: not by itself. */
  readonly next: number | null;
  /** Tries that reached a decision about this message; troubles of the account do not count. */
  readonly attempts: number;
  /** How often the answer to a dot was missed: above 0, some may get it twice. */
  readonly doubts: number;
  /** Why it stands where it stands, for a person. */
  readonly reason: string | null;
}

const DAY = 24 * 60 * 60_000;

/** A message that was just seen in the drop folder. */
export function newEntry(created: number): Entry {
  return {
    state: 'waiting',
    recipients: [],
    created,
    notBefore: null,
    next: null,
    attempts: 0,
    doubts: 0,
    reason: null,
  };
}

/** True once nothing more will be tried by itself and everybody has it or will not get it. */
export function isOver(entry: Entry): boolean {
  return entry.state === 'sent' || entry.state === 'failed';
}

/** True where a try is to begin at `now`. */
export function isDue(entry: Entry, now: number): boolean {
  const { state, next, notBefore } = entry;
  if (!CALM.includes(state) || next === null) return false;
  return next === notBefore ? next <= now : hasCome(next, now);
}

/** True where a time that was waited for has come, or where the clock was put back: nothing waits longer than a day. */
export function hasCome(time: number, now: number): boolean {
  return time <= now || time > now + DAY;
}

/** When it is given up if it still waits then; milliseconds since 1970. */
export function endOf({ created, notBefore }: Entry): number {
  return Math.max(created, notBefore ?? 0) + LIFETIME;
}

/** The recipients of the try that is under way. */
export function wanted(entry: Entry): Recipient[] {
  return entry.recipients.filter(({ state }) => state === 'waiting');
}

const CALM: readonly State[] = ['due', 'deferred', 'uncertain'];
const UNSENT: readonly State[] = ['connecting', 'envelope', 'streaming'];

/** The entry after `event`. Throws RangeError where that cannot happen to an entry in this state. */
export function step(entry: Entry, event: Event, by: Circumstances): Entry {
  const { state } = entry;
  const from = (...states: readonly State[]): void => {
    if (!states.includes(state))
      throw new RangeError(`${event.type} cannot happen to a message that is ${state}`);
  };
  switch (event.type) {
    case 'claim':
      from('waiting');
      return { ...entry, state: 'claimed' };
    case 'prepare':
      from('claimed');
      return prepared(entry, event, by.now);
    case 'refuse':
      from('claimed', ...CALM, 'connecting');
      return failed(entry, event.reason);
    case 'begin':
      from(...CALM);
      return begun(entry);
    case 'mail':
      from('connecting');
      return { ...entry, state: 'envelope' };
    case 'recipient':
      from('envelope');
      return answered(entry, event);
    case 'data':
      from('envelope');
      return { ...entry, state: 'streaming' };
    case 'intent':
      from('streaming');
      return { ...entry, state: 'intent' };
    case 'accept':
      from('intent');
      return { ...move(entry, ['accepted'], 'sent', event.reply), state: 'accepted', reason: null };
    case 'reject':
      from(...UNSENT, 'intent');
      return rejected(entry, event, by);
    case 'lost':
      from(...UNSENT);
      return conclude(move(entry, ['waiting', 'accepted'], 'deferred', event.reason), by, event.reason);
    case 'account':
      from(...UNSENT);
      return troubled(entry, event.reason, by);
    case 'postpone':
      from('connecting');
      return postponed(entry, event.until);
    case 'silence':
      from('intent');
      return doubted(entry, event.reason, by);
    case 'finish':
      from('envelope', 'accepted', 'rejected');
      return conclude(entry, by, entry.reason);
    case 'restart':
      return restarted(entry, by);
  }
}

function prepared(entry: Entry, event: Event & { type: 'prepare' }, now: number): Entry {
  const recipients = event.recipients.map((address): Recipient => ({
    address,
    state: 'waiting',
    reply: null,
  }));
  const notBefore = event.notBefore !== undefined && event.notBefore > now ? event.notBefore : null;
  return { ...entry, state: 'due', recipients, notBefore, next: notBefore ?? now };
}

/** Costs no attempt. */
function postponed(entry: Entry, until: number): Entry {
  return { ...entry, state: 'due', attempts: entry.attempts - 1, notBefore: until, next: until };
}

function begun(entry: Entry): Entry {
  const again = move(entry, ['deferred', 'uncertain'], 'waiting');
  return { ...again, state: 'connecting', attempts: entry.attempts + 1, next: null };
}

function answered(entry: Entry, event: Event & { type: 'recipient' }): Entry {
  const states = { yes: 'accepted', later: 'deferred', never: 'failed' } as const;
  if (!entry.recipients.some(({ address, state }) => address === event.address && state === 'waiting')) {
    throw new RangeError(`nobody asked about ${event.address}`);
  }
  const recipients = entry.recipients.map((recipient) =>
    recipient.address === event.address
      ? { ...recipient, state: states[event.answer], reply: event.reply }
      : recipient,
  );
  return { ...entry, recipients };
}

/** `next` keeps the earliest time that the server allows, for the conclusion. */
function rejected(entry: Entry, event: Event & { type: 'reject' }, { now }: Circumstances): Entry {
  const moved = move(
    entry,
    ['waiting', 'accepted'],
    event.answer === 'later' ? 'deferred' : 'failed',
    event.reply,
  );
  const next = event.after === undefined ? null : now + event.after;
  return { ...moved, state: 'rejected', reason: event.reply, next };
}

/** Costs no attempt. Only age ends it, so that an account without a network does not keep a letter for ever. */
function troubled(entry: Entry, reason: string, { now }: Circumstances): Entry {
  const attempts = entry.attempts - 1;
  if (now >= endOf(entry)) return failed({ ...entry, attempts }, reason);
  const back = move(entry, ['waiting', 'accepted'], attempts > 0 ? 'deferred' : 'waiting');
  return { ...back, state: attempts > 0 ? 'deferred' : 'due', attempts, next: now, reason };
}

/** One blind try more, with the same octets; a second silence waits for a person, whatever the policy. */
function doubted(entry: Entry, reason: string, by: Circumstances): Entry {
  const doubts = entry.doubts + 1;
  const held = by.uncertain === 'hold' || doubts > 1 || by.now >= endOf(entry);
  const moved = move({ ...entry, doubts }, ['accepted'], held ? 'held' : 'uncertain', reason);
  return conclude(moved, by, reason);
}

function restarted(entry: Entry, by: Circumstances): Entry {
  if (entry.state === 'intent') return doubted(entry, 'the program ended before the answer to the dot', by);
  if (!UNSENT.includes(entry.state)) return entry;
  // The dot was not sent, so the server has nothing: at once is safe.
  const back = move(entry, ['accepted'], 'waiting');
  return { ...back, state: 'due', next: by.now, reason: 'the program ended before the dot: it was not sent' };
}

/** What the recipients make of the message once a try is over. */
function conclude(entry: Entry, by: Circumstances, reason: string | null): Entry {
  const expired = by.now >= endOf(entry);
  const settled = expired ? move(entry, ['waiting', 'deferred'], 'failed') : entry;
  const has = (...states: readonly RecipientState[]): boolean =>
    settled.recipients.some((r) => states.includes(r.state));
  const done = { ...settled, next: null, reason };
  if (has('uncertain')) {
    return { ...done, state: 'uncertain', next: Math.max(by.now + DOUBT, entry.next ?? 0) };
  }
  if (has('waiting', 'deferred')) {
    const next = Math.max(by.now + pauseBefore(entry.attempts, by.random), entry.next ?? 0);
    // The last try comes when the time is up, not after it.
    return { ...done, state: 'deferred', next: Math.min(next, endOf(entry)) };
  }
  if (has('held')) return { ...done, state: 'uncertain' };
  return { ...done, state: has('failed') ? 'failed' : 'sent' };
}

function failed(entry: Entry, reason: string): Entry {
  const moved = move(entry, ['waiting', 'accepted', 'deferred', 'uncertain'], 'failed', reason);
  return { ...moved, state: 'failed', next: null, reason };
}

function move(entry: Entry, from: readonly RecipientState[], state: RecipientState, reply?: string): Entry {
  return {
    ...entry,
    recipients: entry.recipients.map((recipient) =>
      from.includes(recipient.state) ? { ...recipient, state, reply: reply ?? recipient.reply } : recipient,
    ),
  };
}
