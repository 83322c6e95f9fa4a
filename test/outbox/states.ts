// A message in each place where it can stand, each thing that can happen to it, and what comes of it: for the test that holds
// the table, and for whoever wants to see it (`npm run states`).
import {
  newEntry,
  STATES,
  type Entry,
  type Recipient,
  type RecipientState,
  type State,
} from '../../src/outbox/entry.ts';
import type { Circumstances, Event } from '../../src/outbox/event.ts';
import { step } from '../../src/outbox/queue.ts';

export const NOW = 1_000_000_000;
export const BY: Circumstances = { now: NOW, random: 0.5, uncertain: 'retry' };
export const MINUTE = 60_000;

/** An entry in `state` with recipients a, b, c … in these states, at its `attempts`-th try. */
export function entry(
  state: State,
  recipients: readonly RecipientState[] = ['waiting'],
  change: Partial<Entry> = {},
): Entry {
  return {
    ...newEntry(NOW - MINUTE),
    state,
    attempts: 1,
    recipients: recipients.map((state, i): Recipient => ({
      address: `${'abcdef'.charAt(i)}@y.test`,
      state,
      reply: null,
      doubt: state === 'uncertain' || state === 'held' ? 1 : null,
    })),
    ...change,
  };
}

/** One of each kind. */
export const EVENTS: { readonly [Type in Event['type']]: Event & { type: Type } } = {
  claim: { type: 'claim' },
  prepare: { type: 'prepare', recipients: ['a@y.test'] },
  refuse: { type: 'refuse', reason: 'no' },
  begin: { type: 'begin' },
  mail: { type: 'mail' },
  recipient: { type: 'recipient', address: 'a@y.test', answer: 'yes', reply: '250' },
  data: { type: 'data' },
  intent: { type: 'intent' },
  accept: { type: 'accept', reply: '250 ok' },
  reject: { type: 'reject', answer: 'never', reply: '554 no' },
  lost: { type: 'lost', reason: 'gone' },
  account: { type: 'account', reason: '421' },
  postpone: { type: 'postpone', until: NOW + 2 * MINUTE },
  silence: { type: 'silence', reason: 'nothing' },
  finish: { type: 'finish' },
  restart: { type: 'restart' },
  hold: { type: 'hold' },
  release: { type: 'release' },
  retry: { type: 'retry', frozen: true },
  cancel: { type: 'cancel', reason: 'by hand' },
  found: { type: 'found', where: 'in Sent' },
  trace: { type: 'trace', where: 'in Sent' },
  bounce: { type: 'bounce', addresses: ['a@y.test'], reply: '550 no such user' },
  late: { type: 'late' },
};

/** The state that the recipient of an entry in this state has. */
const RECIPIENT: Partial<Record<State, RecipientState>> = {
  streaming: 'accepted',
  intent: 'accepted',
  accepted: 'sent',
  rejected: 'failed',
  uncertain: 'uncertain',
  sent: 'sent',
  deferred: 'deferred',
  failed: 'failed',
  cancelled: 'cancelled',
};

const plain = STATES.map(
  (state) => [state, entry(state, [RECIPIENT[state] ?? 'waiting'], { next: NOW })] as const,
);
const refused = entry('envelope', ['failed']);
const doubtful = (state: State, was: RecipientState): Entry => {
  const before = entry(state, [was]);
  return { ...before, doubts: 1, recipients: before.recipients.map((one) => ({ ...one, doubt: 1 })) };
};

/** Where a message can stand: each state, and what is peculiar within some. */
export const SITUATIONS: ReadonlyMap<string, Entry> = new Map<string, Entry>([
  ...plain,
  ['envelope, accepted', entry('envelope', ['accepted'])],
  ['envelope, all refused', refused],
  ['claimed, held', entry('claimed', [], { held: true })],
  ['due, held', entry('due', ['waiting'], { next: NOW, held: true })],
  ['deferred, held', entry('deferred', ['deferred'], { next: NOW, held: true })],
  ['intent, held', entry('intent', ['accepted'], { held: true })],
  ['uncertain, held', entry('uncertain', ['uncertain'], { next: NOW, held: true, doubts: 1 })],
  ['uncertain, for a person', entry('uncertain', ['held'], { doubts: 1 })],
  ['deferred, one in doubt', entry('deferred', ['held', 'deferred'], { next: NOW, doubts: 1 })],
  ['connecting again in doubt', doubtful('connecting', 'waiting')],
  ['streaming again in doubt', doubtful('streaming', 'accepted')],
  ['intent again in doubt', doubtful('intent', 'accepted')],
]);

/** What an event makes of a situation: a state, `, held` behind it where a person has stopped it; null: it cannot be. */
export function outcome(before: Entry, event: Event): string | null {
  try {
    const after = step(before, event, BY);
    return after.held ? `${after.state}, held` : after.state;
  } catch (thrown) {
    if (thrown instanceof RangeError) return null;
    throw thrown;
  }
}
