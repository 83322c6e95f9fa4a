// Servers that offer what they cannot do: it is left out when they are dialled again, at once and for a day, and no letter
// loses a try by it.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Manners } from '../../src/outbox/manners.ts';
import type { Peer } from '../support/peer.ts';
import type { Script } from '../support/scripted-server.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import { accountAt, LI, message, PostOffice, provider } from './post-office.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** From the greeting to the login. */
async function welcome(peer: Peer, ...offers: readonly string[]): Promise<void> {
  await peer.lines('220 smtp.test ESMTP');
  await peer.expect(/^EHLO/);
  await peer.lines('250-smtp.test', ...offers.map((offer) => `250-${offer}`), '250 AUTH PLAIN');
  await peer.expect(/^AUTH PLAIN/);
  await peer.lines('235 ok');
}

/** Takes one message command by command, and fails where the client does not wait for each answer. */
async function oneByOne(peer: Peer): Promise<void> {
  for (const [command, reply] of [
    [/^MAIL/, '250 ok'],
    [/^RCPT/, '250 ok'],
    [/^DATA$/, '354 go on'],
  ] as const) {
    await peer.expect(command);
    assert.equal(await peer.readable(30), false, 'nothing comes before the answer');
    await peer.lines(reply);
  }
  await peer.untilDot();
  await peer.lines('250 taken');
  await peer.expect(/^QUIT$/);
  await peer.lines('221 bye');
}

/** Reads a group up to DATA and answers it. */
async function group(peer: Peer, ...answers: readonly string[]): Promise<void> {
  await peer.expect(/^MAIL/);
  await peer.expect(/^RCPT/);
  await peer.expect(/^DATA$/);
  await peer.lines(...answers);
}

suite('PIPELINING', () => {
  const breaks: readonly [name: string, what: Script][] = [
    [
      'that is refused as improper',
      async (peer) => {
        await group(peer, '250 ok', '250 ok', '503 5.5.0 <DATA>: Improper use of SMTP command pipelining');
        await peer.expect(/^QUIT$/).catch(() => undefined);
      },
    ],
    [
      'whose later commands are lost',
      async (peer) => {
        await group(peer, '250 ok', '502 5.5.2 Error: command not recognized', '354 go on');
        await peer.stall();
      },
    ],
    [
      'at which the server hangs up',
      async (peer) => {
        await peer.expect(/^MAIL/);
        peer.hangUp();
      },
    ],
  ];
  for (const [name, what] of breaks) {
    test(`${name}: once more without, at once, and without for this host from then on`, async (t) => {
      const first: Script = async (peer) => {
        await welcome(peer, 'PIPELINING');
        await what(peer);
      };
      const then: Script = async (peer) => {
        await welcome(peer, 'PIPELINING');
        await oneByOne(peer);
      };
      const server = await startScriptedServer(t, [first, then]);
      const office = new PostOffice(t, [accountAt(server.port)]);
      office.put('x.eml', message(LI));
      await office.settled();
      assert.deepEqual([office.only().state, office.only().attempts, server.connections], ['sent', 1, 2]);
      office.put('y.eml', message(LI).replace('one@', 'two@'));
      await office.settled();
      assert.equal(server.connections, 3);
      assert.deepEqual(
        office.list().map(({ state }) => state),
        ['sent', 'sent'],
      );
    });
  }

  test('is tried again after a day', () => {
    const manners = new Manners();
    manners.leaveOut('smtp.test', 'PIPELINING', 5);
    assert.deepEqual([...manners.without('smtp.test', DAY)], ['PIPELINING']);
    assert.deepEqual([...manners.without('other.test', DAY)], []);
    assert.deepEqual([...manners.without('smtp.test', DAY + 5)], []);
  });
});

const LARGE = '.a line that begins with a dot, and the next one is a dot alone\n.\n'.repeat(40_000);
const asSent = (text: string): string => text.replaceAll('\n', '\r\n');

