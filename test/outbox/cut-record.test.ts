// A line that breaks within a TLS record, while the body goes out or while the answer to the dot comes in: what was not read whole was
// not said. A body without its dot was never sent; an answer of which no octet can be read leaves it in doubt.
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { CA_FILE } from '../support/certificates.ts';
import { startLink, together } from '../support/link.ts';
import type { Peer } from '../support/peer.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import type { Ending } from '../support/temporary.ts';
import { accountAt, LI, message, PostOffice } from './post-office.ts';

const MINUTE = 60_000;
/** Octets of a record's header: its type, its version and its length (RFC 8446 §5.1). */
const HEADER = 5;

/** Takes messages by TLS, and says when it is about to answer the first dot. */
function server(taken: string[], beforeAnswer: () => void): (peer: Peer) => Promise<void> {
  return async (peer) => {
    await peer.lines('220 x');
    for (;;) {
      const command = await peer.line();
      if (command.startsWith('QUIT')) return peer.lines('221 bye');
      if (command.startsWith('EHLO')) await peer.lines('250-x', '250 AUTH PLAIN');
      else if (command.startsWith('AUTH')) await peer.lines('235 ok');
      else if (!command.startsWith('DATA')) await peer.lines('250 ok');
      else {
        await peer.lines('354 go');
        taken.push((await peer.untilDot()).toString());
        if (taken.length === 1) beforeAnswer();
        await peer.lines('250 2.0.0 queued as 4711');
      }
    }
  };
}

/** A line on which `most.up` and `most.down` octets still get through each way, then it is dead; all of them at first. */
async function startLine(
  t: Ending,
  port: number,
): Promise<{ port: number; most: { up: number; down: number } }> {
  const most = { up: Infinity, down: Infinity };
  const link = await startLink(t, port, (near, reach) => {
    const far = reach();
    together(near, far);
    const carry = (from: Socket, to: Socket, way: 'up' | 'down'): void =>
      void from.on('data', (chunk: Buffer) => {
        const part = chunk.subarray(0, most[way]);
        most[way] -= part.length;
        if (part.length === chunk.length) return void to.write(chunk);
        // What it has got so far comes, and then nothing: the line is mended for whoever calls anew.
        most.up = most.down = Infinity;
        return void to.end(part, () => from.destroy());
      });
    carry(near, far, 'up');
    carry(far, near, 'down');
  });
  return { port: link.port, most };
}

for (const after of [0, 1, HEADER - 1, HEADER, HEADER + 10, HEADER + 26])
  test(`the answer is cut after ${after} octets of its record: in doubt, flagged, and not sent again at once`, async (t) => {
    const taken: string[] = [];
    let cut = (): void => undefined;
    const at = await startScriptedServer(
      t,
      server(taken, () => cut()),
      { tls: 'good' },
    );
    const line = await startLine(t, at.port);
    cut = () => (line.most.down = after);
    const office = new PostOffice(t, [accountAt(line.port, { tls: 'implicit', ca: CA_FILE })]);
    office.put('x.eml', message(LI));
    assert.equal((await office.settled()).uncertain, 1);
    assert.deepEqual([office.only().state, office.only().doubtful, taken.length], ['uncertain', true, 1]);
    await office.later(MINUTE);
    assert.equal(taken.length, 1);
    assert.equal((await office.later(10 * MINUTE)).sent, 1);
    assert.equal(taken[0], taken[1]);
    assert.deepEqual([office.only().state, office.only().doubtful, taken.length], ['sent', true, 2]);
  });

test('the body is cut within a record: it was not sent, and is sent once', async (t) => {
  for (const octets of [HEADER - 1, 1000, 20_000, 100_000]) {
    const taken: string[] = [];
    const at = await startScriptedServer(
      t,
      server(taken, () => undefined),
      { tls: 'good' },
    );
    const line = await startLine(t, at.port);
    // Greeting, handshake and envelope are a few thousand octets.
    line.most.up = 4000 + octets;
    const office = new PostOffice(t, [accountAt(line.port, { tls: 'implicit', ca: CA_FILE })]);
    office.put('x.eml', message(LI, '', 'A line of the body.\n'.repeat(20_000)));
    await office.settled();
    const { state, doubtful } = office.only();
    assert.deepEqual([taken.length, doubtful, state === 'sent' || state === 'uncertain'], [0, false, false]);
    await office.later(20 * MINUTE);
    assert.deepEqual([office.only().state, office.only().doubtful, taken.length], ['sent', false, 1]);
  }
});
