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

const HOST = 'smtp.example.org';
const FRESH = { host: HOST, used: false };
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
    4 * HOUR,
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
  [451, '4.7.1 Greylisted, try again', 'recipient', 'recipient', 'later', 5 * MINUTE, /greylisting/],
  [530, '5.7.0 Must issue a STARTTLS command first', 'message', 'account', 'later', HOUR, /TLS/],
  [535, '5.7.8 not logged in any more', 'message', 'account', 'later', undefined, /login/],
  [534, 'login again', 'recipient', 'account', 'later', undefined, /login/],
  [538, 'encryption required', 'message', 'account', 'later', undefined, /TLS/],
];

for (const [code, text, about, scope, answer, after, hint] of SAYINGS) {
  test(`${code} ${text} (about the ${about})`, () => {
    const meaning = meaningOf(about, code, text, HOST);
    assert.deepEqual([meaning.scope, meaning.answer, meaning.after], [scope, answer, after]);
    if (hint === undefined) assert.equal(meaning.hint, undefined);
    else assert.match(meaning.hint ?? '', hint);
  });
}

/** What providers say, by what is catalogued of them: the row decides, and the hint is bilingual where the provider is Chinese. */
const CATALOGUE: readonly [
  host: string,
  code: number,
  text: string,
  scope: string,
  answer: string,
  chinese: boolean,
][] = [
  // S-018, S-019
  [
    'smtp.qq.com',
    535,
    'Login Fail. Please enter your authorization code to login.',
    'account',
    'later',
    true,
  ],
  [
    'smtp.qq.com',
    535,
    'Error: 请使用授权码登录。详情请看: http://service.mail.qq.com',
    'account',
    'later',
    true,
  ],
  ['smtp.163.com', 550, 'User has no permission', 'account', 'later', true],
  // S-020
  ['smtp.qq.com', 501, 'mail from address must be same as authorization user', 'message', 'never', true],
  ['smtp.163.com', 553, 'Mail from must equal authorized user', 'message', 'never', true],
  [
    'smtp.yandex.com',
    553,
    '5.7.1 Sender address rejected: not owned by auth user.',
    'message',
    'never',
    false,
  ],
  ['mail.example.cn', 554, 'mail address invalid 发件人地址不匹配', 'message', 'never', true],
  // S-021
  ['smtp.126.com', 554, 'DT:SPM 126 smtp2,see http://mail.163.com/help/', 'message', 'never', true],
  ['smtp.qq.com', 550, 'Mail content denied. http://service.mail.qq.com', 'message', 'never', true],
  // S-028
  ['smtp.gmail.com', 530, '5.7.0 Must issue a STARTTLS command first', 'account', 'later', false],
  ['smtp.sina.com', 530, 'Authentication required', 'account', 'later', true],
  // S-036
  ['smtp.example.org', 521, '5.5.2 bare <LF> received', 'message', 'never', false],
  // S-038
  ['smtp.gmail.com', 421, '4.7.0 Too many connections', 'account', 'later', false],
  ['smtp.gmail.com', 454, '4.7.0 Too many login attempts', 'account', 'later', false],
  ['smtp.example.org', 450, '4.7.1 Error: too many messages, rate exceeded', 'account', 'later', false],
  ['smtp.gmail.com', 550, '5.4.5 Daily user sending limit exceeded', 'account', 'later', false],
  ['smtp.qq.com', 550, 'Domain frequency limited', 'account', 'later', true],
  ['smtp.office365.com', 550, '5.1.90 daily limit for message recipients', 'account', 'later', false],
  // S-041
  ['smtp.163.com', 421, 'HL:REP', 'account', 'later', true],
  ['smtp.163.com', 421, 'HL:ICC', 'account', 'later', true],
  ['smtp.163.com', 421, 'HL:IFC', 'account', 'later', true],
  ['smtp.163.com', 450, 'MI:CEL', 'account', 'later', true],
  ['smtp.163.com', 450, 'MI:DMC', 'connection', 'later', true],
  ['smtp.163.com', 451, 'MI:DMC', 'connection', 'later', true],
  ['smtp.163.com', 450, 'RP:DRC', 'account', 'later', true],
  ['smtp.163.com', 451, 'DT:SPM ,please try again', 'message', 'later', true],
  [
    'smtp.163.com',
    451,
    'Requested mail action not taken: too much fail authentication',
    'account',
    'later',
    true,
  ],
  ['smtp.163.com', 451, 'MI:SFQ', 'account', 'later', true],
  ['smtp.126.com', 550, 'MI:STC', 'account', 'later', true],
  ['smtp.office365.com', 550, '5.7.30 Basic authentication is not supported', 'account', 'later', false],
  ['smtp.office365.com', 554, '5.2.252 SendAsDenied; not allowed to send as', 'message', 'never', false],
  ['smtp.zoho.com', 550, '5.4.6 Unusual sending activity detected', 'account', 'later', false],
  ['smtp.mail.me.com', 550, '5.7.0 From address is not one of your addresses', 'message', 'never', false],
  ['smtp.mail.yahoo.com', 421, '4.7.0 [TSS04] Messages temporarily deferred', 'account', 'later', false],
];

