import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MailError } from '../../../src/model/error.ts';
import { chunk, lastChunk } from '../../../src/protocol/smtp/bdat.ts';
import { dataBody, dataEnd } from '../../../src/protocol/smtp/data.ts';
import { ehlo } from '../../../src/protocol/smtp/ehlo.ts';
import { greeting } from '../../../src/protocol/smtp/greeting.ts';
import { exchange } from '../../../src/protocol/smtp/reply.ts';
import { quit } from '../../../src/protocol/smtp/quit.ts';
import { starttls } from '../../../src/protocol/smtp/starttls.ts';
import { hangUpAfter, refusalOf } from '../../support/refusal.ts';
import { everySplit, transcript } from '../../support/transcript.ts';
import { smtpLogin } from '../../support/logins.ts';
import { codes, host, offers, open } from './scripted.ts';

describe('an SMTP session', () => {
  it('with 163 ends well although nobody answers QUIT', async () => {
    const message = [
      'From: someone@163.com\r\nTo: friend@qq.com\r\n',
      'Subject: Hello\r\n\r\n I love computer network!',
    ].map((text) => Buffer.from(text));
    const reply = await everySplit(transcript('smtp/163-session'), function* () {
      yield* greeting(host);
      const extensions = yield* ehlo(host, 'laptop.example');
      assert.deepEqual([...extensions.auth], ['LOGIN', 'PLAIN']);
      yield* smtpLogin(host, 'someone@163.com', 'AUTHCODE', extensions);
      yield* open('someone@163.com', ['friend@qq.com'], extensions, { size: 100 }); // SIZE is not offered
      yield* dataBody(host, message);
      const accepted = yield* dataEnd(host);
      yield* quit(host);
      return accepted;
    });
    assert.equal(reply.code, 250);
    assert.match(reply.text, /^Mail OK queued as /);
  });

  it('without EHLO and without an announced AUTH logs in all the same', async () => {
    const name = await everySplit(transcript('smtp/163-helo-only'), function* () {
      yield* greeting(host);
      const extensions = yield* ehlo(host, 'laptop.example');
      assert.equal(extensions.esmtp, false);
      const mechanism = yield* smtpLogin(host, 'someone@163.com', 'AUTHCODE', extensions);
      const options = { size: 100, body: '8BITMIME' } as const;
      yield* open('someone@163.com', [], extensions, options);
      return mechanism;
    });
    assert.equal(name, 'LOGIN');
  });

  it('with Postfix says EHLO anew after STARTTLS, and gives each recipient its own answer', async () => {
    const got = await everySplit(transcript('smtp/postfix-starttls-session'), function* () {
      yield* greeting(host);
      const before = yield* ehlo(host, 'laptop.example');
      yield* starttls(host);
      const extensions = yield* ehlo(host, 'laptop.example');
      yield* smtpLogin(host, 'anna', 'secret', extensions);
      const people = ['good@example.net', 'bad@example.net', 'grey@example.net'];
      const opened = yield* open('anna@example.org', people, extensions, { size: 31 });
      yield* dataBody(host, [Buffer.from('Subject: dots\r\n\r\n.one\r\n..\r\n.\r\nend\r\n')]);
      const accepted = yield* dataEnd(host);
      yield* quit(host);
      return { offered: [before.auth.size, extensions.auth.size], opened, accepted };
    });
    assert.deepEqual(got.offered, [0, 2]);
    assert.deepEqual(codes(got.opened), [250, 550, 450]);
    assert.equal(got.opened.data?.code, 354);
    assert.equal(got.accepted.enhanced, '2.0.0');
  });

  it('with Gmail reads a refusal of three lines as one sentence', async () => {
    const reply = await everySplit(transcript('smtp/gmail-session'), function* () {
      yield* greeting(host);
      const extensions = yield* ehlo(host, '[192.0.2.7]');
      assert.equal(extensions.size, 35882577);
      yield* smtpLogin(host, 'someone@gmail.com', 'abcd efgh ijkl mnop', extensions);
      const options = { size: 1234, body: '8BITMIME' } as const;
      const opened = yield* open('someone@gmail.com', ['nobody@gmail.com'], extensions, options, {
        data: false,
      });
      yield* exchange(host, 'rset', 'RSET');
      yield* quit(host);
      return opened.recipients[0]?.answer;
    });
    assert.ok(typeof reply === 'object');
    assert.equal(reply.lines.length, 3);
    assert.equal(
      reply.text,
      "5.1.1 The email account that you tried to reach does not exist. Please try double-checking the recipient's email address for typos or unnecessary spaces. - gsmtp",
    );
  });

  it('that breaks anywhere says in which phase', () => {
    const none = offers({ SIZE: '1000', AUTH: 'PLAIN' });
    for (const [phase, dialogue, ...answers] of [
      ['greeting', greeting(host)],
      ['ehlo', ehlo(host, 'laptop.example')],
      ['starttls', starttls(host)],
      ['auth', smtpLogin(host, 'u', 'p', none)],
      ['mail', open('a@b', ['c@d'], none)],
      ['rcpt', open('a@b', ['c@d'], none), '250 ok'],
      ['data', open('a@b', ['c@d'], none), '250 ok', '250 ok'],
      ['body', dataBody(host, [])],
      ['body', chunk(host, 0, [])],
      ['dot', dataEnd(host)],
      ['dot', lastChunk(host)],
      ['rset', open('a@b', ['c@d'], none, {}, { reset: true })],
    ] as const) {
      const { outcome } = hangUpAfter(
        dialogue,
        answers.map((text) => Buffer.from(text)),
      );
      assert.ok(outcome instanceof MailError);
      assert.deepEqual([outcome.kind, outcome.phase], ['closed', phase]);
      assert.match(outcome.message, /closed the connection \(during SMTP [A-Za-z ]+\)$/);
    }
  });
});

