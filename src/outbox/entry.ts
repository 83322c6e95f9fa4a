// PURE: a message on its way out, as far as decisions need it: where it stands, where each of its recipients stands, and when
// it is due. queue.ts says what comes next.
import { LIFETIME } from './retries.ts';

/** Where a message stands. `waiting` lies in the drop folder and has no row yet. */
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
  'cancelled', // a person has taken it back
] as const;
export type State = (typeof STATES)[number];

/** Where one recipient stands. `held`: may have it already, and waits for a person. */
export type RecipientState =
  'waiting' | 'accepted' | 'deferred' | 'uncertain' | 'held' | 'sent' | 'failed' | 'cancelled';

/** One recipient of a message. */
export interface Recipient {
  readonly address: string;
  readonly state: RecipientState;
  /** The server's last word on it, or ours; null before the first. */
  readonly reply: string | null;
  /** The missed answer, counted as `doubts`, that left it in doubt first; null: none did. */
  readonly doubt: number | null;
}

/** A message in the queue, as far as decisions need it. Times are milliseconds since 1970. */
export interface Entry {
  readonly state: State;
  readonly recipients: readonly Recipient[];
  readonly created: number;
  /** When a person last sent it on its way again, or so that a day is left of its five days; null: never. */
  readonly renewed: number | null;
  /** When it is to be sent at the earliest, as its sender wishes; null: at once. */
  readonly notBefore: number | null;
  /** When it is due; null: not by itself. */
  readonly next: number | null;
  /** Tries that reached a decision about this message; troubles of the account do not count. */
  readonly attempts: number;
  /** How often the answer to a dot was missed: above 0, some may get it twice. */
  readonly doubts: number;
  /** A person has stopped it: nothing is tried until it is released. */
  readonly held: boolean;
  /** When its sender was told that it is late; null: not yet. */
  readonly late: number | null;
  /** Why it stands where it stands, for a person. */
  readonly reason: string | null;
}

/** A message that was just seen in the drop folder. */
export function newEntry(created: number): Entry {
  return {
    state: 'waiting',
    recipients: [],
    created,
    renewed: null,
    notBefore: null,
    next: null,
    attempts: 0,
    doubts: 0,
    held: false,
    late: null,
    reason: null,
  };
}

/** True once nothing more will be tried by itself and everybody has it or will not get it. */
export function isOver(entry: Entry): boolean {
  return OVER.includes(entry.state);
}

/** True where a try is to begin at `now`. */
export function isDue(entry: Entry, now: number): boolean {
  const { state, next, notBefore, held, renewed } = entry;
  if (!CALM.includes(state) || next === null || held) return false;
  const wished = next === notBefore && next !== renewed;
  return wished ? next <= now : hasCome(next, now);
}

/** True where a time that was waited for has come, or where the clock was put back: nothing waits longer than a day. */
export function hasCome(time: number, now: number): boolean {
  return time <= now || time > now + DAY;
}

/** When it is given up if it still waits then; milliseconds since 1970. */
export function endOf(entry: Entry): number {
  return beginOf(entry) + LIFETIME;
}

/** Since when it is on its way; milliseconds since 1970. */
export function beginOf({ created, notBefore, renewed }: Entry): number {
  return Math.max(created, notBefore ?? 0, renewed ?? 0);
}

/** Those who may have it already. */
export function inDoubt(entry: Entry): Recipient[] {
  return entry.recipients.filter(({ state }) => state === 'uncertain' || state === 'held');
}

/** The recipients of the try that is under way. */
export function wanted(entry: Entry): Recipient[] {
  return entry.recipients.filter(({ state }) => state === 'waiting');
}

/** A copy in which recipients in one of the states `from` are in `state`, with `reply` where there is one. */
export function move(
  entry: Entry,
  from: readonly RecipientState[],
  state: RecipientState,
  reply?: string,
): Entry {
  return {
    ...entry,
    recipients: entry.recipients.map((recipient) =>
      from.includes(recipient.state) ? { ...recipient, state, reply: reply ?? recipient.reply } : recipient,
    ),
  };
}

/** The same for a try that is over without an answer: who was in doubt before it is in doubt again. */
export function moveBack(
  entry: Entry,
  from: readonly RecipientState[],
  state: 'waiting' | 'deferred',
  reply?: string,
): Entry {
  const moved = move(entry, from, state, reply);
  const recipients = moved.recipients.map((recipient, i) =>
    recipient.doubt !== null && from.includes(entry.recipients[i]?.state ?? 'sent')
      ? { ...recipient, state: 'uncertain' as const }
      : recipient,
  );
  return { ...moved, recipients };
}

/** Where a message waits that a try has left as it was. */
export function waits({ recipients, attempts }: Entry): 'due' | 'deferred' | 'uncertain' {
  if (recipients.some(({ state }) => state === 'uncertain')) return 'uncertain';
  return attempts > 0 ? 'deferred' : 'due';
}

/** It waits, for a time or for a person. */
export const CALM: readonly State[] = ['due', 'deferred', 'uncertain'];
/** A try is under way, and its dot is not out. */
export const UNSENT: readonly State[] = ['connecting', 'envelope', 'streaming'];
const OVER: readonly State[] = ['sent', 'failed', 'cancelled'];
/** Milliseconds. */
export const DAY: number = 24 * 60 * 60_000;
