// PURE: entry × event × time → entry. Every step of a message on its way out is decided here and stored by the journal
// before the next one is taken; a step that cannot be is an error of the program, never a guess.

import { bounced, cancelled, found, held, released, retried, traced } from './by-hand.ts';
import {
  CALM,
  DAY,
  endOf,
  type Entry,
  inDoubt,
  isOver,
  move,
  moveBack,
  type Recipient,
  type RecipientState,
  type State,
  UNSENT,
  waits,
} from './entry.ts';
import type { Circumstances, Event } from './event.ts';
import { DOUBT, LIFETIME, pauseBefore } from './retries.ts';

/** The entry after `event`. Throws RangeError where that cannot happen to an entry in this state. */
export function step(entry: Entry, event: Event, by: Circumstances): Entry {
  const made = next(entry, event, by);
  // A try that was ended may have left nobody to ask.
  const nobody = CALM.includes(made.state) && !has(made, 'waiting', 'deferred', 'uncertain', 'held');
  const after = nobody ? conclude(made, by, made.reason) : made;
  return after.held && isOver(after) ? { ...after, held: false } : after;
}

function next(entry: Entry, event: Event, by: Circumstances): Entry {
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
      if (entry.held) throw new RangeError('begin cannot happen to a message that is held');
      return begun(entry, event.overdue === true, by.now);
    case 'mail':
      from('connecting');
      return { ...entry, state: 'envelope' };
    case 'recipient':
      from('envelope');
      return answered(entry, event);
    case 'data':
      from('envelope');
      if (!has(entry, 'accepted')) throw new RangeError('data cannot happen to a message for nobody');
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
      return conclude(moveBack(entry, TRIED, 'deferred', event.reason), by, event.reason);
    case 'account':
      from(...UNSENT);
      return troubled(entry, event, by);
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
    case 'hold':
      from('claimed', ...CALM, ...UNSENT, 'intent');
      return held(entry, by.now);
    case 'release':
      from('claimed', ...CALM, 'intent');
      return released(entry, by.now);
    case 'retry':
      from(...CALM, 'failed', 'cancelled');
      return retried(entry, by.now, event.frozen);
    case 'cancel':
      from('claimed', ...CALM, ...UNSENT);
      return cancelled(entry, event.reason);
    case 'found':
      from('deferred', 'uncertain');
      return resolved(found(entry, event.where), by);
    case 'trace':
      from('deferred', 'uncertain');
      return resolved(traced(entry, event.where), by);
    case 'bounce':
      from('deferred', 'uncertain');
      return resolved(bounced(entry, event.addresses, event.reply), by);
    case 'late':
      from(...CALM);
      return { ...entry, late: by.now };
  }
}

function prepared(entry: Entry, event: Event & { type: 'prepare' }, now: number): Entry {
  const recipients = event.recipients.map((address): Recipient => ({
    address,
    state: 'waiting',
    reply: null,
    doubt: null,
  }));
  const notBefore = event.notBefore !== undefined && event.notBefore > now ? event.notBefore : null;
  return { ...entry, state: 'due', recipients, notBefore, next: notBefore ?? now };
}

/** Costs no attempt. */
function postponed(entry: Entry, until: number): Entry {
  const back = moveBack(entry, TRIED, 'waiting');
  const state = has(back, 'uncertain') ? 'uncertain' : 'due';
  return { ...back, state, attempts: entry.attempts - 1, notBefore: until, next: until };
}

/** Those in doubt go alone: what shows later that the server took it is then about all who were asked with them. */
function begun(entry: Entry, overdue: boolean, now: number): Entry {
  const again = move(entry, [has(entry, 'uncertain') ? 'uncertain' : 'deferred'], 'waiting');
  if (!has(again, 'waiting')) throw new RangeError('begin cannot happen to a message for nobody');
  const renewed = renewedBy(entry, overdue, now);
  return { ...again, state: 'connecting', attempts: entry.attempts + 1, next: null, renewed };
}

/**
 * Days in which nobody tried are not its fault: a machine that wakes has a day to find its network. A time that is yet to come
 * was written before the clock was put back.
 */
function renewedBy(entry: Entry, overdue: boolean, now: number): number | null {
  const renewed = entry.renewed === null ? null : Math.min(entry.renewed, now);
  return overdue && endOf(entry) <= now ? now + DAY - LIFETIME : renewed;
}

function answered(entry: Entry, event: Event & { type: 'recipient' }): Entry {
  const states = { yes: 'accepted', later: 'deferred', never: 'failed' } as const;
  if (!entry.recipients.some(({ address, state }) => address === event.address && state === 'waiting')) {
    throw new RangeError(`nobody asked about ${event.address}`);
  }
  const recipients = entry.recipients.map((recipient) =>
    recipient.address === event.address
      ? {
          ...recipient,
          state:
            event.answer === 'later' && recipient.doubt !== null
              ? ('uncertain' as const)
              : states[event.answer],
          reply: event.reply,
        }
      : recipient,
  );
  return { ...entry, recipients };
}

