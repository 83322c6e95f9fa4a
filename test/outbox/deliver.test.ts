// Deliveries over real sockets with everything that a server can do: what is sent is sent once, and what is not known is said.
import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { MailError } from '../../src/model/error.ts';
import { dial } from '../../src/net/dial.ts';
import { deliver } from '../../src/outbox/deliver.ts';
import { openJournal } from '../../src/outbox/open-journal.ts';
import { Manners } from '../../src/outbox/manners.ts';
import type { Event } from '../../src/outbox/event.ts';
import type { Report } from '../../src/outbox/parts.ts';
import { Route } from '../../src/outbox/route.ts';
import type { Script } from '../support/scripted-server.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import type { Peer } from '../support/peer.ts';
import { accountAt, LI, message, PostOffice, provider, WANG, ZHAO } from './post-office.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const ID = '<one@mail.test>';

suite('recipients', () => {
  test('one of three is refused: the others have it, it fails with a reason, and moved back it goes to that one only', async (t) => {
    const server = await provider(t);
    server.faults.recipients.set(ZHAO, '550 5.1.1 <zhao@mail.test>: user unknown');
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    office.put('three.eml', message(`${LI}, ${ZHAO}, ${WANG}`).replace('Message-ID: <one@mail.test>\n', ''));
    assert.equal((await office.settled()).failed, 1);
    assert.deepEqual(server.submissions[0]?.recipients, [LI, WANG]);
    assert.deepEqual(
      office.only().recipients.map(({ state }) => state),
      ['sent', 'failed', 'sent'],
    );
    assert.deepEqual(office.names('failed'), ['three.eml', 'three.reason.txt']);
    const reason = office.read('failed/three.reason.txt');
    assert.match(reason, /reached some of its recipients/);
    assert.match(
      reason,
      /Why:\n {2}550 5\.1\.1 <zhao@mail\.test>: user unknown\n\nNot sent to:\n {2}zhao@mail\.test\n/,
    );
    assert.match(reason, /There is no such mailbox/);
    assert.equal(office.kept.length, 1, 'what reached somebody is in the archive');
    server.faults.recipients.clear();
    renameSync(join(office.drop, 'failed/three.eml'), join(office.drop, 'three.eml'));
    assert.equal((await office.settled()).sent, 1);
    assert.deepEqual(server.submissions[1]?.recipients, [ZHAO]);
    assert.deepEqual(server.submissions[1]?.bytes, server.submissions[0]?.bytes, 'the same octets');
    assert.deepEqual(office.names('sent'), ['three.eml']);
  });

  test('all are refused: nothing is sent, and the message fails as it was dropped', async (t) => {
    const server = await provider(t);
    server.faults.recipients.set(LI, '550 5.1.1 no such user');
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    office.put('x.eml', message(LI, `Bcc: ${LI}\n`));
    assert.equal((await office.settled()).failed, 1);
    assert.equal(server.submissions.length, 0);
    assert.equal(office.read('failed/x.eml'), message(LI, `Bcc: ${LI}\n`));
    assert.equal(office.kept.length, 0);
  });

  test('greylisting is answered by coming again after five minutes', async (t) => {
    const server = await provider(t);
    server.faults.greylist = true;
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    office.put('grey.eml', message(LI));
    const first = await office.settled();
    assert.deepEqual([first.deferred, first.sent], [1, 0]);
    assert.equal((await office.later(59 * SECOND)).sent, 0);
    assert.equal((await office.later(5 * MINUTE)).sent, 1);
    assert.equal(server.accepted(ID), 1);
  });

  test('one is deferred: the others have it at once, and it alone is asked again', async (t) => {
    const server = await provider(t);
    server.faults.recipients.set(ZHAO, '452 4.2.2 over quota');
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    office.put('x.eml', message(`${LI}, ${ZHAO}`));
    assert.equal((await office.settled()).deferred, 1);
    server.faults.recipients.clear();
    assert.equal((await office.later(2 * MINUTE)).sent, 1);
    assert.deepEqual(
      server.submissions.map(({ recipients }) => recipients),
      [[LI], [ZHAO]],
    );
    assert.equal(office.kept.length, 1);
  });
});

