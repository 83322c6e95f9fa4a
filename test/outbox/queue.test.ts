// Every decision about a message on its way: each state with each event, the schedule, and what doubt and age do.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  isDue,
  newEntry,
  STATES,
  step,
  wanted,
  type Entry,
  type RecipientState,
  type State,
} from '../../src/outbox/queue.ts';
import type { Circumstances, Event } from '../../src/outbox/event.ts';
import { DOUBT, LIFETIME, SCHEDULE } from '../../src/outbox/retries.ts';

const NOW = 1_000_000_000;
const BY: Circumstances = { now: NOW, random: 0.5, uncertain: 'retry' };
const MINUTE = 60_000;

/** An entry in `state` with recipients a, b, c … in these states, at its `attempts`-th try. */
function entry(
  state: State,
  recipients: readonly RecipientState[] = ['waiting'],
  change: Partial<Entry> = {},
): Entry {
  return {
    ...newEntry(NOW - MINUTE),
    state,
    attempts: 1,
    recipients: recipients.map((state, i) => ({
      address: `${'abcdef'.charAt(i)}@y.test`,
      state,
      reply: null,
    })),
    ...change,
  };
}

const EVENTS: { readonly [Type in Event['type']]: Event & { type: Type } } = {
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
};

/** What each event makes of an entry with one recipient in each state; what is not named cannot happen. */
const TABLE: Readonly<Record<Event['type'], Partial<Record<State, State>>>> = {
  claim: { waiting: 'claimed' },
  prepare: { claimed: 'due' },
  refuse: { claimed: 'failed', due: 'failed', deferred: 'failed', uncertain: 'failed', connecting: 'failed' },
  begin: { due: 'connecting', deferred: 'connecting', uncertain: 'connecting' },
  mail: { connecting: 'envelope' },
  recipient: { envelope: 'envelope' },
  data: { envelope: 'streaming' },
  intent: { streaming: 'intent' },
  accept: { intent: 'accepted' },
  reject: { connecting: 'rejected', envelope: 'rejected', streaming: 'rejected', intent: 'rejected' },
  lost: { connecting: 'deferred', envelope: 'deferred', streaming: 'deferred' },
  account: { connecting: 'due', envelope: 'due', streaming: 'due' },
  postpone: { connecting: 'due' },
  silence: { intent: 'uncertain' },
  finish: { envelope: 'failed', accepted: 'sent', rejected: 'failed' },
  restart: {
    ...Object.fromEntries(STATES.map((state) => [state, state])),
    connecting: 'due',
    envelope: 'due',
    streaming: 'due',
    intent: 'uncertain',
  },
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
};

suite('every state with every event', () => {
  for (const event of Object.values(EVENTS)) {
    for (const state of STATES) {
      const wanted = TABLE[event.type][state];
      test(`${event.type} at ${state}: ${wanted ?? 'cannot be'}`, () => {
        const refusedAll = event.type === 'finish' && state === 'envelope';
        const before = entry(state, [refusedAll ? 'failed' : (RECIPIENT[state] ?? 'waiting')]);
        if (wanted === undefined) assert.throws(() => step(before, event, BY), RangeError);
        else assert.equal(step(before, event, BY).state, wanted);
      });
    }
  }
});

test('a new message is due at once, and only then', () => {
  const due = step(
    entry('claimed', [], { attempts: 0 }),
    { type: 'prepare', recipients: ['a@y.test', 'b@y.test'] },
    BY,
  );
  assert.deepEqual(
    due.recipients.map(({ address, state }) => [address, state]),
    [
      ['a@y.test', 'waiting'],
      ['b@y.test', 'waiting'],
    ],
  );
  assert.equal(isDue(due, NOW), true);
  assert.equal(isDue(due, NOW - 1), false);
  assert.equal(isDue(step(due, { type: 'begin' }, BY), NOW), false);
});

test('a message that its sender wants later is due then, however far that is, and lives from then on', () => {
  const far = NOW + 20 * 24 * 60 * MINUTE;
  const held = step(
    entry('claimed', [], { attempts: 0 }),
    { type: 'prepare', recipients: ['a@y.test'], notBefore: far },
    BY,
  );
  assert.deepEqual([held.state, held.next, held.notBefore], ['due', far, far]);
  assert.deepEqual([isDue(held, NOW), isDue(held, far - 1), isDue(held, far)], [false, false, true]);
  const lost = (now: number): Entry =>
    step(step(held, { type: 'begin' }, { ...BY, now }), { type: 'lost', reason: 'x' }, { ...BY, now });
  assert.equal(lost(far).state, 'deferred');
  assert.equal(lost(far + LIFETIME).state, 'failed');
  const past = step(
    entry('claimed', [], { attempts: 0 }),
    { type: 'prepare', recipients: ['a@y.test'], notBefore: NOW - 1 },
    BY,
  );
  assert.deepEqual([past.next, past.notBefore], [NOW, null], 'a time that is over wants nothing');
});

