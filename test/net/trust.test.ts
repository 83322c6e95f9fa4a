// Whom a connection trusts, and what a person is told where it does not: the certificate, the name, the cure. Old servers
// come in by a key of their own, and what breaks in a handshake is never taken for a login.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';

import { describe, test, type TestContext } from 'node:test';
import type { Endpoint } from '../../src/model/account.ts';
import { MailError } from '../../src/model/error.ts';
import { hashOf } from '../../src/net/channel-binding.ts';
import type { Connection } from '../../src/net/connection.ts';
import { dial } from '../../src/net/dial.ts';
import { handshakeFailure } from '../../src/net/failure.ts';
import { body, line } from '../../src/protocol/dialogue.ts';
import { greeting as imapGreeting } from '../../src/protocol/imap/greeting.ts';
import { greeting as pop3Greeting } from '../../src/protocol/pop3/greeting.ts';
import { quit } from '../../src/protocol/pop3/quit.ts';
import { greeting as smtpGreeting } from '../../src/protocol/smtp/greeting.ts';
import { CA_FILE, certificate, pinOf, type CertificateName } from '../support/certificates.ts';
import { startScriptedServer, type Script } from '../support/scripted-server.ts';
import { startTlsServer } from '../support/tls-server.ts';

const TIMES = { connect: 30_000, idle: 30_000 };
const silent: Script = (peer) => peer.stall();

async function refused(endpoint: Endpoint, times = TIMES): Promise<MailError> {
  const outcome = await dial(endpoint, times).catch((thrown: unknown) => thrown);
  if (!(outcome instanceof Error)) (outcome as Connection).close();
  assert.ok(outcome instanceof MailError, String(outcome));
  return outcome;
}

async function serving(t: TestContext, name: CertificateName, more: Partial<Endpoint> = {}) {
  const server = await startScriptedServer(t, silent, { tls: name });
  const endpoint: Endpoint = { host: '127.0.0.1', port: server.port, tls: 'implicit', ...more };
  return { server, endpoint };
}

