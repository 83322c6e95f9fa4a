// The commands of a transaction one by one: what is said where what is offered, and what each answer means.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MailError } from '../../../src/model/error.ts';
import type { MailOptions } from '../../../src/protocol/smtp/mail.ts';
import { mailCommand } from '../../../src/protocol/smtp/mail.ts';
import type { Notify } from '../../../src/protocol/smtp/rcpt.ts';
import { rcptCommand } from '../../../src/protocol/smtp/rcpt.ts';
import { beforeDot } from '../../../src/outbox/verdict.ts';
import { ReplyError } from '../../../src/protocol/smtp/refusal.ts';
import { hangUpAfter, refusalOf } from '../../support/refusal.ts';
import { everySplit, transcript } from '../../support/transcript.ts';
import { codes, host, offers, open } from './scripted.ts';

const FULL = offers({
  SIZE: '1000',
  '8BITMIME': '',
  BINARYMIME: '',
  CHUNKING: '',
  SMTPUTF8: '',
  DSN: '',
  REQUIRETLS: '',
  FUTURERELEASE: '86400 2030-01-01T00:00:00Z',
});
const NONE = offers({});

describe('an address', () => {
  for (const address of [
    'a@b\r\nRCPT TO:<c@d>',
    'a@b\n',
    'a\0@b',
    'a@b>',
    '<a@b',
    'a b@c',
    '"a b@c',
    '"a b" c@d',
    '"a" b"@c',
    '"a\r\nb"@c',
    '"a> b"@c',
    '"a b"@c d',
    'a\t@b',
    'a@b\x7f',
  ]) {
    it(`that reads ${JSON.stringify(address)} is refused before anything is sent`, async () => {
      const { outcome, sent } = hangUpAfter(open(address, ['c@d'], NONE), []);
      assert.ok(outcome instanceof MailError);
      assert.deepEqual([outcome.kind, outcome.retry, outcome.phase, sent], ['message', 'never', 'mail', '']);
      assert.doesNotMatch(outcome.message, /[\r\n\0]/);
      const opened = await everySplit(
        'C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok\nC: DATA\nS: 354 go\n',
        () => open('a@b', [address, 'c@d'], NONE),
      );
      assert.match(String(codes(opened)[0]), /^not an address that can be sent/);
      assert.equal(codes(opened)[1], 250, 'the others go on');
    });
  }

  it('may have a space in a name that stands in quotation marks', async () => {
    const address = '"john \\" doe"@c.test';
    const opened = await everySplit(
      `C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<${address}>\nS: 250 ok\nC: DATA\nS: 354 go\n`,
      () => open('a@b', [address], NONE),
    );
    assert.deepEqual(codes(opened), [250]);
  });

  it('may be missing for a report, but not for a recipient', async () => {
    const opened = await everySplit('C: MAIL FROM:<>\nS: 250 ok\n', () => open('', [''], NONE));
    assert.match(String(codes(opened)[0]), /^not an address/);
  });
});

const FRESH = { host, used: false };