describe('STARTTLS', () => {
  for (const name of ['postfix-starttls-refused', 'hostile-starttls-unknown']) {
    it(`refused as in ${name} ends the attempt`, async () => {
      const error = await refusalOf(transcript(`smtp/${name}`), () => starttls(host));
      assert.deepEqual([error.kind, error.retry, error.phase], ['tls', 'later', 'starttls']);
    });
  }

  it('never goes on where octets follow the go-ahead', async () => {
    await assert.rejects(
      everySplit(transcript('smtp/hostile-starttls-injection'), () => starttls(host)),
      /octets were received before TLS/,
    );
  });

  it('answered by 421 is a matter of waiting', async () => {
    const error = await refusalOf('C: STARTTLS\nS: 421 4.3.0 busy\n', () => starttls(host));
    assert.equal(error.kind, 'busy');
  });
});

describe('an SMTP greeting', () => {
  it('of several lines is one reply', async () => {
    const reply = await everySplit(transcript('smtp/sendmail-multi-line-greeting'), () => greeting(host));
    assert.equal(reply.lines.length, 3);
  });

  for (const [answer, kind, retry] of [
    ['421 4.3.2 too many connections', 'busy', 'later'],
    ['554 No SMTP service here', 'refused', 'later'],
    ['554-no\nS: 554 service', 'refused', 'later'],
    ['221 ESMTP server not ready', 'protocol', 'later'],
    ['+OK POP3 ready', 'protocol', 'later'],
    ['HTTP/1.1 400 Bad Request', 'protocol', 'later'],
  ] as const) {
    it(`of ${JSON.stringify(answer)} is ${kind}`, async () => {
      const error = await refusalOf(`S: ${answer}\n`, () => greeting(host));
      assert.deepEqual([error.kind, error.retry, error.phase], [kind, retry, 'greeting']);
    });
  }

  it('of NetEase without a space is read', async () => {
    const error = await refusalOf(transcript('smtp/netease-busy-greeting'), () => greeting(host));
    assert.deepEqual([error.kind, error.code], ['busy', '421']);
    assert.match(error.message, /^SMTP greeting refused by smtp\.example: 421 HL:REP 163 smtp2/);
  });
});

describe('QUIT', () => {
  for (const name of ['qq-garbage-goodbye', 'exchange-quit-refused']) {
    it(`answered as in ${name} is no error`, async () => {
      await everySplit(transcript(`smtp/${name}`), () => quit(host));
    });
  }

  it('on a lost connection is no error', () => {
    assert.deepEqual(hangUpAfter(quit(host), []), { outcome: undefined, sent: 'QUIT\r\n' });
  });
});
