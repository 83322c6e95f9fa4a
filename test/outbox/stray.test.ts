// A reply too many, or one that comes late, is never taken for an answer to another command, another recipient or another
// letter: what was said out of step is not believed, and is asked again over a new connection.
import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { Peer } from '../support/peer.ts';
import { startScriptedServer, type Script } from '../support/scripted-server.ts';
import { accountAt, LI, message, PostOffice, provider, ZHAO } from './post-office.ts';

const MINUTE = 60_000;
const NOBODY = 'nobody@mail.test';

interface Bad {
  readonly offers?: string;
  /** Sent before the answer to this line of the connection's nth message (0 is the first), or behind it. */
  readonly before?: (line: string, nth: number, connection: number) => string | undefined;
  readonly behind?: (line: string, nth: number, connection: number) => string | undefined;
  /** Instead of the usual answer. */
  readonly instead?: (line: string, nth: number, connection: number) => string | undefined;
}

interface Got {
  readonly to: readonly string[];
  readonly text: string;
}

/** A server that knows everybody but nobody@, and says more than it was asked. */
function talkative(bad: Bad, taken: Got[]): Script {
  return async (peer) => {
    await peer.lines('220 s.test');
    await peer.expect(/^EHLO/);
    await peer.lines(...`s.test ${bad.offers ?? ''} AUTH=PLAIN`.trim().split(/ +/).map(offer));
    await peer.expect(/^AUTH PLAIN/);
    await peer.lines('235 ok');
    let to: string[] = [];
    let text = '';
    for (let nth = 0; ;) {
      const line = await peer.line();
      const say = async (usual: string): Promise<void> => {
        const all = [bad.before?.(line, nth, peer.nth), bad.instead?.(line, nth, peer.nth) ?? usual];
        await peer.lines(...[...all, bad.behind?.(line, nth, peer.nth)].filter((said) => said !== undefined));
      };
      if (line === 'QUIT') return peer.hangUp();
      if (line.startsWith('MAIL') || line === 'RSET') [to, text] = [[], ''];
      if (line.startsWith('RCPT') && !line.includes(NOBODY)) to.push(addressIn(line));
      if (line.startsWith('BDAT')) text += await chunkOf(peer, line);
      const whole = line === 'DATA' ? await dataOf(peer, say, to.length > 0) : line.endsWith(' LAST');
      if (line !== 'DATA') await say(line.includes(NOBODY) ? '550 5.1.1 no such user' : '250 ok');
      if (whole === false) continue;
      if (bad.instead?.(line, nth, peer.nth)?.startsWith('5') !== true)
        taken.push({ to, text: typeof whole === 'string' ? whole : text });
      nth++;
    }
  };
}

const offer = (word: string, at: number, all: readonly string[]): string =>
  `250${at + 1 < all.length ? '-' : ' '}${word.replace('=', ' ')}`;
const addressIn = (line: string): string => /<(.*)>/.exec(line)?.[1] ?? '';

async function chunkOf(peer: Peer, line: string): Promise<string> {
  return (await peer.octets(Number(line.split(' ')[1]))).toString('latin1');
}

async function dataOf(
  peer: Peer,
  say: (usual: string) => Promise<void>,
  some: boolean,
): Promise<string | false> {
  await say(some ? '354 go on' : '554 no valid recipients');
  if (!some) return false;
  const text = (await peer.untilDot()).toString('latin1');
  await peer.lines('250 taken');
  return text;
}

/** Letters for these, which go over one connection one after another: the account was in trouble when they were dropped. */
async function sent(
  t: Parameters<typeof provider>[0],
  bad: Bad,
  letters: readonly (readonly [name: string, to: string, body?: string])[],
): Promise<{ taken: Got[]; office: PostOffice; states: string[] }> {
  const taken: Got[] = [];
  const usual = talkative(bad, taken);
  const server = await startScriptedServer(t, [async (peer) => peer.lines('421 not now'), usual]);
  const office = new PostOffice(t, [accountAt(server.port)]);
  for (const [name, to, body] of letters) {
    office.put(`${name}.eml`, message(to, '', body).replace('one@', `${name}@`));
    await office.settled();
  }
  await office.later(20 * MINUTE);
  const byName = office.list().toSorted((a, b) => (a.file < b.file ? -1 : 1));
  return { taken, office, states: byName.map(({ state }) => state) };
}