describe('MAIL', () => {
  const lines: [options: MailOptions, extensions: typeof NONE, line: string][] = [
    [{}, FULL, 'MAIL FROM:<a@b>'],
    [{ size: 1000 }, FULL, 'MAIL FROM:<a@b> SIZE=1000'],
    [{ size: 1000, body: '8BITMIME' }, FULL, 'MAIL FROM:<a@b> SIZE=1000 BODY=8BITMIME'],
    [{ body: 'BINARYMIME' }, FULL, 'MAIL FROM:<a@b> BODY=BINARYMIME'],
    [{ smtputf8: true }, FULL, 'MAIL FROM:<a@b> SMTPUTF8'],
    [{ ret: 'HDRS', envid: 'x+y=z@w é' }, FULL, 'MAIL FROM:<a@b> RET=HDRS ENVID=x+2By+3Dz@w+20+C3+A9'],
    [{ envid: 'x'.repeat(100) }, FULL, `MAIL FROM:<a@b> ENVID=${'x'.repeat(100)}`],
    [{ envid: 'x'.repeat(101) }, FULL, 'MAIL FROM:<a@b>'],
    [{ requireTls: true }, FULL, 'MAIL FROM:<a@b> REQUIRETLS'],
    [{ holdUntil: Date.UTC(2027, 0, 2, 3, 4, 5, 6) }, FULL, 'MAIL FROM:<a@b> HOLDUNTIL=2027-01-02T03:04:05Z'],
    [
      {
        size: 5000,
        body: '8BITMIME',
        smtputf8: true,
        ret: 'FULL',
        envid: 'x',
        requireTls: true,
        holdUntil: 1,
      },
      NONE,
      'MAIL FROM:<a@b>',
    ],
  ];
  for (const [options, extensions, line] of lines) {
    it(`says ${line} where ${extensions === FULL ? 'all' : 'nothing'} is offered`, () => {
      assert.equal(mailCommand(host, 'a@b', options, extensions), line);
    });
  }

  it('carries an address of other than ASCII only where SMTPUTF8 is offered', () => {
    assert.equal(mailCommand(host, '用户@例子.cn', {}, FULL), 'MAIL FROM:<用户@例子.cn> SMTPUTF8');
    const { outcome, sent } = hangUpAfter(open('用户@例子.cn', ['c@d'], NONE), []);
    assert.ok(outcome instanceof MailError);
    assert.deepEqual([outcome.kind, outcome.phase, sent], ['message', 'mail', '']);
  });

  it('is not said for a message that the server would not take', () => {
    const { outcome, sent } = hangUpAfter(open('a@b', ['c@d'], FULL, { size: 1001 }), []);
    assert.ok(outcome instanceof MailError);
    assert.deepEqual([outcome.kind, outcome.retry, outcome.code, sent], ['message', 'never', '552', '']);
    assert.equal(outcome.message, 'the message has 1001 octets, and smtp.example takes at most 1000');
  });

  it('refused for the sender says which sender would do', async () => {
    const error = await refusalOf(transcript('smtp/qq-sender-mismatch'), () =>
      open('other@qq.com', ['c@d'], NONE),
    );
    assert.deepEqual([error.kind, error.retry, error.phase], ['refused', 'never', 'mail']);
    assert.ok(error.cause instanceof ReplyError);
    assert.equal(error.cause.reply.code, 501);
    assert.match(beforeDot(error, FRESH).hint ?? '', /only for the address that logged in/);
  });

  it('may find a 421 that was said before it', async () => {
    const error = await refusalOf(transcript('smtp/gmx-421-before-mail'), () =>
      open('a@example.org', ['c@d'], NONE),
    );
    assert.deepEqual([error.kind, error.retry, error.code], ['busy', 'later', '421']);
  });

  it('before the login is refused with the cure', async () => {
    const text = 'C: MAIL FROM:<a@b>\nS: 530 5.7.0 Must issue a STARTTLS command first\n';
    const error = await refusalOf(text, () => open('a@b', ['c@d'], NONE));
    assert.match(beforeDot(error, FRESH).hint ?? '', /TLS before a login/);
  });
});

describe('RCPT', () => {
  const lines: [notify: readonly Notify[], to: string, extensions: typeof NONE, line: string][] = [
    [[], 'a@b', FULL, 'RCPT TO:<a@b>'],
    [['NEVER'], 'a@b', NONE, 'RCPT TO:<a@b>'],
    [['NEVER'], 'a@b', FULL, 'RCPT TO:<a@b> NOTIFY=NEVER ORCPT=rfc822;a@b'],
    [['FAILURE', 'DELAY'], 'a+b@c', FULL, 'RCPT TO:<a+b@c> NOTIFY=FAILURE,DELAY ORCPT=rfc822;a+2Bb@c'],
    [['SUCCESS'], '用户@c', FULL, 'RCPT TO:<用户@c> NOTIFY=SUCCESS'],
  ];
  for (const [notify, to, extensions, line] of lines) {
    it(`says ${line} where ${extensions === FULL ? 'all' : 'nothing'} is offered`, () => {
      assert.equal(rcptCommand(to, notify, extensions), line);
    });
  }

  for (const code of [250, 251, 252, 450, 452, 550, 553]) {
    it(`answered by ${code} is an answer about this recipient`, async () => {
      const end = code < 300 ? 'C: DATA\nS: 354 go\n' : '';
      const opened = await everySplit(
        `C: MAIL FROM:<x@y>\nS: 250 ok\nC: RCPT TO:<a@b>\nS: ${code} words\n${end}`,
        () => open('x@y', ['a@b'], NONE),
      );
      assert.deepEqual(codes(opened), [code]);
    });
  }

  const UP_TO = 'C: MAIL FROM:<x@y>\nS: 250 ok\n';

  it('answered by 421 ends the session', async () => {
    const error = await refusalOf(`${UP_TO}${transcript('smtp/yandex-421-at-rcpt')}`, () =>
      open('x@y', ['b@example.org'], NONE),
    );
    assert.deepEqual([error.kind, error.retry, error.phase], ['busy', 'later', 'rcpt']);
  });

  it('answered by 354 is out of step', async () => {
    const error = await refusalOf(`${UP_TO}C: RCPT TO:<a@b>\nS: 354 go on\n`, () =>
      open('x@y', ['a@b'], NONE),
    );
    assert.deepEqual([error.kind, error.phase], ['protocol', 'rcpt']);
  });
});

describe('RSET', () => {
  it('comes first on a connection that was used, and its refusal says so', async () => {
    const used = { reset: true };
    const error = await refusalOf('C: RSET\nS: 421 bye\n', () => open('a@b', ['c@d'], NONE, {}, used));
    assert.deepEqual([error.kind, error.phase], ['busy', 'rset']);
    const refused = await refusalOf('C: RSET\nS: 502 no\n', () => open('a@b', ['c@d'], NONE, {}, used));
    assert.deepEqual([refused.kind, refused.phase], ['refused', 'rset']);
  });
});
