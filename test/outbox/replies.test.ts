// What servers say and mean; what follows for the message and the account; how long pauses and rates hold back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MailError } from '../../src/model/error.ts';
import { pauseAfter } from '../../src/outbox/pause.ts';
import { mayBegin } from '../../src/outbox/rate.ts';
import { meaningOf } from '../../src/outbox/replies.ts';
import { afterDot, beforeDot, beforeMail } from '../../src/outbox/verdict.ts';
import { refusal, ReplyError } from '../../src/protocol/smtp/refusal.ts';
import type { Reply } from '../../src/protocol/smtp/reply.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const SAYINGS: readonly [
  code: number,
  text: string,
  about: 'message' | 'recipient',
  scope: string,
  answer: string,
  after: number | undefined,
  hint: RegExp | undefined,
][] = [
  [450, '4.2.0 mailbox busy', 'recipient', 'recipient', 'later', undefined, undefined],
  [550, 'no', 'recipient', 'recipient', 'never', undefined, undefined],
  [554, 'no', 'message', 'message', 'never', undefined, undefined],
  [421, 'closing', 'recipient', 'connection', 'later', undefined, undefined],
  [550, '5.4.5 Daily user sending limit exceeded', 'message', 'account', 'later', 6 * HOUR, /daily limit/],
  [550, 'Sender frequency limited', 'message', 'account', 'later', HOUR, /limits how much/],
  [
    501,
    'mail from address must be same as authorization user',
    'message',
    'message',
    'never',
    undefined,
    /only for the address that logged in/,
  ],
  [
    553,
    'Mail from must equal authorized user',
    'message',
    'message',
    'never',
    undefined,
    /only for the address that logged in/,
  ],
  [
    554,
    'DT:SPM 126 smtp2,see http://mail.163.com/help/',
    'message',
    'message',
    'never',
    undefined,
    /takes it for spam/,
  ],
  [451, 'DT:SPM ,please try again', 'message', 'message', 'later', 2 * MINUTE, /spam/],
  [450, 'MI:DMC 163 smtp', 'message', 'connection', 'later', 15 * MINUTE, /limits how much/],
  [
    451,
    'Requested mail action not taken: too much fail authentication',
    'message',
    'account',
    'later',
    2 * HOUR,
    /failed logins/,
  ],
  [
    550,
    'The "From" header is missing or invalid. Please follow RFC5322',
    'message',
    'message',
    'never',
    undefined,
    /plain text/,
  ],
  [550, 'User has no permission', 'message', 'account', 'later', HOUR, /switched off/],
  [550, '5.1.1 <x@y.test>: user unknown', 'recipient', 'recipient', 'never', undefined, /no such mailbox/],
  [552, '5.2.2 Mailbox full', 'recipient', 'recipient', 'never', undefined, /is full/],
  [552, '5.3.4 Message size exceeds fixed limit', 'message', 'message', 'never', undefined, /larger than/],
  [452, '4.5.3 Too many recipients', 'recipient', 'recipient', 'later', undefined, undefined],
  [552, 'Too many recipients', 'recipient', 'recipient', 'later', undefined, undefined],
  [451, '4.7.1 Greylisted, try again', 'recipient', 'recipient', 'later', 5 * MINUTE, undefined],
  [530, '5.7.0 Must issue a STARTTLS command first', 'message', 'account', 'later', HOUR, /TLS/],
];

for (const [code, text, about, scope, answer, after, hint] of SAYINGS) {
  test(`${code} ${text} (about the ${about})`, () => {
    const meaning = meaningOf(about, code, text);
    assert.deepEqual([meaning.scope, meaning.answer, meaning.after], [scope, answer, after]);
    if (hint === undefined) assert.equal(meaning.hint, undefined);
    else assert.match(meaning.hint ?? '', hint);
  });
}