suite('the dot', () => {
  test('a drop behind it leaves the message uncertain: not sent again at once, once more after ten minutes', async (t) => {
    const server = await provider(t);
    server.faults.dropAfterDot = 1;
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    office.put('x.eml', message(LI));
    assert.equal((await office.settled()).uncertain, 1);
    assert.deepEqual([office.only().state, office.only().doubtful], ['uncertain', true]);
    assert.ok(office.log.some((line) => line.includes('possible duplicate')));
    assert.equal((await office.later(9 * MINUTE)).sent, 0);
    assert.equal(server.accepted(ID), 1);
    assert.equal((await office.later(2 * MINUTE)).sent, 1);
    assert.deepEqual(server.submissions[0]?.bytes, server.submissions[1]?.bytes, 'the same octets');
  });

  test('two drops in a row wait for a person', async (t) => {
    const server = await provider(t);
    server.faults.dropAfterDot = 5;
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    office.put('x.eml', message(LI));
    await office.settled();
    await office.later(11 * MINUTE);
    for (let hour = 0; hour < 5; hour++) await office.later(60 * MINUTE);
    assert.equal(server.accepted(ID), 2);
    assert.deepEqual([office.only().state, office.only().next], ['uncertain', null]);
  });

  test('with uncertain: hold the first one does', async (t) => {
    const server = await provider(t);
    server.faults.dropAfterDot = 5;
    const office = new PostOffice(t, [accountAt(server.ports.smtp, { uncertain: 'hold' })]);
    office.put('x.eml', message(LI));
    await office.settled();
    for (let hour = 0; hour < 5; hour++) await office.later(60 * MINUTE);
    assert.equal(server.accepted(ID), 1);
  });

  test('a 250 makes it sent, whatever follows: garbage, a lost connection', async (t) => {
    const server = await provider(t);
    server.faults.garbageAfterDot = 1;
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    office.put('x.eml', message(LI));
    assert.equal((await office.settled()).sent, 1);
    await office.later(60 * MINUTE);
    assert.equal(server.accepted(ID), 1);
  });

  test('and a QUIT that is never answered changes nothing', async (t) => {
    const server = await provider(t);
    server.faults.silent.add('SMTP QUIT');
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    office.put('x.eml', message(LI));
    assert.equal((await office.settled()).sent, 1);
    assert.equal(server.accepted(ID), 1);
  });

  for (const [reply, state] of [
    ['451 4.3.0 try again', 'deferred'],
    ['554 DT:SPM 126', 'failed'],
  ] as const) {
    test(`${reply} is an answer: ${state}`, async (t) => {
      const server = await provider(t);
      server.faults.answers.set('SMTP DOT', reply);
      const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
      office.put('x.eml', message(LI));
      await office.settled();
      assert.equal(office.only().state, state);
      assert.equal(office.only().doubtful, false);
      if (state === 'failed') assert.match(office.read('failed/x.reason.txt'), /takes it for spam/);
    });
  }

  test('nine minutes of thought are no doubt: the answer counts when it comes', async (t) => {
    let answer = (): void => {};
    const thought = new Promise<void>((resolve) => (answer = resolve));
    const { office, settled } = await afterDot(t, async (peer) => {
      await thought;
      await peer.lines('250 ok');
      await peer.expect(/^QUIT$/);
    });
    for (let minute = 0; minute < 9; minute++) await aMinute(t);
    answer();
    assert.equal((await settled).sent, 1);
    assert.deepEqual([office.only().state, office.only().doubtful], ['sent', false]);
  });

  test('silence becomes a doubt, and not before ten minutes', async (t) => {
    const { office, settled } = await afterDot(t, (peer) => peer.closed);
    let isOver = false;
    void settled.finally(() => (isOver = true));
    let minutes = 0;
    for (; !isOver && minutes < 100_000; minutes++) await aMinute(t);
    assert.ok(isOver && minutes >= 10, `${minutes} minutes`);
    assert.deepEqual([office.only().state, office.only().doubtful], ['uncertain', true]);
  });

  test('the intent is on disk before the dot leaves the process', async (t) => {
    const office = new PostOffice(t, []);
    let seen: string | undefined;
    const server = await startScriptedServer(t, async (peer) => {
      await upToData(peer);
      await peer.untilDot();
      const journal = openJournal(office.data, 'read');
      seen = journal?.letters()[0]?.state;
      journal?.close();
      await peer.lines('250 ok');
      await peer.expect(/^QUIT$/);
    });
    office.accounts = [accountAt(server.port)];
    office.put('x.eml', message(LI));
    assert.equal((await office.settled()).sent, 1);
    assert.equal(seen, 'intent');
  });

  test('and where the intent cannot be stored, no dot leaves', async (t) => {
    const office = new PostOffice(t, []);
    office.put('x.eml', message(LI));
    const server = await startScriptedServer(t, async (peer) => {
      await upToData(peer);
      await peer.stall();
    });
    const account = accountAt(server.port);
    const events: string[] = [];
    const full = new MailError({ kind: 'storage', retry: 'later', message: 'disk full' });
    const { signal } = new AbortController();
    const route = new Route(account, {
      connect: () =>
        account.send === undefined ? Promise.reject(full) : dial(account.send, account.timeouts),
      clock: office.clock,
      manners: new Manners(),
      name: 'test.example',
      signal,
    });
    t.after(() => route.close());
    await assert.rejects(
      deliver(
        {
          sender: WANG,
          recipients: [LI],
          path: join(office.drop, 'x.eml'),
          size: 1,
          eightBitBody: false,
          eightBitHead: false,
          binary: false,
          messageId: null,
          wishes: { notBefore: null, atServer: false, notify: [], ret: 'HDRS', requireTls: false },
        },
        route,
        {
          record: (...all: readonly Event[]) => {
            if (all.some(({ type }) => type === 'intent')) throw full;
            events.push(...all.map(({ type }) => type));
          },
          adapt: () => Promise.reject(full),
          now: () => office.clock.now(),
          hint: () => undefined,
          signal,
        },
      ),
      full,
    );
    await route.close();
    assert.deepEqual(events, ['mail', 'recipient', 'data', 'restart']);
    assert.doesNotMatch(server.heard(), /\r\n\.\r\n|QUIT/);
  });
});

