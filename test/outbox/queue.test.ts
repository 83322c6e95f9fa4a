// Every decision about a message on its way: each state with each event, the schedule, and what doubt and age do.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { DAY, endOf, isDue, wanted, type Entry } from '../../src/outbox/entry.ts';
import type { Circumstances, Event } from '../../src/outbox/event.ts';
import { step } from '../../src/outbox/queue.ts';
import { DOUBT, LIFETIME, SCHEDULE } from '../../src/outbox/retries.ts';
import { BY, entry, EVENTS, MINUTE, NOW, outcome, SITUATIONS } from './states.ts';

/** What comes of each event, by situation; what is not named cannot be. */
const TABLE: Readonly<Record<Event['type'], Readonly<Record<string, string>>>> = {
  claim: {
    waiting: 'claimed',
  },
  prepare: {
    claimed: 'due',
    'claimed, held': 'due, held',
  },
  refuse: {
    claimed: 'failed',
    due: 'failed',
    connecting: 'failed',
    uncertain: 'failed',
    deferred: 'failed',
    'claimed, held': 'failed',
    'due, held': 'failed',
    'deferred, held': 'failed',
    'uncertain, held': 'failed',
    'uncertain, for a person': 'failed',
    'deferred, one in doubt': 'failed',
    'connecting again in doubt': 'failed',
  },
  begin: {
    due: 'connecting',
    uncertain: 'connecting',
    deferred: 'connecting',
    'deferred, one in doubt': 'connecting',
  },
  mail: {
    connecting: 'envelope',
    'connecting again in doubt': 'envelope',
  },
  recipient: {
    envelope: 'envelope',
  },
  data: {
    'envelope, accepted': 'streaming',
  },
  intent: {
    streaming: 'intent',
    'streaming again in doubt': 'intent',
  },
  accept: {
    intent: 'accepted',
    'intent, held': 'accepted, held',
    'intent again in doubt': 'accepted',
  },
  reject: {
    connecting: 'rejected',
    envelope: 'rejected',
    streaming: 'rejected',
    intent: 'rejected',
    'envelope, accepted': 'rejected',
    'envelope, all refused': 'rejected',
    'intent, held': 'rejected, held',
    'connecting again in doubt': 'rejected',
    'streaming again in doubt': 'rejected',
    'intent again in doubt': 'rejected',
  },
  lost: {
    connecting: 'deferred',
    envelope: 'deferred',
    streaming: 'deferred',
    'envelope, accepted': 'deferred',
    'envelope, all refused': 'failed',
    'connecting again in doubt': 'uncertain',
    'streaming again in doubt': 'uncertain',
  },
  account: {
    connecting: 'due',
    envelope: 'due',
    streaming: 'due',
    'envelope, accepted': 'due',
    'envelope, all refused': 'failed',
    'connecting again in doubt': 'uncertain',
    'streaming again in doubt': 'uncertain',
  },
  postpone: {
    connecting: 'due',
    'connecting again in doubt': 'uncertain',
  },
  silence: {
    intent: 'uncertain',
    'intent, held': 'uncertain, held',
    'intent again in doubt': 'uncertain',
  },
  finish: {
    envelope: 'deferred',
    accepted: 'sent',
    rejected: 'failed',
    'envelope, all refused': 'failed',
  },
  restart: {
    waiting: 'waiting',
    claimed: 'claimed',
    due: 'due',
    connecting: 'due',
    envelope: 'due',
    streaming: 'due',
    intent: 'uncertain',
    accepted: 'accepted',
    rejected: 'rejected',
    uncertain: 'uncertain',
    sent: 'sent',
    deferred: 'deferred',
    failed: 'failed',
    cancelled: 'cancelled',
    'envelope, accepted': 'due',
    'envelope, all refused': 'failed',
    'claimed, held': 'claimed, held',
    'due, held': 'due, held',
    'deferred, held': 'deferred, held',
    'intent, held': 'uncertain, held',
    'uncertain, held': 'uncertain, held',
    'uncertain, for a person': 'uncertain',
    'deferred, one in doubt': 'deferred',
    'connecting again in doubt': 'uncertain',
    'streaming again in doubt': 'uncertain',
    'intent again in doubt': 'uncertain',
  },
  hold: {
    claimed: 'claimed, held',
    due: 'due, held',
    connecting: 'due, held',
    envelope: 'due, held',
    streaming: 'due, held',
    intent: 'intent, held',
    uncertain: 'uncertain, held',
    deferred: 'deferred, held',
    'envelope, accepted': 'due, held',
    'envelope, all refused': 'failed',
    'claimed, held': 'claimed, held',
    'due, held': 'due, held',
    'deferred, held': 'deferred, held',
    'intent, held': 'intent, held',
    'uncertain, held': 'uncertain, held',
    'uncertain, for a person': 'uncertain, held',
    'deferred, one in doubt': 'deferred, held',
    'connecting again in doubt': 'uncertain, held',
    'streaming again in doubt': 'uncertain, held',
    'intent again in doubt': 'intent, held',
  },
  release: {
    'claimed, held': 'claimed',
    'due, held': 'due',
    'deferred, held': 'deferred',
    'intent, held': 'intent',
    'uncertain, held': 'uncertain',
    'uncertain, for a person': 'uncertain',
    'deferred, one in doubt': 'uncertain',
  },
  retry: {
    due: 'due',
    uncertain: 'uncertain',
    deferred: 'deferred',
    failed: 'due',
    cancelled: 'due',
    'due, held': 'due',
    'deferred, held': 'deferred',
    'uncertain, held': 'uncertain',
    'uncertain, for a person': 'uncertain',
    'deferred, one in doubt': 'uncertain',
  },
  cancel: {
    claimed: 'cancelled',
    due: 'cancelled',
    connecting: 'cancelled',
    envelope: 'cancelled',
    streaming: 'cancelled',
    uncertain: 'cancelled',
    deferred: 'cancelled',
    'envelope, accepted': 'cancelled',
    'envelope, all refused': 'cancelled',
    'claimed, held': 'cancelled',
    'due, held': 'cancelled',
    'deferred, held': 'cancelled',
    'uncertain, held': 'cancelled',
    'uncertain, for a person': 'cancelled',
    'deferred, one in doubt': 'cancelled',
    'connecting again in doubt': 'cancelled',
    'streaming again in doubt': 'cancelled',
  },
  found: {
    uncertain: 'sent',
    'uncertain, held': 'sent',
    'uncertain, for a person': 'sent',
    'deferred, one in doubt': 'deferred',
  },
  trace: {
    uncertain: 'uncertain',
    'uncertain, held': 'uncertain, held',
  },
  bounce: {
    uncertain: 'failed',
    'uncertain, held': 'failed',
    'uncertain, for a person': 'failed',
    'deferred, one in doubt': 'deferred',
  },
  late: {
    due: 'due',
    uncertain: 'uncertain',
    deferred: 'deferred',
    'due, held': 'due, held',
    'deferred, held': 'deferred, held',
    'uncertain, held': 'uncertain, held',
    'uncertain, for a person': 'uncertain',
    'deferred, one in doubt': 'deferred',
  },
};