test('one that the server cannot keep for so long is kept here, and no try is lost', () => {
  const until = NOW + 3 * 24 * 60 * MINUTE;
  const after = step(entry('connecting'), { type: 'postpone', until }, BY);
  assert.deepEqual([after.state, after.next, after.attempts], ['due', until, 0]);
  assert.equal(isDue(after, NOW), false);
});

test('the waits are 1, 5, 15, 30 minutes, 1, 2 hours, then 4 hours each, with 15 % to either side', () => {
  const minutes = [1, 5, 15, 30, 60, 120, 240];
  assert.deepEqual(
    SCHEDULE,
    minutes.map((m) => m * MINUTE),
  );
  for (const [i, m] of [...minutes, 240, 240].entries()) {
    const at = (random: number): number | undefined | null =>
      step(
        entry('streaming', ['accepted'], { attempts: i + 1 }),
        { type: 'lost', reason: 'x' },
        { ...BY, random },
      ).next;
    assert.equal(at(0), NOW + Math.round(m * MINUTE * 0.85));
    assert.equal(at(0.5), NOW + m * MINUTE);
    assert.equal(at(1), NOW + Math.round(m * MINUTE * 1.15));
  }
});

test('trouble of the account costs no attempt and changes no time', () => {
  const begun = step(entry('due', ['waiting'], { attempts: 0, next: NOW }), { type: 'begin' }, BY);
  assert.equal(begun.attempts, 1);
  const back = step(begun, { type: 'account', reason: '421' }, BY);
  assert.deepEqual([back.state, back.attempts, back.next], ['due', 0, NOW]);
  const later = step(
    entry('envelope', ['accepted'], { attempts: 3 }),
    { type: 'account', reason: '421' },
    BY,
  );
  assert.deepEqual([later.state, later.attempts, later.recipients[0]?.state], ['deferred', 2, 'deferred']);
});

test('each recipient has a fate of its own', () => {
  const sent = step(entry('accepted', ['sent', 'failed', 'deferred']), { type: 'finish' }, BY);
  assert.deepEqual([sent.state, sent.next], ['deferred', NOW + MINUTE]);
  const again = step(sent, { type: 'begin' }, BY);
  assert.deepEqual(
    wanted(again).map(({ address }) => address),
    ['c@y.test'],
  );
  const accepted = step(
    {
      ...again,
      state: 'intent',
      recipients: again.recipients.map((r) => (r.state === 'waiting' ? { ...r, state: 'accepted' } : r)),
    },
    { type: 'accept', reply: '250' },
    BY,
  );
  assert.equal(step(accepted, { type: 'finish' }, BY).state, 'failed');
  assert.deepEqual(
    accepted.recipients.map(({ state }) => state),
    ['sent', 'failed', 'sent'],
  );
});

test('an answer about a recipient that was not asked is an error', () => {
  assert.throws(() => step(entry('envelope', ['failed']), EVENTS.recipient, BY), RangeError);
  assert.throws(
    () => step(entry('envelope', ['waiting']), { ...EVENTS.recipient, address: 'x@y.test' }, BY),
    RangeError,
  );
});

test('the server’s own time is obeyed, and never shortens the wait', () => {
  const reject = (after: number): Entry =>
    step(
      step(entry('intent', ['accepted']), { type: 'reject', answer: 'later', reply: '451', after }, BY),
      { type: 'finish' },
      BY,
    );
  assert.equal(reject(60 * MINUTE).next, NOW + 60 * MINUTE);
  assert.equal(reject(1).next, NOW + MINUTE);
});

test('after five days what is deferred has failed, and the last try comes before that', () => {
  const old = entry('streaming', ['accepted'], { created: NOW - LIFETIME, attempts: 20 });
  assert.equal(step(old, { type: 'lost', reason: 'x' }, BY).state, 'failed');
  const almost = entry('streaming', ['accepted'], { created: NOW - LIFETIME + MINUTE, attempts: 20 });
  assert.equal(step(almost, { type: 'lost', reason: 'x' }, BY).next, NOW + MINUTE);
  assert.equal(step({ ...old, state: 'connecting' }, { type: 'account', reason: 'x' }, BY).state, 'failed');
});