for (const [host, code, text, scope, answer, chinese] of CATALOGUE) {
  test(`${host}: ${code} ${text}`, () => {
    const meaning = meaningOf('message', code, text, host);
    assert.deepEqual([meaning.scope, meaning.answer], [scope, answer]);
    assert.match(meaning.hint ?? '', /[a-z]{4}/);
    // 授权码 alone is a name that stands in the English sentence too.
    assert.equal(/[\u4e00-\u9fff]{4}/.test(meaning.hint ?? ''), chinese, meaning.hint);
  });
}

test('on a connection that has carried others, what is about the connection costs nothing', () => {
  const used = { host: HOST, used: true };
  for (const error of [failure('closed'), failure('timeout'), failure('protocol'), replied(421, 'closing')]) {
    assert.deepEqual(
      beforeDot(error, used).events.map(({ type }) => type),
      ['account'],
    );
    assert.equal(beforeDot(error, used).trouble, null);
  }
  assert.equal(
    beforeDot(replied(421, 'HL:IFC'), used).trouble?.after,
    15 * MINUTE,
    'this is about the account',
  );
  assert.equal(afterDot(replied(421, 'closing'), used).trouble, null);
  assert.equal(afterDot(failure('closed'), used).events[0]?.type, 'silence', 'the dot was out');
});

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
    const { events, trouble } = beforeMail(failure(kind), HOST);
    assert.deepEqual(events, [{ type: 'account', reason: kind, early: true }]);
    assert.equal(trouble?.kind, kind);
  }
  assert.deepEqual(beforeMail(failure('cancelled'), HOST), { events: [{ type: 'restart' }], trouble: null });
});

test('before the dot a lost connection is provably unsent, and a refusal is an answer', () => {
  for (const kind of ['timeout', 'closed', 'protocol', 'tls'] as const) {
    assert.deepEqual(beforeDot(failure(kind), FRESH).events, [{ type: 'lost', reason: kind }]);
  }
  for (const kind of ['cancelled', 'storage'] as const)
    assert.deepEqual(beforeDot(failure(kind), FRESH).events, [{ type: 'restart' }]);
  assert.deepEqual(
    beforeDot(replied(554, 'no'), FRESH).events.map(({ type }) => type),
    ['reject', 'finish'],
  );
  assert.deepEqual(
    beforeDot(failure('message'), FRESH).events.map(({ type }) => type),
    ['reject', 'finish'],
  );
  const limited = beforeDot(replied(421, 'too many'), FRESH);
  assert.deepEqual(
    limited.events.map(({ type }) => type),
    ['account'],
  );
  assert.equal(limited.trouble?.kind, 'busy');
});

test('after the dot only a refusal is an answer', () => {
  for (const kind of ['timeout', 'closed', 'protocol', 'tls', 'cancelled', 'storage'] as const) {
    assert.deepEqual(
      afterDot(failure(kind), FRESH).events.map(({ type }) => type),
      ['silence'],
    );
  }
  for (const [code, answer] of [
    [451, 'later'],
    [554, 'never'],
  ] as const) {
    const [event] = afterDot(replied(code, 'no'), FRESH).events;
    assert.deepEqual(event?.type === 'reject' ? event.answer : undefined, answer);
  }
  const limited = afterDot(replied(550, '5.4.5 Daily user sending limit exceeded'), FRESH);
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
