// The scripted server itself, asked over plain sockets: a liar among the test's tools would make every test lie.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { suite, test } from 'node:test';
import tls from 'node:tls';
import { CA_FILE, certificateFile, pinOf } from './certificates.ts';
import { startScriptedServer } from './scripted-server.ts';

interface Ended {
  readonly text: string;
  readonly error: string | undefined;
}

/** All that a socket receives until it ends, and the code of the error that ended it. */
function toTheEnd(socket: net.Socket): Promise<Ended> {
  return new Promise((resolve) => {
    let text = '';
    let error: string | undefined;
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('error', (thrown: NodeJS.ErrnoException) => (error = thrown.code ?? thrown.message));
    socket.on('close', () => resolve({ text, error }));
  });
}

suite('scripted server', () => {
  test('sends exact octets, reads lines and octets, and keeps what it heard', async (t) => {
    const server = await startScriptedServer(t, async (peer) => {
      await peer.send(Buffer.from([0x2b, 0x00, 0xff, 0x0a]));
      assert.equal(await peer.line(), 'hello');
      assert.equal((await peer.octets(4)).toString(), 'abcd');
      assert.equal((await peer.untilDot()).toString(), '.x\r\n');
      await peer.lines('bye');
    });
    const socket = net.connect(server.port, server.host);
    socket.end('hello\r\nabcd..x\r\n.\r\n');
    assert.equal((await toTheEnd(socket)).text, '+\0\xff\nbye\r\n');
    assert.equal(server.heard(), 'hello\r\nabcd..x\r\n.\r\n');
  });

  test('cuts after n octets with a FIN', async (t) => {
    const server = await startScriptedServer(t, (peer) => peer.cut('0123456789', 4));
    assert.deepEqual(await toTheEnd(net.connect(server.port, server.host)), {
      text: '0123',
      error: undefined,
    });
  });

  for (const secure of [undefined, 'good'] as const) {
    test(`resets ${secure === undefined ? 'in clear' : 'under TLS'}`, async (t) => {
      const options = secure === undefined ? {} : { tls: secure };
      const server = await startScriptedServer(t, async (peer) => peer.reset(), options);
      const socket =
        secure === undefined
          ? net.connect(server.port, server.host)
          : tls.connect({ port: server.port, host: server.host, ca: readFileSync(CA_FILE) });
      assert.equal((await toTheEnd(socket)).error, 'ECONNRESET');
    });
  }

  test('plays the next script for the next connection, and the last one for all others', async (t) => {
    const server = await startScriptedServer(t, [(peer) => peer.send('one'), (peer) => peer.send('more')]);
    const said: string[] = [];
    for (let i = 0; i < 3; i++) said.push((await toTheEnd(net.connect(server.port, server.host).end())).text);
    assert.deepEqual(said, ['one', 'more', 'more']);
    assert.equal(server.connections, 3);
  });

  test('starts TLS with injected plaintext in the same packet', async (t) => {
    const server = await startScriptedServer(t, (peer) => peer.startTls('+OK\r\n+OK injected\r\n'));
    const socket = net.connect(server.port, server.host);
    const first = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
    assert.equal(first.toString(), '+OK\r\n+OK injected\r\n');
    socket.destroy();
  });

  test('speaks TLS after STARTTLS, with a certificate that the test CA vouches for', async (t) => {
    const server = await startScriptedServer(t, async (peer) => {
      await peer.startTls('go\r\n');
      await peer.expect(/^under tls$/);
      await peer.lines('yes');
    });
    const plain = net.connect(server.port, server.host);
    await new Promise((resolve) => plain.once('data', resolve));
    plain.removeAllListeners('data');
    const secure = tls.connect({ socket: plain, host: 'localhost', ca: readFileSync(CA_FILE) });
    secure.write('under tls\r\n');
    assert.deepEqual(await toTheEnd(secure), { text: 'yes\r\n', error: undefined });
    assert.match(pinOf('good'), /^sha256\/.{44}$/);
  });

  for (const [name, code] of [
    ['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['wrong-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['expired', 'CERT_HAS_EXPIRED'],
  ] as const) {
    test(`its ${name} certificate is refused by a careful client`, async (t) => {
      const server = await startScriptedServer(t, (peer) => peer.send('secret'), { tls: name });
      const socket = tls.connect({ port: server.port, host: server.host, ca: readFileSync(CA_FILE) });
      assert.deepEqual(await toTheEnd(socket), { text: '', error: code });
    });
  }

  test('its self-signed certificate can be trusted by itself', async (t) => {
    const server = await startScriptedServer(t, (peer) => peer.send('yes'), { tls: 'self-signed' });
    const ca = readFileSync(certificateFile('self-signed'));
    const socket = tls.connect({ port: server.port, host: server.host, ca });
    assert.deepEqual(await toTheEnd(socket), { text: 'yes', error: undefined });
  });

  test('a disappointed script fails its test', async () => {
    const server = await startScriptedServer({ after: () => {} }, async (peer) => {
      await peer.expect(/^EHLO /);
    });
    await toTheEnd(net.connect(server.port, server.host).end('HELO x\r\n'));
    await assert.rejects(server.stop(), /the client sent "HELO x", awaited was/);
  });

  test('readable tells a pipelining client from a patient one', async (t) => {
    const seen: boolean[] = [];
    const server = await startScriptedServer(t, async (peer) => {
      await peer.line();
      seen.push(await peer.readable(20));
    });
    await toTheEnd(net.connect(server.port, server.host).end('A\r\nB\r\n'));
    const patient = net.connect(server.port, server.host);
    patient.write('A\r\n');
    await toTheEnd(patient);
    assert.deepEqual(seen, [true, false]);
  });
});