describe('a certificate that is not trusted', () => {
  for (const [name, more, says, hint] of [
    ['good', {}, /signed by an authority that this machine does not know/, /ca:.*pin:/],
    ['self-signed', {}, /signed by itself \(CN=[^,]+, issued by itself/, /ca:.*pin:/],
    ['expired', { ca: CA_FILE }, /has expired .*valid 20\d\d-\d\d-\d\d to 2021-/, /renew.*clock/],
    ['wrong-name', { ca: CA_FILE }, /is for elsewhere\.example, and not for 127\.0\.0\.1 /, /tlsName:/],
  ] as const) {
    test(`(${name}) is shown with its pin and its cure, and nothing is said to the server`, async (t) => {
      const { server, endpoint } = await serving(t, name, more);
      const error = await refused(endpoint);
      assert.deepEqual([error.kind, error.retry], ['tls', 'later']);
      assert.match(error.message, /^TLS with 127\.0\.0\.1:\d+ failed: the certificate /);
      assert.match(error.message, says);
      assert.match(
        error.message,
        /\(CN=.*, issued by .*, for .*, valid \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d, pin sha256\//,
      );
      assert.match(error.hint ?? '', hint);
      assert.equal(server.heard(), '');
    });
  }

  test('lets in whoever copies its pin', async (t) => {
    const { endpoint } = await serving(t, 'self-signed');
    const [pin] = /sha256\/[A-Za-z0-9+/]{43}=/.exec((await refused(endpoint)).message) ?? [];
    const connection = await dial({ ...endpoint, pin }, TIMES);
    assert.equal(connection.secure, true);
    assert.ok((connection.certificateEnds ?? 0) > 0);
    connection.close();
  });

  test('alarms where the key is not the pinned one any more, whoever signed the new one', async (t) => {
    const { server, endpoint } = await serving(t, 'good', { pin: pinOf('self-signed') });
    const error = await refused(endpoint);
    assert.deepEqual([error.kind, error.code], ['tls', 'PIN']);
    assert.match(error.message, /the key of the server has changed/);
    assert.ok(error.message.includes(`pin ${pinOf('good')}`));
    assert.match(error.hint ?? '', /pin:.*stands between/);
    assert.equal(server.heard(), '');
  });

  test('is good for the name that tlsName gives, which is the name asked for', async (t) => {
    const port = await startTlsServer(t, 'wrong-name', {}, ({ socket, say }) => {
      say(String((socket as { servername?: string | false }).servername));
      return Promise.resolve();
    });
    const endpoint: Endpoint = { host: '127.0.0.1', port, tls: 'implicit', ca: CA_FILE };
    const connection = await dial({ ...endpoint, tlsName: 'elsewhere.example' }, TIMES);
    assert.equal((await connection.converse(line())).toString(), 'elsewhere.example');
    connection.close();
    assert.match(
      (await refused({ ...endpoint, tlsName: 'nowhere.example' })).message,
      /not for nowhere\.example/,
    );
  });
});

describe('an old server', () => {
  const OLD = { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;

  test('is refused, and the key that lets it in is named', async (t) => {
    const port = await startTlsServer(t, 'good', OLD, () => Promise.resolve());
    const endpoint: Endpoint = { host: '127.0.0.1', port, tls: 'implicit', ca: CA_FILE };
    const error = await refused(endpoint);
    assert.deepEqual([error.kind, error.retry], ['tls', 'later']);
    assert.match(error.message, /old or weak TLS/);
    assert.match(error.hint ?? '', /tlsOld: true/);
    const connection = await dial({ ...endpoint, tlsOld: true }, TIMES);
    assert.equal(connection.secure, true);
    connection.close();
  });

  test('must show a trusted certificate all the same', async (t) => {
    const port = await startTlsServer(t, 'self-signed', OLD, () => Promise.resolve());
    const error = await refused({ host: '127.0.0.1', port, tls: 'implicit', ca: CA_FILE, tlsOld: true });
    assert.match(error.message, /signed by itself/);
  });

  test('that has become a new one speaks TLS 1.3', async (t) => {
    const port = await startTlsServer(t, 'good', {}, ({ socket, say }) => {
      say(String(socket.getProtocol()));
      return Promise.resolve();
    });
    const endpoint: Endpoint = { host: '127.0.0.1', port, tls: 'implicit', ca: CA_FILE, tlsOld: true };
    const connection = await dial(endpoint, TIMES);
    assert.equal((await connection.converse(line())).toString(), 'TLSv1.3');
    connection.close();
  });

  for (const code of [
    'ERR_SSL_UNSUPPORTED_PROTOCOL',
    'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    'ERR_SSL_DH_KEY_TOO_SMALL',
    'ERR_TLS_DH_PARAM_SIZE',
    'ERR_SSL_EE_KEY_TOO_SMALL',
    'ERR_SSL_CA_MD_TOO_WEAK',
    'ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED',
    'ERR_SSL_LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED',
    'ERR_SSL_WRONG_SIGNATURE_TYPE',
    'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
  ]) {
    test(`that fails with ${code} is a matter of TLS, not of the login`, () => {
      const error = handshakeFailure('mail.example:993', Object.assign(new Error('openssl says'), { code }));
      assert.deepEqual([error.kind, error.retry, error.code], ['tls', 'later', code]);
      assert.match(error.hint ?? '', /tlsOld: true/);
    });
  }
});

describe('a handshake', () => {
  for (const [what, script] of [
    ['in clear', async (peer) => peer.lines('* OK IMAP4rev1 ready')],
    ['by a web page', async (peer) => peer.lines('HTTP/1.1 400 Bad Request', '')],
  ] satisfies [string, Script][]) {
    test(`that is answered ${what} says that the port speaks no TLS (T-007)`, async (t) => {
      const server = await startScriptedServer(t, script);
      const error = await refused({ host: '127.0.0.1', port: server.port, tls: 'implicit', ca: CA_FILE });
      assert.equal(error.kind, 'tls');
      assert.match(error.message, /does not speak TLS on this port/);
      assert.match(error.hint ?? '', /tls: starttls/);
    });
  }

  test('that stalls ends at the deadline (T-010)', async (t) => {
    const server = await startScriptedServer(t, silent);
    const endpoint: Endpoint = { host: '127.0.0.1', port: server.port, tls: 'implicit' };
    const error = await refused(endpoint, { connect: 200, idle: 60_000 });
    assert.equal(error.kind, 'timeout');
    assert.match(error.message, /^no TLS with 127\.0\.0\.1:\d+ in time/);
    assert.match(error.hint ?? '', /tls: starttls/);
  });

  for (const [what, script] of [
    ['closed', (peer) => peer.hangUp()],
    ['reset', (peer) => peer.reset()],
  ] satisfies [string, Script][]) {
    test(`that is ${what} is a matter of TLS`, async (t) => {
      const server = await startScriptedServer(t, async (peer) => {
        await peer.octets(1);
        return script(peer);
      });
      const error = await refused({ host: '127.0.0.1', port: server.port, tls: 'implicit' });
      assert.deepEqual([error.kind, error.retry], ['tls', 'later']);
    });
  }
});

describe('a greeting', () => {
  for (const [protocol, greeting] of [
    ['IMAP', () => imapGreeting('mail.example', true)],
    ['POP3', () => pop3Greeting('mail.example')],
    ['SMTP', () => smtpGreeting('mail.example')],
  ] as const) {
    test(`of ${protocol} that never comes because the port awaits TLS ends by its deadline, with a hint (T-007)`, async (t) => {
      const { endpoint } = await serving(t, 'good', { tls: 'starttls', ca: CA_FILE });
      const connection = await dial(endpoint, TIMES);
      const error: unknown = await connection
        .converse<unknown>(greeting(), { idle: 300 })
        .catch((thrown: unknown) => thrown);
      assert.ok(error instanceof MailError);
      assert.deepEqual([error.kind, error.phase], ['timeout', 'greeting']);
      assert.match(error.hint ?? '', /tls: implicit/);
    });

    test(`of ${protocol} that is a web page's says so (T-014)`, async (t) => {
      const server = await startScriptedServer(t, async (peer) =>
        peer.lines('HTTP/1.1 302 Found', 'Location: http://portal/'),
      );
      const connection = await dial({ host: '127.0.0.1', port: server.port, tls: 'none' }, TIMES);
      const error: unknown = await connection
        .converse<unknown>(greeting(), { idle: 300 })
        .catch((thrown: unknown) => thrown);
      assert.ok(error instanceof MailError);
      assert.deepEqual([error.kind, error.phase], ['protocol', 'greeting']);
      assert.match(error.message, /HTTP\/1\.1 302 Found/);
      assert.match(error.hint ?? '', /port/);
    });
  }
});

describe('a connection that ends without close_notify', () => {
  test('is no error after QUIT, and the loss of it within a body (T-009, T-011)', async (t) => {
    const server = await startScriptedServer(
      t,
      async (peer) => {
        if (peer.nth === 0) {
          await peer.expect(/^QUIT$/);
          await peer.lines('+OK bye');
        } else {
          await peer.send('half of it');
        }
        peer.destroy();
      },
      { tls: 'good' },
    );
    const endpoint: Endpoint = { host: '127.0.0.1', port: server.port, tls: 'implicit', ca: CA_FILE };
    const first = await dial(endpoint, TIMES);
    assert.equal(await first.converse(quit('pop.example')), true);
    const second = await dial(endpoint, TIMES);
    await assert.rejects(
      second.converse(body(100, { write: () => {} })),
      (thrown) => thrown instanceof MailError && thrown.kind === 'closed',
    );
  });
});

describe('the hash of a certificate', () => {
  test('is that of its signature', () => {
    for (const name of ['good', 'self-signed'] as const)
      assert.equal(hashOf(new X509Certificate(certificate(name).cert).raw), 'sha256');
  });

  for (const [algorithm, hash] of [
    ['300d06092a864886f70d01010c0500', 'sha384'],
    ['300d06092a864886f70d0101050500', 'sha256'], // SHA-1: RFC 5929 §4.1
    ['300a06082a8648ce3d040304', 'sha512'],
    ['304106092a864886f70d01010a3034a00f300d06096086480165030402020500', 'sha384'], // PSS, cut short
    ['300506032b6570', undefined], // Ed25519
  ] as const) {
    test(`of algorithm ${algorithm} is ${hash ?? 'none'}`, () => {
      const signed = Buffer.concat([Buffer.from('30820102', 'hex'), Buffer.alloc(0x102)]);
      const inner = Buffer.concat([signed, Buffer.from(algorithm, 'hex'), Buffer.from('0303000102', 'hex')]);
      const outer = Buffer.concat([Buffer.from([0x30, 0x82, inner.length >> 8, inner.length & 255]), inner]);
      assert.equal(hashOf(outer), hash);
    });
  }
});