/** A letter on its way to a server that has heard the dot and goes on by `script`; timers wait for `aMinute` from the dot on. */
async function afterDot(
  t: TestContext,
  script: Script,
): Promise<{ office: PostOffice; settled: Promise<Report> }> {
  const office = new PostOffice(t, []);
  let heard = (): void => {};
  const dot = new Promise<void>((resolve) => (heard = resolve));
  const server = await startScriptedServer(t, async (peer) => {
    await upToData(peer);
    await peer.untilDot();
    heard();
    await script(peer);
  });
  office.accounts = [accountAt(server.port)];
  office.put('x.eml', message(LI));
  office.outbox({
    connect: ({ send, timeouts }, signal, trace) => {
      if (send === undefined) throw new Error('no send');
      return dial(send, timeouts, {
        signal,
        trace: (who, text) => {
          // Told before it goes out: the wait for its answer begins behind it.
          if (who === 'C' && /^\s*\.\s*$/.test(text)) t.mock.timers.enable({ apis: ['setTimeout'] });
          trace?.(who, text);
        },
      });
    },
  });
  const settled = office.settled();
  await dot;
  return { office, settled };
}

/** Lets a minute pass for the timers, and what they end come to its end. */
async function aMinute(t: TestContext): Promise<void> {
  t.mock.timers.tick(MINUTE);
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** The server's part up to the body. */
async function upToData(peer: Peer, offers: readonly string[] = ['8BITMIME']): Promise<void> {
  await peer.lines('220 smtp.test ESMTP');
  await peer.expect(/^EHLO test\.example$/);
  await peer.lines('250-smtp.test', ...offers.map((offer) => `250-${offer}`), '250 AUTH PLAIN');
  await peer.expect(/^AUTH PLAIN /);
  await peer.lines('235 ok');
  await peer.expect(/^MAIL FROM:<wang@mail\.test>/);
  await peer.lines('250 ok');
  await peer.expect(/^RCPT TO:<li@mail\.test>$/);
  await peer.lines('250 ok');
  await peer.expect(/^DATA$/);
  await peer.lines('354 go on');
}

/** Takes one message. */
const takes: Script = async (peer) => {
  await upToData(peer);
  await peer.untilDot();
  await peer.lines('250 ok');
  await peer.expect(/^QUIT$/);
  await peer.lines('221 bye');
};

suite('before the dot', () => {
  const drops: readonly [name: string, script: Script][] = [
    [
      'at MAIL',
      async (peer) => {
        await peer.lines('220 x');
        await peer.expect(/^EHLO/);
        await peer.lines('250-x', '250 AUTH PLAIN');
        await peer.expect(/^AUTH/);
        await peer.lines('235 ok');
        await peer.expect(/^MAIL/);
        peer.hangUp();
      },
    ],
    [
      'in the body, by FIN',
      async (peer) => {
        await upToData(peer);
        await peer.line();
        peer.hangUp();
      },
    ],
    [
      'in the body, by RST',
      async (peer) => {
        await upToData(peer);
        await peer.line();
        peer.reset();
      },
    ],
    [
      'at DATA',
      async (peer) => {
        await peer.lines('220 x');
        await peer.expect(/^EHLO/);
        await peer.lines('250-x', '250 AUTH PLAIN');
        await peer.expect(/^AUTH/);
        await peer.lines('235 ok');
        await peer.expect(/^MAIL/);
        await peer.lines('250 ok');
        await peer.expect(/^RCPT/);
        await peer.lines('250 ok');
        await peer.expect(/^DATA/);
        peer.hangUp();
      },
    ],
  ];
  for (const [name, script] of drops) {
    test(`a drop ${name} is certain: tried again after a minute, delivered once`, async (t) => {
      const server = await startScriptedServer(t, [script, takes]);
      const office = new PostOffice(t, [accountAt(server.port)]);
      office.put(
        'x.eml',
        message(LI, '', `${'a line of text that is long enough to fill something\n'.repeat(40_000)}end\n`),
      );
      assert.equal((await office.settled()).deferred, 1);
      assert.equal(office.only().doubtful, false);
      assert.equal((await office.later(2 * MINUTE)).sent, 1);
      assert.equal(server.connections, 2);
    });
  }

  test('an early refusal in the body is an answer', async (t) => {
    const server = await startScriptedServer(t, async (peer) => {
      await upToData(peer);
      await peer.lines('552 5.3.4 Message size exceeds limit');
      await peer.stall();
    });
    const office = new PostOffice(t, [accountAt(server.port)]);
    office.put('x.eml', message(LI, '', 'x\n'.repeat(100_000)));
    assert.equal((await office.settled()).failed, 1);
    assert.doesNotMatch(server.heard(), /\r\n\.\r\n/);
    assert.match(office.read('failed/x.reason.txt'), /larger than the server takes/);
  });

  for (const [what, head, body, offers, why] of [
    ['a signed 8-bit body without 8BITMIME', 'DKIM-Signature: x\n', 'é\n', [], /no 8BITMIME\); it is signed/],
    [
      'a signed 8-bit header without SMTPUTF8',
      'DKIM-Signature: x\nX-Note: é\n',
      'x\n',
      ['8BITMIME'],
      /no SMTPUTF8\); it is signed/,
    ],
    [
      'a message that asks for TLS on its whole way',
      'X-Mailkeep-Require-Tls: yes\n',
      'x\n',
      ['8BITMIME'],
      /no REQUIRETLS/,
    ],
    ['a message over SIZE', '', 'x\n'.repeat(2000), ['SIZE 1000'], /takes at most 1000/],
  ] as const) {
    test(`${what} fails with a reason, and is not sent`, async (t) => {
      const server = await startScriptedServer(t, async (peer) => {
        await peer.lines('220 x');
        await peer.expect(/^EHLO/);
        await peer.lines('250-x', ...offers.map((offer) => `250-${offer}`), '250 AUTH PLAIN');
        await peer.expect(/^AUTH/);
        await peer.lines('235 ok');
        await peer.expect(/^QUIT/);
      });
      const office = new PostOffice(t, [accountAt(server.port)]);
      office.put('x.eml', message(LI, head, body));
      assert.equal((await office.settled()).failed, 1);
      assert.match(office.read('failed/x.reason.txt').replaceAll(/\s+/g, ' '), why);
    });
  }
});