suite('between two letters', () => {
  test('a 5xx to RSET is not about the next letter: it is sent over a new connection', async (t) => {
    const bad: Bad = {
      instead: (line, nth, at) =>
        line === 'RSET' && nth === 1 && at === 1 ? '554 5.7.0 enough of this session' : undefined,
    };
    const { taken, states } = await sent(t, bad, [
      ['a', LI],
      ['b', ZHAO],
    ]);
    assert.deepEqual(states, ['sent', 'sent']);
    assert.deepEqual(
      taken.map(({ to }) => to),
      [[LI], [ZHAO]],
    );
  });

  test('a 5xx that nobody asked for is not about the next letter either', async (t) => {
    const taken: Got[] = [];
    const usual = talkative({}, taken);
    const noisy: Script = async (peer) => {
      const lines = peer.lines.bind(peer);
      peer.lines = (...all: readonly string[]) =>
        lines(...(all[0] === '250 taken' ? [...all, '554 5.0.0 session over'] : all));
      await usual(peer);
    };
    const server = await startScriptedServer(t, [async (peer) => peer.lines('421 not now'), noisy, usual]);
    const office = new PostOffice(t, [accountAt(server.port)]);
    for (const name of ['a', 'b']) office.put(`${name}.eml`, message(LI).replace('one@', `${name}@`));
    await office.settled();
    await office.later(20 * MINUTE);
    assert.deepEqual(
      office.list().map(({ state }) => state),
      ['sent', 'sent'],
    );
    assert.equal(taken.length, 2);
  });

  for (const offers of ['PIPELINING', '']) {
    for (const to of [`${NOBODY}, ${ZHAO}`, `${ZHAO}, ${NOBODY}`]) {
      test(`a second 250 to the dot that comes late moves no reply to another recipient (${offers || 'one by one'}: ${to})`, async (t) => {
        const bad: Bad = {
          offers,
          before: (line, nth, at) =>
            line === 'RSET' && nth === 1 && at === 1 ? '250 taken, as I said' : undefined,
        };
        const { taken, office } = await sent(t, bad, [
          ['a', LI],
          ['b', to],
        ]);
        assert.deepEqual(
          taken.map((got) => got.to),
          [[LI], [ZHAO]],
        );
        const reason = office.read(`failed/${office.names('failed').find((name) => name.endsWith('.txt'))}`);
        assert.match(reason, /Why:\n {2}550 5\.1\.1 no such user\n\nNot sent to:\n {2}nobody@mail\.test\n/);
        assert.match(reason, /\nSent to:\n {2}zhao@mail\.test: 250 taken/);
      });
    }
  }

  test('a second 250 makes no letter sent whose last chunk was refused', async (t) => {
    const bad: Bad = {
      offers: 'PIPELINING CHUNKING',
      before: (line, nth, at) =>
        line === 'RSET' && nth === 1 && at === 1 ? '250 taken, as I said' : undefined,
      instead: (line) => (line === 'BDAT 0 LAST' ? '554 5.6.0 not this one' : undefined),
    };
    const large = `${'x'.repeat(70)}\n`.repeat(16_000);
    const { taken, office, states } = await sent(t, bad, [
      ['a', LI],
      ['b', ZHAO, large],
    ]);
    assert.deepEqual(states, ['sent', 'failed']);
    assert.equal(taken.length, 1);
    assert.match(
      office.list().find(({ file }) => file === 'b.eml')?.reason ?? '',
      /554 5\.6\.0 not this one/,
    );
  });
});

test('on a fresh connection too: a reply too many behind the login moves no reply to another recipient', async (t) => {
  const bad: Bad = {
    offers: 'PIPELINING',
    before: (line, nth, at) =>
      line.startsWith('MAIL') && nth === 0 && at === 1 ? '250 hello once more' : undefined,
  };
  const { taken, office } = await sent(t, bad, [['a', `${NOBODY}, ${ZHAO}`]]);
  await office.later(20 * MINUTE);
  assert.deepEqual(
    taken.map(({ to }) => to),
    [[ZHAO]],
  );
});

test('on a fresh connection too: a refusal too many does not make a recipient fail who was accepted', async (t) => {
  for (const to of [ZHAO, `${ZHAO}, ${NOBODY}`, `${NOBODY}, ${ZHAO}`]) {
    const bad: Bad = {
      offers: 'PIPELINING',
      behind: (line, nth, at) =>
        line.startsWith('MAIL') && nth === 0 && at === 1 ? '550 5.1.1 no such user' : undefined,
    };
    const { taken, office } = await sent(t, bad, [['a', to]]);
    await office.later(20 * MINUTE);
    assert.deepEqual(
      taken.map((got) => got.to),
      [[ZHAO]],
      to,
    );
    const zhao = office.only().recipients.find(({ address }) => address === ZHAO);
    assert.equal(zhao?.state, 'sent', to);
  }
});

test('a server that refuses the sender and takes the rest is not waited for, and nobody gets an empty message', async (t) => {
  const server = await startScriptedServer(t, async (peer) => {
    await peer.lines('220 s.test');
    await peer.expect(/^EHLO/);
    await peer.lines('250-s.test', '250-PIPELINING', '250 AUTH PLAIN');
    await peer.expect(/^AUTH PLAIN/);
    await peer.lines('235 ok');
    await peer.expect(/^MAIL/);
    await peer.expect(/^RCPT/);
    await peer.expect(/^DATA/);
    await peer.lines('550 5.7.1 not this sender', '250 ok', '354 go on');
    // Whatever comes now is a message to it.
    await peer.stall();
  });
  const office = new PostOffice(t, [accountAt(server.port)]);
  for (const name of ['a', 'b']) office.put(`${name}.eml`, message(LI).replace('one@', `${name}@`));
  assert.equal((await office.settled()).failed, 2);
  assert.equal(server.connections, 2);
  for (const nth of [0, 1]) assert.match(server.heard(nth), /\r\nDATA\r\n$/, 'not a dot, and no QUIT');
});

test('a letter that cannot be read in the spool any more holds up no other one', async (t) => {
  const server = await provider(t);
  server.faults.answers.set('SMTP GREETING', '421 4.3.2 not now');
  const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
  office.put('a.eml', message(LI).replace('one@', 'a@'));
  await office.settled();
  const spool = join(office.data, 'spool');
  for (const name of readdirSync(spool).filter((file) => file.endsWith('.raw'))) rmSync(join(spool, name));
  office.put('b.eml', message(LI).replace('one@', 'b@'));
  await office.settled();
  server.faults.answers.clear();
  for (let pass = 0; pass < 3; pass++) await office.later(20 * MINUTE);
  assert.equal(server.accepted('<b@mail.test>'), 1);
  assert.match(office.list().find(({ file }) => file === 'a.eml')?.reason ?? '', /cannot be read|reading/);
});