suite('CHUNKING', () => {
  test('carries what is large, byte for byte, in chunks that are each answered', async (t) => {
    const server = await provider(t);
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    office.put('x.eml', message(LI, '', LARGE));
    await office.settled();
    assert.equal(office.only().state, 'sent');
    const [taken] = server.submissions;
    assert.equal(taken?.chunked, true);
    assert.ok(taken.bytes.equals(Buffer.from(asSent(message(LI, '', LARGE)))));
    const said = server.heard('SMTP').map(({ line }) => line);
    const { length } = taken.bytes;
    const MIB = 1024 * 1024;
    assert.deepEqual(
      said.filter((line) => line.startsWith('BDAT')),
      [`BDAT ${MIB}`, `BDAT ${MIB}`, `BDAT ${length - 2 * MIB}`, 'BDAT 0 LAST'],
    );
  });

  test('that is offered and not known: once more by DATA, and no try is lost', async (t) => {
    const server = await provider(t);
    server.faults.answers.set('SMTP BDAT', '502 5.5.1 Unknown command');
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    office.put('x.eml', message(LI, '', LARGE));
    await office.settled();
    assert.deepEqual([office.only().state, office.only().attempts], ['sent', 1]);
    assert.deepEqual([server.submissions[0]?.chunked, server.connections('SMTP')], [false, 2]);
    assert.ok(server.submissions[0]?.bytes.equals(Buffer.from(asSent(message(LI, '', LARGE)))));
  });

  for (const [reply, state] of [
    ['552 5.3.4 Message size exceeds limit', 'failed'],
    ['452 4.3.1 Insufficient system storage', 'deferred'],
  ] as const) {
    test(`a chunk refused by ${reply} is an answer after one chunk, and the next letter follows on the same connection`, async (t) => {
      const server = await provider(t);
      server.faults.answers.set('SMTP BDAT', reply);
      const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
      server.faults.answers.set('SMTP GREETING', '421 not now');
      office.put('a.eml', message(LI, '', LARGE));
      await office.settled();
      office.put('b.eml', message(LI).replace('one@', 'two@'));
      await office.settled();
      server.faults.answers.delete('SMTP GREETING');
      await office.later(20 * MINUTE);
      const found = Object.fromEntries(office.list().map((letter) => [letter.file, letter]));
      assert.deepEqual([found['a.eml']?.state, found['b.eml']?.state], [state, 'sent']);
      assert.equal(found['a.eml']?.doubtful, false);
      const said = server.heard('SMTP').map(({ line }) => line);
      assert.equal(said.filter((line) => line.startsWith('BDAT')).length, 1);
      assert.equal(server.connections('SMTP'), 2);
    });
  }

  test('a drop behind the last chunk leaves a doubt, as one behind a dot does; one between two chunks does not', async (t) => {
    const server = await provider(t);
    server.faults.dropAfterDot = 1;
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    office.put('x.eml', message(LI, '', LARGE));
    await office.settled();
    assert.deepEqual([office.only().state, office.only().doubtful], ['uncertain', true]);
    assert.equal((await office.later(11 * MINUTE)).sent, 1);
    assert.equal(server.accepted('<one@mail.test>'), 2);

    const cut = await provider(t);
    cut.faults.hangUp.add('SMTP BDAT');
    const other = new PostOffice(t, [accountAt(cut.ports.smtp)]);
    other.put('x.eml', message(LI, '', LARGE));
    await other.settled();
    assert.deepEqual([other.only().state, other.only().doubtful], ['sent', false], 'by DATA, at once');
    assert.equal(cut.accepted('<one@mail.test>'), 1);
  });
});

suite('EHLO', () => {
  test('at which the server hangs up is followed by HELO on another connection (S-010)', async (t) => {
    const old: Script = async (peer) => {
      await peer.lines('220 old.test');
      if ((await peer.line()).startsWith('EHLO')) peer.hangUp();
      await peer.lines('250 old.test');
      await peer.expect(/^AUTH PLAIN/);
      await peer.lines('235 ok');
      await oneByOne(peer);
    };
    const server = await startScriptedServer(t, old);
    const office = new PostOffice(t, [accountAt(server.port)]);
    office.put('x.eml', message(LI));
    await office.settled();
    assert.deepEqual([office.only().state, office.only().attempts, server.connections], ['sent', 1, 2]);
    assert.match(server.heard(1), /^HELO test\.example\r\nAUTH PLAIN/);
  });
});

suite('a 421 that the server says', () => {
  test('instead of the 250 after a dot is an answer: later, and the others go on over a new connection', async (t) => {
    const server = await provider(t);
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    server.faults.answers.set('SMTP DOT', '421 4.3.0 shutting down');
    office.put('x.eml', message(LI));
    await office.settled();
    assert.deepEqual([office.only().state, office.only().doubtful], ['deferred', false]);
    server.faults.answers.clear();
    assert.equal((await office.later(20 * MINUTE)).sent, 1);
    assert.equal(server.accepted('<one@mail.test>'), 1);
  });

  test('on a used connection as MI:DMC (NetEase) only wants a new one; on a fresh one it pauses the account', async (t) => {
    let messages = 0;
    const strict: Script = async (peer) => {
      await welcome(peer);
      for (let here = 0; ; here++) {
        const line = await peer.line();
        if (line === 'QUIT') return peer.hangUp();
        if (line === 'RSET' || line.startsWith('RCPT')) await peer.lines('250 ok');
        else if (line.startsWith('MAIL')) await peer.lines(here === 0 ? '250 ok' : '450 MI:DMC 163 smtp9');
        else {
          await peer.lines('354 go on');
          await peer.untilDot();
          messages++;
          await peer.lines('250 taken');
        }
      }
    };
    const server = await startScriptedServer(t, [async (peer) => peer.lines('421 not now'), strict]);
    const office = new PostOffice(t, [accountAt(server.port)]);
    for (const name of ['a', 'b', 'c']) office.put(`${name}.eml`, message(LI).replace('one@', `${name}@`));
    await office.settled();
    assert.equal((await office.later(20 * MINUTE)).sent, 3);
    assert.deepEqual([messages, server.connections], [3, 4]);
    assert.deepEqual(
      office.list().map(({ attempts }) => attempts),
      [1, 1, 1],
    );
  });
});