suite('the account', () => {
  test('STARTTLS that is wanted and not to be had: nothing is sent, no attempt is lost', async (t) => {
    const server = await provider(t);
    server.faults.answers.set('SMTP STARTTLS', '502 5.5.1 no');
    const office = new PostOffice(t, [accountAt(server.ports.smtp, { tls: 'starttls', ca: server.ca })]);
    office.put('x.eml', message(LI));
    await office.settled();
    assert.deepEqual([office.only().state, office.only().attempts], ['due', 0]);
    assert.ok(server.heard('SMTP').every(({ line }) => !/^(AUTH|MAIL)/.test(line)));
    server.faults.answers.clear();
    assert.equal((await office.later(2 * MINUTE)).sent, 1);
    assert.equal(server.accepted(ID), 1);
  });

  test('535 pauses the account: one login, no attempt of any message, and it goes on when the password is right', async (t) => {
    const server = await provider(t);
    server.setPassword(WANG, 'changed');
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    office.put('a.eml', message(LI));
    office.put('b.eml', message(LI).replace('one@', 'two@'));
    await office.settled();
    const logins = (): number => server.heard('SMTP').filter(({ line }) => line.startsWith('AUTH')).length;
    assert.equal(logins(), 1);
    assert.deepEqual(
      office.list().map(({ state, attempts }) => [state, attempts]),
      [
        ['due', 0],
        ['due', 0],
      ],
    );
    assert.equal((await office.later(14 * MINUTE)).sent, 0);
    assert.equal(logins(), 1);
    server.setPassword(WANG, 'secret');
    assert.equal((await office.later(4 * MINUTE)).sent, 2);
  });

  test('421 at RCPT pauses the account and costs the message nothing', async (t) => {
    const server = await provider(t);
    server.faults.recipients.set(LI, '421 4.7.0 too many connections');
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    office.put('x.eml', message(LI));
    await office.settled();
    assert.deepEqual([office.only().state, office.only().attempts], ['due', 0]);
    server.faults.recipients.clear();
    assert.equal((await office.later(20 * MINUTE)).sent, 1);
  });

  test('one account in trouble does not delay another', async (t) => {
    const server = await provider(t);
    const deaf = await startScriptedServer(t, (peer) => peer.stall());
    const office = new PostOffice(t, [accountAt(deaf.port, {}, 'deaf', LI), accountAt(server.ports.smtp)]);
    office.put('deaf.eml', message(WANG).replace(`From: Wang <${WANG}>`, `From: <${LI}>`));
    office.put('x.eml', message(LI));
    await office.outbox().start();
    while (server.submissions.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      await office.clock.wind(500);
    }
    assert.equal(deaf.connections, 1);
    await deaf.stop();
    await office.stop();
    assert.equal(server.accepted(ID), 1);
    assert.equal(office.list().find(({ file }) => file === 'deaf.eml')?.state, 'due');
  });

  test('one message at a time for an account, as many a minute as its rate allows', async (t) => {
    const server = await provider(t);
    const office = new PostOffice(t, [
      accountAt(server.ports.smtp, { rate: { perMinute: 2, perDay: 100, perConnection: 20 } }),
    ]);
    for (const name of ['a', 'b', 'c']) office.put(`${name}.eml`, message(LI).replace('one@', `${name}@`));
    const first = await office.settled();
    assert.equal(server.submissions.length, 2);
    assert.equal(first.next, office.clock.now() + MINUTE);
    assert.equal((await office.later(MINUTE)).sent, 1);
  });
});
