// The answer to the dot that has no end: so much of a yes as came is a yes, for the server has the message then and would get it
// twice. Of anything else nothing is known.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Peer } from '../support/peer.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import { accountAt, LI, message, PostOffice } from './post-office.ts';

/** Takes messages; `answer` is what the first dot gets. */
function server(answer: (peer: Peer) => Promise<void> | never): (peer: Peer) => Promise<void> {
  return async (peer) => {
    await peer.lines('220 x');
    for (let dots = 0; ;) {
      const command = await peer.line();
      if (command.startsWith('QUIT')) return peer.lines('221 bye');
      if (command.startsWith('EHLO')) await peer.lines('250-x', '250 AUTH PLAIN');
      else if (command.startsWith('AUTH')) await peer.lines('235 ok');
      else if (!command.startsWith('DATA')) await peer.lines('250 ok');
      else {
        await peer.lines('354 go');
        await peer.untilDot();
        if (peer.nth === 0 && dots++ === 0) await answer(peer);
        else await peer.lines('250 ok');
      }
    }
  };
}

const cut = (text: string) => async (peer: Peer) => {
  await peer.send(text);
  peer.hangUp();
};

for (const [name, text, reply] of [
  ['in the middle of its words', '250 2.0.0 queued as 47', '250 2.0.0 queued as 47'],
  ['behind its digits', '250', '250'],
  ['before its line feed', '250 ok\r', /^250 ok/],
  ['before its last line', '250-2.0.0 queued\r\n', '250 2.0.0 queued'],
  ['in its last line', '250-2.0.0 queued\r\n250 as', '250 2.0.0 queued as'],
  ['by garbage', '250-2.0.0 queued\r\nxyzzy\r\n', '250 2.0.0 queued'],
] as const)
  test(`a yes that is cut ${name} is a yes, and the next letter goes by another connection`, async (t) => {
    const at = await startScriptedServer(t, server(cut(text)));
    const office = new PostOffice(t, [accountAt(at.port)]);
    office.put('a.eml', message(LI));
    office.put('b.eml', message(LI).replace('one@', 'two@'));
    assert.equal((await office.settled()).sent, 2);
    assert.deepEqual(
      office.list().map(({ state, attempts, doubtful }) => [state, attempts, doubtful]),
      [
        ['sent', 1, false],
        ['sent', 1, false],
      ],
    );
    const first = office.list().find(({ file }) => file === 'a.eml')?.recipients[0]?.reply ?? '';
    if (typeof reply === 'string') assert.equal(first, reply);
    else assert.match(first, reply);
    assert.equal(at.connections, 2);
  });

test('a yes whose further lines never end is a yes', async (t) => {
  const silent = async (peer: Peer): Promise<void> => {
    await peer.send('250-queued\r\n250 as 4711 '.padEnd(1 << 20, 'x'));
    for (;;) await peer.send('x'.repeat(1 << 16));
  };
  const at = await startScriptedServer(t, server(silent));
  const office = new PostOffice(t, [accountAt(at.port)]);
  office.put('a.eml', message(LI));
  assert.equal((await office.settled()).sent, 1);
  assert.equal(office.only().doubtful, false);
});

for (const [name, text] of [
  ['nothing', ''],
  ['two digits', '25'],
  ['four digits', '2500'],
  ['a no', '550 5.7.1 not wa'],
  ['a no of several lines', '550-5.7.1 not\r\n'],
  ['a yes and a no', '250-2.0.0 queued\r\n550-5.7.1 not\r\n'],
  ['not now', '451 4.3.0 la'],
] as const)
  test(`${name} that is cut leaves it in doubt`, async (t) => {
    const at = await startScriptedServer(t, server(cut(text)));
    const office = new PostOffice(t, [accountAt(at.port)]);
    office.put('a.eml', message(LI));
    assert.equal((await office.settled()).uncertain, 1);
  });