suite('every state with every event', () => {
  for (const event of Object.values(EVENTS)) {
    for (const [name, before] of SITUATIONS) {
      const wanted = TABLE[event.type][name] ?? null;
      test(`${event.type} at ${name}: ${wanted ?? 'cannot be'}`, () => {
        assert.equal(outcome(before, event), wanted);
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

test('days in which nobody tried are no fault of it: who comes back has a day for it', () => {
  const old = entry('deferred', ['deferred'], { created: NOW - 2 * LIFETIME, next: NOW, attempts: 3 });
  const begun = step(old, { type: 'begin', overdue: true }, BY);
  const trouble = { type: 'account', reason: 'x' } as const;
  assert.equal(step(begun, trouble, BY).state, 'deferred');
  assert.equal(step(begun, trouble, { ...BY, now: NOW + DAY - 1 }).state, 'deferred');
  assert.equal(step(begun, trouble, { ...BY, now: NOW + DAY }).state, 'failed');
  assert.equal(step(step(old, { type: 'begin' }, BY), trouble, BY).state, 'failed');
  const young = entry('due', ['waiting'], { next: NOW });
  assert.equal(endOf(step(young, { type: 'begin', overdue: true }, BY)), endOf(young), 'it has days left');
});

test('a renewal by a clock that was a year ahead is none', () => {
  const ahead = entry('due', ['waiting'], { next: NOW, renewed: NOW + 365 * DAY });
  assert.equal(step(ahead, { type: 'begin' }, BY).renewed, NOW);
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
    {
      ...again,
      state: 'intent',
      recipients: [{ address: 'a@y.test', state: 'accepted', reply: null, doubt: 1 }],
    },
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

/** Pseudo-random whole numbers below n, the same in each run. */
function numbers(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return (state >> 8) % n;
  };
}

/** What the server has of one recipient: what it said it took, and what it took without a word. */
interface Taken {
  told: number;
  untold: number;
}

const TROUBLE: readonly Event['type'][] = ['reject', 'lost', 'account', 'postpone'];
const BY_HAND: readonly Event['type'][] = ['hold', 'release', 'retry', 'cancel', 'late', 'restart'];

/** One thing that may happen now, as the loop around the queue would let it; undefined: nothing does by itself. */
function happening(
  letter: Entry,
  now: number,
  taken: Map<string, Taken>,
  next: (n: number) => number,
): Event | undefined {
  const asked = wanted(letter)[0];
  if (letter.state === 'envelope' && asked !== undefined) {
    const answer = (['later', 'never'] as const)[next(9)] ?? 'yes';
    return { type: 'recipient', address: asked.address, answer, reply: 'r' };
  }
  const doubted = letter.recipients.filter(({ state }) => state === 'uncertain' || state === 'held');
  const proved = doubted.length > 0 && doubted.every(({ address }) => (taken.get(address)?.untold ?? 0) > 0);
  const possible = Object.values(EVENTS).filter((event) => {
    if (event.type === 'refuse' || event.type === 'recipient') return false;
    if (BY_HAND.includes(event.type) && next(12) > 0) return false;
    if (TROUBLE.includes(event.type) && next(6) > 0) return false;
    if (event.type === 'begin') return isDue(letter, now);
    // Evidence tells the truth; that nothing is found proves nothing.
    if (event.type === 'found' || event.type === 'bounce') return proved && outcome(letter, event) !== null;
    return outcome(letter, event) !== null;
  });
  return possible[next(possible.length)];
}

test('no way through the events sends a recipient that has it, or forgets one that has not', () => {
  const next = numbers(11);
  const ends = new Map<string, number>();
  for (let run = 0; run < 1500; run++) {
    let now = NOW;
    let letter = step(
      entry('claimed', [], { attempts: 0 }),
      { type: 'prepare', recipients: ['a@y.test', 'b@y.test', 'c@y.test'] },
      BY,
    );
    const taken = new Map(
      letter.recipients.map(({ address }): [string, Taken] => [address, { told: 0, untold: 0 }]),
    );
    const story: string[] = [];
    for (let i = 0; i < 300 && letter.state !== 'sent'; i++) {
      const by: Circumstances = { now, random: next(100) / 100, uncertain: next(2) === 0 ? 'hold' : 'retry' };
      const event = happening(letter, now, taken, next);
      if (event === undefined) {
        if (letter.next === null || letter.held) break;
        now = Math.max(now + MINUTE, letter.next);
        continue;
      }
      const silent = event.type === 'silence' || (event.type === 'restart' && letter.state === 'intent');
      const took = silent && next(2) === 0;
      for (const { address, state } of letter.recipients) {
        const of = taken.get(address);
        if (of === undefined || state !== 'accepted') continue;
        if (event.type === 'accept') of.told++;
        if (took) of.untold++;
      }
      story.push(event.type);
      const before = letter;
      letter = step(letter, event, by);
      const check = (holds: boolean, what: string): void => {
        if (!holds) assert.fail(`${what}: ${story.join(' ')}: ${JSON.stringify(letter)}`);
      };
      check(
        letter.recipients.map(({ address }) => address).join() === 'a@y.test,b@y.test,c@y.test',
        'forgotten',
      );
      for (const recipient of letter.recipients) {
        const of = taken.get(recipient.address) ?? { told: 0, untold: 0 };
        check(of.told <= 1, 'told twice');
        // Beyond what was answered, it goes out again only where an answer was missed, and that is written down.
        if (of.told + of.untold > 1) check(recipient.doubt !== null && letter.doubts > 0, 'twice');
        if (recipient.state === 'sent') check(of.told + of.untold > 0, 'not sent');
        if (of.told === 1) check(recipient.state === 'sent', 'asked again');
        // An end has its reason.
        if (recipient.state === 'failed' || recipient.state === 'cancelled')
          check(recipient.reply !== null, 'no reason');
      }
      // What is not over has a next step: a try that is under way, a time, or a person who is told.
      const open = letter.recipients.filter(({ state }) => !['sent', 'failed', 'cancelled'].includes(state));
      if (['sent', 'failed', 'cancelled'].includes(letter.state))
        check(open.length === 0, 'over, and not all');
      if (['due', 'deferred', 'uncertain'].includes(letter.state)) {
        check(open.length > 0, 'nobody waits');
        const forPerson = letter.held || open.every(({ state }) => state === 'held');
        check(letter.next !== null || forPerson, 'no next step');
      }
      if (before.held && event.type !== 'release' && event.type !== 'retry') {
        check(letter.held || ['sent', 'failed', 'cancelled'].includes(letter.state), 'set free');
        check(letter.state !== 'connecting', 'tried though held');
      }
      now += next(3) === 0 ? 0 : next(4) * MINUTE;
      if (next(40) === 0) now += LIFETIME;
      if (letter.next !== null && next(2) === 0) now = Math.max(now, letter.next);
    }
    ends.set(letter.state, (ends.get(letter.state) ?? 0) + 1);
  }
  // The walks have been everywhere that they were sent to.
  for (const state of ['sent', 'failed', 'cancelled'])
    assert.ok((ends.get(state) ?? 0) > 20, JSON.stringify([...ends]));
});
