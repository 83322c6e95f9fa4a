// COMPRESS: what the answers to it mean, and what a compressed connection bears.
import assert from 'node:assert/strict';
import { describe, it, test, type TestContext } from 'node:test';
import { constants, createInflateRaw, deflateRawSync } from 'node:zlib';
import { MailError } from '../../../src/model/error.ts';
import { dial } from '../../../src/net/dial.ts';
import type { Dialogue } from '../../../src/protocol/dialogue.ts';
import { body, line } from '../../../src/protocol/dialogue.ts';
import { compress, COMPRESS } from '../../../src/protocol/imap/compress.ts';
import { exchange } from '../../../src/protocol/imap/exchange.ts';
import { Tags } from '../../../src/protocol/imap/tags.ts';
import type { Peer } from '../../support/peer.ts';
import { hangUpAfter, refusalOf } from '../../support/refusal.ts';
import { startScriptedServer } from '../../support/scripted-server.ts';
import { everySplit } from '../../support/transcript.ts';
import { host } from './received.ts';

const ASKED = 'C: A0001 COMPRESS DEFLATE\n';
const COMMAND = 'A0001 COMPRESS DEFLATE\r\n';

describe('COMPRESS', () => {
  it('begins with the OK', async () => {
    assert.equal(
      await everySplit(`${ASKED}S: A0001 OK now\nDEFLATE\n`, () => compress(host, new Tags())),
      true,
    );
  });

  for (const refused of ['NO [COMPRESSIONACTIVE] by TLS', 'NO no', 'BAD unknown command'])
    it(`does not after ${refused}, and the session goes on`, async () => {
      const dialogue = (): Dialogue<unknown> => then(new Tags());
      const text = `${ASKED}S: A0001 ${refused}\nC: A0002 NOOP\nS: A0002 OK\n`;
      assert.deepEqual(await everySplit(text, dialogue), [false, 'OK']);
    });

  it('is avoided where the server hangs up on it, or says an untagged BAD and nothing more', async () => {
    const { outcome } = hangUpAfter(compress(host, new Tags()), []);
    assert.ok(outcome instanceof MailError);
    assert.deepEqual([outcome.kind, outcome.retry, outcome.avoid], ['closed', 'now', COMPRESS]);
    const bad = await refusalOf(`${ASKED}S: * BAD Command!\nSILENCE\n`, () => compress(host, new Tags()));
    assert.equal(bad.avoid, COMPRESS);
  });
});

function* then(tags: Tags): Dialogue<unknown> {
  const begun = yield* compress(host, tags);
  return [begun, (yield* exchange(host, tags, { name: 'NOOP', pieces: ['NOOP'] })).word];
}

test('both directions are compressed, from the octet behind the OK', async (t) => {
  const connection = await compressed(t, async (peer) => {
    // In one packet with the OK, and cut in the middle of the stream afterwards.
    const said = packed('* OK in the same packet\r\n');
    await peer.send(Buffer.concat([Buffer.from('A0001 OK\r\n'), said.subarray(0, 7)]));
    await peer.split(said.subarray(7), 1);
    const heard = await unpacked(peer, 'A0002 NOOP\r\n');
    assert.equal(heard, 'A0002 NOOP\r\n');
    await peer.send(packed('A0002 OK done\r\n'));
    await peer.stall();
  });
  const tags = new Tags();
  assert.equal(await connection.converse(compress(host, tags)), true);
  assert.equal((await connection.converse(line())).toString(), '* OK in the same packet');
  const noop = exchange(host, tags, { name: 'NOOP', pieces: ['NOOP'] });
  assert.equal((await connection.converse(noop)).text, 'done');
});

test('what was sent before a server hangs up is read to its end', async (t) => {
  const connection = await compressed(t, async (peer) => {
    await peer.send('A0001 OK\r\n');
    await peer.send(packed(`${'x'.repeat(300_000)}\r\n`));
    peer.hangUp();
  });
  await connection.converse(compress(host, new Tags()));
  assert.equal((await connection.converse(line())).length, 300_000);
  await assert.rejects(
    connection.converse(line()),
    (error) => error instanceof MailError && error.kind === 'closed',
  );
});

test('octets that are no deflate stream end the session, and say what to avoid', async (t) => {
  const connection = await compressed(t, async (peer) => {
    await peer.send('A0001 OK\r\n* OK not compressed at all\r\n');
    await peer.stall();
  });
  await connection.converse(compress(host, new Tags()));
  await assert.rejects(
    connection.converse(line()),
    (error) =>
      error instanceof MailError &&
      error.kind === 'protocol' &&
      error.retry === 'now' &&
      error.avoid === COMPRESS,
  );
});

test('a few octets that swell without end meet the cap of a line', async (t) => {
  const bomb = deflateRawSync(Buffer.alloc(64 << 20, 'x'));
  assert.ok(bomb.length < 100_000);
  const connection = await compressed(t, async (peer) => {
    await peer.send(Buffer.concat([Buffer.from('A0001 OK\r\n'), bomb]));
    await peer.stall();
  });
  await connection.converse(compress(host, new Tags()));
  await assert.rejects(connection.converse(line()), /a line of more than/);
});

test('a sink that is slow holds up what swells', async (t) => {
  // Segments that end flushed are one stream, one behind the other.
  const piece = packed('x'.repeat(16 << 20));
  const size = 256 << 20;
  const connection = await compressed(t, async (peer) => {
    await peer.send(Buffer.concat([Buffer.from('A0001 OK\r\n'), ...Array.from({ length: 16 }, () => piece)]));
    await peer.stall();
  });
  await connection.converse(compress(host, new Tags()));
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  let taken = 0;
  const write = async (chunk: Buffer): Promise<void> => {
    taken += chunk.length;
    if (taken > chunk.length) return;
    // Long enough for most of it to be unpacked, if nothing held it up.
    for (let turns = 0; turns < 100_000; turns++) await new Promise(setImmediate);
    most = process.memoryUsage().arrayBuffers - before;
  };
  assert.equal(await connection.converse(body(size, { write })), size);
  assert.ok(most < 16 << 20, `${most} octets were held`);
});

async function compressed(t: TestContext, script: (peer: Peer) => Promise<void>) {
  const server = await startScriptedServer(t, async (peer) => {
    await peer.octets(COMMAND.length);
    await script(peer);
  });
  const connection = await dial(
    { host: '127.0.0.1', port: server.port, tls: 'none' },
    { connect: 30_000, idle: 30_000 },
  );
  t.after(() => connection.close());
  return connection;
}

/** As a server compresses: flushed, and not ended. */
function packed(text: string): Buffer {
  return deflateRawSync(Buffer.from(text), { finishFlush: constants.Z_SYNC_FLUSH });
}

/** What the client sent compressed, until it is as long as `awaited`. */
async function unpacked(peer: Peer, awaited: string): Promise<string> {
  const stream = createInflateRaw();
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  while (text.length < awaited.length) {
    const octet = await peer.octets(1);
    await new Promise<void>((resolve) => stream.write(octet, () => resolve()));
  }
  return text;
}