function replied(code: number, text: string): MailError {
  const reply: Reply = { code, enhanced: null, lines: [text], text };
  const error = refusal('smtp.test', 'dot', 'end of DATA', reply);
  assert.ok(error.cause instanceof ReplyError);
  return error;
}

const failure = (kind: MailError['kind']): MailError =>
  new MailError({ kind, retry: 'later', message: kind });

test('before MAIL, whatever fails is about the account', () => {
  for (const kind of ['dns', 'connect', 'tls', 'timeout', 'closed', 'protocol', 'auth', 'config'] as const) {
    const { events, trouble } = beforeMail(failure(kind));
    assert.deepEqual(events, [{ type: 'account', reason: kind }]);
    assert.equal(trouble?.kind, kind);
  }
  assert.deepEqual(beforeMail(failure('cancelled')), { events: [{ type: 'restart' }], trouble: null });
});

test('before the dot a lost connection is provably unsent, and a refusal is an answer', () => {
  for (const kind of ['timeout', 'closed', 'protocol', 'tls'] as const) {
    assert.deepEqual(beforeDot(failure(kind), false).events, [{ type: 'lost', reason: kind }]);
  }
  for (const kind of ['cancelled', 'storage'] as const)
    assert.deepEqual(beforeDot(failure(kind), false).events, [{ type: 'restart' }]);
  assert.deepEqual(
    beforeDot(replied(554, 'no'), false).events.map(({ type }) => type),
    ['reject', 'finish'],
  );
  assert.deepEqual(
    beforeDot(failure('message'), false).events.map(({ type }) => type),
    ['reject', 'finish'],
  );
  const limited = beforeDot(replied(421, 'too many'), false);
  assert.deepEqual(
    limited.events.map(({ type }) => type),
    ['account'],
  );
  assert.equal(limited.trouble?.kind, 'busy');
});

test('after the dot only a refusal is an answer', () => {
  for (const kind of ['timeout', 'closed', 'protocol', 'tls', 'cancelled', 'storage'] as const) {
    assert.deepEqual(
      afterDot(failure(kind), false).events.map(({ type }) => type),
      ['silence'],
    );
  }
  for (const [code, answer] of [
    [451, 'later'],
    [554, 'never'],
  ] as const) {
    const [event] = afterDot(replied(code, 'no'), false).events;
    assert.deepEqual(event?.type === 'reject' ? event.answer : undefined, answer);
  }
  const limited = afterDot(replied(550, '5.4.5 Daily user sending limit exceeded'), false);
  assert.equal(limited.trouble?.after, 6 * HOUR);
  assert.deepEqual(
    limited.events.map(({ type }) => type),
    ['reject', 'finish'],
  );
});

test('a refused login pauses for 15 minutes, an hour, six hours; other trouble for 1 to 30 minutes', () => {
  const waits = (kind: MailError['kind'], after?: number): number[] =>
    [1, 2, 3, 4, 9].map((n) => pauseAfter({ kind, message: '', after }, n, 0.5) / MINUTE);
  assert.deepEqual(waits('auth'), [15, 60, 360, 360, 360]);
  assert.deepEqual(waits('connect'), [1, 2, 5, 10, 30]);
  assert.deepEqual(waits('busy', 20 * MINUTE), [20, 20, 20, 20, 30]);
});

test('a rate holds back the message that would pass it, and no longer than needed', () => {
  const now = 10 * HOUR;
  const rate = { perMinute: 2, perDay: 4 };
  assert.equal(mayBegin([], rate, now), now);
  assert.equal(mayBegin([now - 10_000], rate, now), now);
  assert.equal(mayBegin([now - 50_000, now - 10_000], rate, now), now + 10_000);
  assert.equal(
    mayBegin([now - 3 * HOUR, now - 2 * HOUR, now - HOUR, now - MINUTE], rate, now),
    now + 21 * HOUR,
  );
  assert.equal(mayBegin([now - 61_000, now - 60_000], rate, now), now);
});