test('a missed answer is tried once more after ten minutes, and then waits for a person', () => {
  const first = step(entry('intent', ['accepted', 'failed']), { type: 'silence', reason: 'x' }, BY);
  assert.deepEqual([first.state, first.next, first.doubts], ['uncertain', NOW + DOUBT, 1]);
  const again = step(first, { type: 'begin' }, { ...BY, now: NOW + DOUBT });
  assert.deepEqual(
    wanted(again).map(({ address }) => address),
    ['a@y.test'],
  );
  const second = step(
    { ...again, state: 'intent', recipients: [{ address: 'a@y.test', state: 'accepted', reply: null }] },
    { type: 'silence', reason: 'x' },
    BY,
  );
  assert.deepEqual([second.state, second.next, second.recipients[0]?.state], ['uncertain', null, 'held']);
});

test('with policy hold a missed answer waits for a person, and the deferred are tried without it', () => {
  const hold: Circumstances = { ...BY, uncertain: 'hold' };
  const alone = step(entry('intent', ['accepted']), { type: 'silence', reason: 'x' }, hold);
  assert.deepEqual([alone.state, alone.next], ['uncertain', null]);
  const mixed = step(entry('intent', ['accepted', 'deferred']), { type: 'silence', reason: 'x' }, hold);
  assert.deepEqual([mixed.state, mixed.next], ['deferred', NOW + MINUTE]);
  const again = step(mixed, { type: 'begin' }, hold);
  assert.deepEqual(
    wanted(again).map(({ address }) => address),
    ['b@y.test'],
  );
  const done = step(
    {
      ...again,
      state: 'accepted',
      recipients: again.recipients.map((r) => (r.state === 'waiting' ? { ...r, state: 'sent' } : r)),
    },
    { type: 'finish' },
    hold,
  );
  assert.deepEqual([done.state, done.next], ['uncertain', null]);
});

test('a restart before the dot sends at once, with everybody asked again; after it, in doubt', () => {
  const before = step(entry('streaming', ['accepted', 'failed', 'deferred']), { type: 'restart' }, BY);
  assert.deepEqual([before.state, before.next, before.doubts], ['due', NOW, 0]);
  assert.deepEqual(
    before.recipients.map(({ state }) => state),
    ['waiting', 'failed', 'deferred'],
  );
  const after = step(entry('intent', ['accepted']), { type: 'restart' }, BY);
  assert.deepEqual([after.state, after.next, after.doubts], ['uncertain', NOW + DOUBT, 1]);
});

test('no way through the events sends a recipient that has it, or forgets one that has not', () => {
  let seed = 11;
  const next = (n: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return (seed >> 8) % n;
  };
  for (let run = 0; run < 500; run++) {
    let now = NOW;
    let letter = step(
      entry('claimed', [], { attempts: 0 }),
      { type: 'prepare', recipients: ['a@y.test', 'b@y.test', 'c@y.test'] },
      BY,
    );
    const delivered = new Map<string, number>();
    for (let i = 0; i < 200 && letter.state !== 'sent' && letter.state !== 'failed'; i++) {
      const by: Circumstances = { now, random: next(100) / 100, uncertain: next(2) === 0 ? 'hold' : 'retry' };
      const possible = Object.values(EVENTS).filter(
        (event) =>
          event.type !== 'refuse' &&
          event.type !== 'recipient' &&
          TABLE[event.type][letter.state] !== undefined,
      );
      const asked = wanted(letter)[0];
      let event = possible[next(possible.length)];
      if (letter.state === 'envelope' && asked !== undefined) {
        event = {
          type: 'recipient',
          address: asked.address,
          answer: (['yes', 'later', 'never'] as const)[next(3)] ?? 'yes',
          reply: 'r',
        };
      } else if (letter.state === 'envelope') {
        event = letter.recipients.some(({ state }) => state === 'accepted') ? EVENTS.data : EVENTS.finish;
      }
      if (event === undefined) throw new Error(`nothing can happen to ${letter.state}`);
      if (event.type === 'begin' && !isDue(letter, now)) {
        if (letter.next === null) break;
        now = letter.next;
        continue;
      }
      if (event.type === 'accept') {
        for (const r of letter.recipients)
          if (r.state === 'accepted') delivered.set(r.address, (delivered.get(r.address) ?? 0) + 1);
      }
      letter = step(letter, event, by);
      assert.equal(letter.recipients.length, 3);
    }
    for (const recipient of letter.recipients) {
      assert.equal(
        recipient.state === 'sent',
        (delivered.get(recipient.address) ?? 0) === 1,
        JSON.stringify(letter),
      );
    }
    if (letter.state === 'sent') assert.ok(letter.recipients.every(({ state }) => state === 'sent'));
    if (letter.state === 'failed')
      assert.ok(letter.recipients.every(({ state }) => state === 'sent' || state === 'failed'));
  }
});
