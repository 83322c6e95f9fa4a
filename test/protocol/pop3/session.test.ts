import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Dialogue } from '../../../src/protocol/dialogue.ts';
import { capa } from '../../../src/protocol/pop3/capa.ts';
import { greeting } from '../../../src/protocol/pop3/greeting.ts';
import { list } from '../../../src/protocol/pop3/list.ts';
import { quit } from '../../../src/protocol/pop3/quit.ts';
import { stat } from '../../../src/protocol/pop3/stat.ts';
import { stls } from '../../../src/protocol/pop3/stls.ts';
import { uidl } from '../../../src/protocol/pop3/uidl.ts';
import { retrieved } from '../../support/retrieved.ts';
import { userPass } from '../../support/logins.ts';
import { everySplit, transcript } from '../../support/transcript.ts';

const host = 'pop.example';

/** A message as text, octet for octet. */
function* fetched(n: number): Dialogue<{ octets: number; text: string }> {
  const bytes = yield* retrieved(host, n);
  return { octets: bytes.length, text: bytes.toString('latin1') };
}

describe('a POP3 session', () => {
  it('with Dovecot gives every message as the server holds it', async () => {
    const got = await everySplit(transcript('pop3/dovecot-session'), function* () {
      const { stamp } = yield* greeting(host);
      const capabilities = yield* capa(host);
      yield* userPass(host, 'anna', 'correct horse');
      const size = yield* stat(host);
      const sizes = yield* list(host);
      const names = yield* uidl(host);
      const first = yield* fetched(1);
      const second = yield* fetched(2);
      return { stamp, capabilities, size, sizes, names, first, second, goodbye: yield* quit(host) };
    });
    assert.equal(got.stamp, '<4f2a.1.65f0c1d2.Qm9YZ1h@mail.example.org>');
    assert.equal(got.capabilities?.get('SASL'), 'PLAIN LOGIN CRAM-MD5');
    assert.equal(got.capabilities.get('UIDL'), '');
    assert.deepEqual(got.size, { count: 3, octets: 457 });
    assert.deepEqual([...got.sizes], [[1, 120], [2, 217], [3, 120]]); // prettier-ignore
    assert.equal(got.names.get(3), '000000035a3b2c1d');
    const wanted = 'From: Bo <bo@example.org>\r\nSubject: dots\r\n\r\n.one\r\n..\r\n.\r\nend\r\n';
    assert.deepEqual(got.first, { octets: wanted.length, text: wanted });
    assert.ok(Buffer.from(got.second.text, 'latin1').toString('utf8').endsWith('发票已开。\r\n\r\n'));
    assert.equal(got.goodbye, true);
  });

  it('over STLS asks for the capabilities again', async () => {
    const got = await everySplit(transcript('pop3/dovecot-stls'), function* () {
      yield* greeting(host);
      const before = yield* capa(host);
      yield* stls(host);
      const after = yield* capa(host);
      yield* userPass(host, 'anna', 'secret');
      return [before?.has('UIDL'), after?.has('UIDL')];
    });
    assert.deepEqual(got, [false, true]);
  });

  it('never goes on where octets follow the go-ahead for TLS', async () => {
    await assert.rejects(
      everySplit(transcript('pop3/hostile-stls-injection'), () => stls(host)),
      /octets were received before TLS/,
    );
  });

  it('with 163 works, GBK in a message included', async () => {
    const got = await everySplit(transcript('pop3/163-session'), function* () {
      const { stamp, text } = yield* greeting(host);
      const capabilities = yield* capa(host);
      yield* userPass(host, 'someone@163.com', 'AUTHCODE');
      const size = yield* stat(host);
      const sizes = yield* list(host);
      const names = yield* uidl(host);
      const first = yield* fetched(1);
      yield* quit(host);
      return { stamp, text, size, sizes, names, first, stls: capabilities?.has('STLS') };
    });
    assert.equal(got.stamp, null);
    assert.match(got.text, /^Welcome to coremail/);
    assert.equal(got.stls, true);
    assert.deepEqual(got.size, { count: 2, octets: 3121 });
    assert.equal(got.names.get(2), 'xtbBLQwAABrqlERZ8pmJc6');
    assert.equal(got.first.text, 'Subject: x\r\n\r\n\xc4\xe3\xba\xc3\r\n');
  });

  it('with QQ works without CAPA and without a word behind +OK', async () => {
    const got = await everySplit(transcript('pop3/qq-session'), function* () {
      yield* greeting(host);
      const capabilities = yield* capa(host);
      yield* userPass(host, 'someone@qq.com', 'abcdefghijklmnop');
      const size = yield* stat(host);
      const sizes = yield* list(host);
      const names = yield* uidl(host);
      const second = yield* fetched(2);
      return { capabilities, size, sizes, names, second, goodbye: yield* quit(host) };
    });
    assert.equal(got.capabilities, null);
    assert.equal(got.size?.count, 15);
    assert.equal(got.sizes.size, 15);
    assert.equal(got.sizes.get(9), 202497);
    assert.equal(got.names.get(1), 'ZC0827-TzG6mMIdhvOmX2CZKNqeD3f');
    assert.match(got.second.text, /^Date: Thu, 6 Jul 2017/);
  });

  it('with Gmail learns of UIDL after the login', async () => {
    const got = await everySplit(transcript('pop3/gmail-capa-after-login'), function* () {
      yield* greeting(host);
      const before = yield* capa(host);
      yield* userPass(host, 'someone@gmail.com', 'abcd efgh ijkl mnop');
      const after = yield* capa(host);
      return [before?.get('LOGIN-DELAY'), before?.has('UIDL'), after?.has('UIDL')];
    });
    assert.deepEqual(got, ['300', false, true]);
  });

  it('with a server that ends its lines in LF works to the end', async () => {
    const got = await everySplit(transcript('pop3/unix-line-ends'), function* () {
      yield* greeting(host);
      yield* userPass(host, 'anna', 'secret');
      const sizes = yield* list(host);
      const names = yield* uidl(host);
      const first = yield* fetched(1);
      return { sizes, names, first, goodbye: yield* quit(host) };
    });
    assert.deepEqual([...got.sizes], [[1, 20]]);
    assert.deepEqual([...got.names], [[1, 'a']]);
    assert.equal(got.first.text, 'Subject: x\n\n.dot\n');
    assert.equal(got.goodbye, true);
  });
});