/** `next` keeps the earliest time that the server allows, for the conclusion. */
function rejected(entry: Entry, event: Event & { type: 'reject' }, { now }: Circumstances): Entry {
  const moved =
    event.answer === 'later'
      ? moveBack(entry, TRIED, 'deferred', event.reply)
      : move(entry, TRIED, 'failed', event.reply);
  const next = event.after === undefined ? null : now + event.after;
  return { ...moved, state: 'rejected', reason: event.reply, next };
}

/** Costs no attempt. Only age ends it, so that an account without a network does not keep a letter for ever. */
function troubled(entry: Entry, event: Event & { type: 'account' }, by: Circumstances): Entry {
  const { reason, early } = event;
  const attempts = entry.attempts - 1;
  if (by.now >= endOf(entry)) {
    return conclude(moveBack({ ...entry, attempts }, TRIED, 'deferred', reason), by, reason);
  }
  const back = moveBack({ ...entry, attempts }, TRIED, attempts > 0 ? 'deferred' : 'waiting');
  // One at which the server may have taken offence lets the others go first.
  const next =
    early === true && attempts === 0
      ? Math.min(Math.max(entry.created, entry.notBefore ?? 0), by.now)
      : by.now;
  return { ...back, state: waits(back), next, reason };
}

/** One blind try more, with the same octets; a second silence waits for a person, whatever the policy. */
function doubted(entry: Entry, reason: string, by: Circumstances): Entry {
  const doubts = entry.doubts + 1;
  const hold = by.uncertain === 'hold' || doubts > 1 || by.now >= endOf(entry);
  const recipients = entry.recipients.map((recipient): Recipient =>
    recipient.state === 'accepted'
      ? {
          ...recipient,
          state: hold ? 'held' : 'uncertain',
          reply: reason,
          doubt: recipient.doubt ?? doubts,
        }
      : recipient,
  );
  return conclude({ ...entry, doubts, recipients }, by, reason);
}

function restarted(entry: Entry, by: Circumstances): Entry {
  if (entry.state === 'intent') return doubted(entry, 'the program ended before the answer to the dot', by);
  if (!UNSENT.includes(entry.state)) return entry;
  // The dot was not sent, so the server has nothing: at once is safe.
  const back = moveBack(entry, TRIED, 'waiting');
  const state = has(back, 'uncertain') ? 'uncertain' : 'due';
  return { ...back, state, next: by.now, reason: 'the program ended before the dot: it was not sent' };
}

/** What evidence has left: those who wait, wait for the time that they had. */
function resolved(entry: Entry, by: Circumstances): Entry {
  const after = conclude(entry, by, inDoubt(entry).length > 0 ? entry.reason : null);
  return after.state === 'deferred' ? { ...after, next: entry.next ?? by.now } : after;
}

/** What the recipients make of the message once a try is over. */
function conclude(entry: Entry, by: Circumstances, reason: string | null): Entry {
  if (has(entry, 'accepted')) throw new RangeError('finish cannot happen while a recipient has no answer');
  const expired = by.now >= endOf(entry);
  // Who may have it is not told that it failed: a person decides.
  const settled = expired
    ? move(move(entry, ['waiting', 'deferred'], 'failed'), ['uncertain'], 'held')
    : entry;
  const done = { ...settled, next: null, reason };
  if (has(settled, 'uncertain')) {
    const wait = Math.max(DOUBT, pauseBefore(entry.attempts, by.random));
    return { ...done, state: 'uncertain', next: Math.max(by.now + wait, entry.next ?? 0) };
  }
  if (has(settled, 'waiting', 'deferred')) {
    const next = Math.max(by.now + pauseBefore(entry.attempts, by.random), entry.next ?? 0);
    // The last try comes when the time is up, not after it.
    return { ...done, state: 'deferred', next: Math.min(next, endOf(entry)) };
  }
  if (has(settled, 'held')) return { ...done, state: 'uncertain' };
  return { ...done, state: has(settled, 'failed') ? 'failed' : 'sent' };
}

const TRIED: readonly RecipientState[] = ['waiting', 'accepted'];

function has({ recipients }: Entry, ...states: readonly RecipientState[]): boolean {
  return recipients.some(({ state }) => states.includes(state));
}

function failed(entry: Entry, reason: string): Entry {
  const moved = move(entry, ['waiting', 'accepted', 'deferred', 'uncertain', 'held'], 'failed', reason);
  return { ...moved, state: 'failed', next: null, reason };
}
