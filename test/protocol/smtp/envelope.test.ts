import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MailError } from '../../../src/model/error.ts';
import { mail } from '../../../src/protocol/smtp/mail.ts';
import type { MailOptions } from '../../../src/protocol/smtp/mail.ts';
import { rcpt } from '../../../src/protocol/smtp/rcpt.ts';
import { ReplyError } from '../../../src/protocol/smtp/refusal.ts';
import { rset } from '../../../src/protocol/smtp/rset.ts';
import { hangUpAfter, refusalOf } from '../../support/refusal.ts';
import { everySplit, transcript } from '../../support/transcript.ts';
import { host, offers } from './scripted.ts';

const FULL = offers({ SIZE: '1000', '8BITMIME': '', SMTPUTF8: '' });
const NONE = offers({});

describe('an address', () => {
  for (const address of [
    'a@b\r\nRCPT TO:<c@d>',
    'a@b\n',
    'a\0@b',
    'a@b>',
    '<a@b',
    'a b@c',
    'a\t@b',
    'a@b\x7f',
  ]) {
    it(`that reads ${JSON.stringify(address)} is refused before anything is sent`, () => {
      for (const [phase, dialogue] of [
        ['mail', mail(host, address, {}, FULL)],
        ['rcpt', rcpt(host, address)],
      ] as const) {
        const { outcome, sent } = hangUpAfter(dialogue, []);
        assert.ok(outcome instanceof MailError);
        assert.deepEqual([outcome.kind, outcome.retry, outcome.phase, sent], ['message', 'never', phase, '']);
        assert.doesNotMatch(outcome.message, /[\r\n\0]/);
      }
    });
  }

  it('may be missing for a report, but not for a recipient', async () => {
    await everySplit('C: MAIL FROM:<>\nS: 250 ok\n', () => mail(host, '', {}, NONE));
    assert.ok(hangUpAfter(rcpt(host, ''), []).outcome instanceof MailError);
  });
});

describe('MAIL', () => {
  const lines: [options: MailOptions, extensions: typeof NONE, line: string][] = [
    [{}, FULL, 'MAIL FROM:<a@b>'],
    [{ size: 1000 }, FULL, 'MAIL FROM:<a@b> SIZE=1000'],
    [{ size: 1000, body8bit: true }, FULL, 'MAIL FROM:<a@b> SIZE=1000 BODY=8BITMIME'],
    [{ body8bit: false, smtputf8: true }, FULL, 'MAIL FROM:<a@b> SMTPUTF8'],
    [{ size: 5000, body8bit: true, smtputf8: true }, NONE, 'MAIL FROM:<a@b>'],
  ];
  for (const [options, extensions, line] of lines) {
    it(`says ${line} where ${extensions === FULL ? 'all' : 'nothing'} is offered`, async () => {
      await everySplit(`C: ${line}\nS: 250 ok\n`, () => mail(host, 'a@b', options, extensions));
    });
  }

  it('carries an address of other than ASCII only where SMTPUTF8 is offered', async () => {
    await everySplit('C: MAIL FROM:<用户@例子.cn> SMTPUTF8\nS: 250 ok\n', () =>
      mail(host, '用户@例子.cn', {}, FULL),
    );
    const { outcome, sent } = hangUpAfter(mail(host, '用户@例子.cn', {}, NONE), []);
    assert.ok(outcome instanceof MailError);
    assert.deepEqual([outcome.kind, outcome.phase, sent], ['message', 'mail', '']);
  });

  it('is not said for a message that the server would not take', () => {
    const { outcome, sent } = hangUpAfter(mail(host, 'a@b', { size: 1001 }, FULL), []);
    assert.ok(outcome instanceof MailError);
    assert.deepEqual([outcome.kind, outcome.retry, outcome.code, sent], ['message', 'never', '552', '']);
    assert.equal(outcome.message, 'the message has 1001 octets, and smtp.example takes at most 1000');
  });

  it('refused for the sender says which sender would do', async () => {
    const error = await refusalOf(transcript('smtp/qq-sender-mismatch'), () =>
      mail(host, 'other@qq.com', {}, NONE),
    );
    assert.deepEqual([error.kind, error.retry, error.phase], ['refused', 'never', 'mail']);
    assert.match(error.hint ?? '', /address of the account/);
    assert.ok(error.cause instanceof ReplyError);
    assert.equal(error.cause.reply.code, 501);
  });

  it('may find a 421 that was said before it', async () => {
    const error = await refusalOf(transcript('smtp/gmx-421-before-mail'), () =>
      mail(host, 'a@example.org', {}, NONE),
    );
    assert.deepEqual([error.kind, error.retry, error.code], ['busy', 'later', '421']);
  });

  it('before the login is refused with the cure', async () => {
    const text = 'C: MAIL FROM:<a@b>\nS: 530 5.7.0 Must issue a STARTTLS command first\n';
    const error = await refusalOf(text, () => mail(host, 'a@b', {}, NONE));
    assert.match(error.hint ?? '', /TLS and a login/);
  });
});

describe('RCPT', () => {
  for (const code of [250, 251, 252, 450, 452, 550, 553]) {
    it(`answered by ${code} is an answer about this recipient`, async () => {
      const reply = await everySplit(`C: RCPT TO:<a@b>\nS: ${code} words\n`, () => rcpt(host, 'a@b'));
      assert.equal(reply.code, code);
    });
  }

  it('answered by 421 ends the session', async () => {
    const error = await refusalOf(transcript('smtp/yandex-421-at-rcpt'), () => rcpt(host, 'b@example.org'));
    assert.deepEqual([error.kind, error.retry, error.phase], ['busy', 'later', 'rcpt']);
  });

  it('answered by 354 is out of step', async () => {
    const error = await refusalOf('C: RCPT TO:<a@b>\nS: 354 go on\n', () => rcpt(host, 'a@b'));
    assert.deepEqual([error.kind, error.phase], ['protocol', 'rcpt']);
  });
});

describe('RSET', () => {
  it('refused says so', async () => {
    const error = await refusalOf('C: RSET\nS: 421 bye\n', () => rset(host));
    assert.deepEqual([error.kind, error.phase], ['busy', 'rset']);
  });
});
