// A crash at every step of a letter's way. The files are copied as they lie on disk at that moment, which is all that a
// killed process leaves; another outbox opens the copy, and nothing may be lost or sent twice.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import Database from 'better-sqlite3';
import { openJournal } from '../../src/outbox/open-journal.ts';
import type { Letter } from '../../src/outbox/letter.ts';
import type { Circumstances } from '../../src/outbox/event.ts';
import { step } from '../../src/outbox/queue.ts';
import type { Peer } from '../support/peer.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { accountAt, LI, message, PostOffice, provider, ZHAO } from './post-office.ts';

const MINUTE = 60_000;
const ID = '<one@mail.test>';

/** What a process that is killed now leaves behind. */
type Image = { readonly name: string; readonly data: string; readonly drop: string };

/** Delivers one message to a server that takes pictures of the disk at each step. */
async function images(t: TestContext): Promise<Image[]> {
  const taken: Image[] = [];
  const album = temporaryDirectory(t);
  const picture = (name: string): void => {
    const at = join(album, `${taken.length}`);
    mkdirSync(at);
    cpSync(office.data, join(at, 'data'), { recursive: true });
    cpSync(office.drop, join(at, 'drop'), { recursive: true, preserveTimestamps: true });
    rmSync(join(at, 'data', 'outbox.lock'), { force: true }); // its process is dead
    taken.push({ name, data: join(at, 'data'), drop: join(at, 'drop') });
  };
  const server = await startScriptedServer(t, async (peer: Peer) => {
    picture('connected');
    await peer.lines('220 x');
    await peer.expect(/^EHLO/);
    await peer.lines('250-x', '250 AUTH PLAIN');
    await peer.expect(/^AUTH/);
    picture('logged in');
    await peer.lines('235 ok');
    await peer.expect(/^MAIL/);
    await peer.lines('250 ok');
    await peer.expect(/^RCPT/);
    picture('MAIL accepted');
    await peer.lines('250 ok');
    await peer.expect(/^RCPT/);
    picture('first recipient accepted');
    await peer.lines('250 ok');
    await peer.expect(/^DATA/);
    picture('recipients accepted');
    await peer.lines('354 go on');
    await peer.line();
    picture('in the body');
    await peer.untilDot();
    picture('dot received');
    await peer.lines('250 ok');
    await peer.expect(/^QUIT$/);
    picture('QUIT received');
    await peer.lines('221 bye');
  });
  const office = new PostOffice(t, [accountAt(server.port)]);
  office.outbox({
    keepSent: async () => picture('sent, not yet in the archive'),
  });
  office.put('x.eml', message(`${LI}, ${ZHAO}`));
  picture('dropped');
  await office.settled();
  picture('all done');
  await office.stop();
  return taken;
}

/** What is to come of each image: messages that the second server gets at once, and later; and the state then. */
const WANTED: Readonly<Record<string, readonly [now: number, later: number, state: string]>> = {
  dropped: [1, 1, 'sent'],
  connected: [1, 1, 'sent'],
  'logged in': [1, 1, 'sent'],
  'MAIL accepted': [1, 1, 'sent'],
  'first recipient accepted': [1, 1, 'sent'],
  'recipients accepted': [1, 1, 'sent'],
  'in the body': [1, 1, 'sent'],
  // Nobody can know; ten minutes, then the same octets once more.
  'dot received': [0, 1, 'sent'],
  'sent, not yet in the archive': [0, 0, 'sent'],
  'QUIT received': [0, 0, 'sent'],
  'all done': [0, 0, 'sent'],
};

suite('a crash', () => {
  test('at any step loses nothing and sends nothing twice', async (t) => {
    const taken = await images(t);
    assert.deepEqual(
      taken.map(({ name }) => name),
      Object.keys(WANTED),
    );
    for (const image of taken) {
      const server = await provider(t);
      const [now, later, state] = WANTED[image.name] ?? [9, 9, ''];
      const office = new PostOffice(t, [accountAt(server.ports.smtp)], image.data, image.drop);
      await office.settled();
      assert.equal(server.accepted(ID), now, `${image.name}: at once`);
      await office.later(11 * MINUTE);
      await office.later(24 * 60 * MINUTE);
      assert.equal(server.accepted(ID), later, `${image.name}: later`);
      assert.equal(office.only().state, state, image.name);
      assert.deepEqual(office.names(), [], image.name);
      assert.deepEqual(office.names('sent'), ['x.eml'], image.name);
      assert.deepEqual(office.spool(), [], image.name);
      assert.equal(
        office.kept.length,
        /^(QUIT|all done)/.test(image.name) ? 0 : 1,
        `${image.name}: in the archive`,
      );
      await office.stop();
    }
  });

  /** Rows that no picture shows, made by the steps that the program takes. */
  const rows: readonly [
    name: string,
    change: (letter: Letter, by: Circumstances) => Letter,
    sent: number,
    state: string,
  ][] = [
    ['claimed', (letter) => ({ ...letter, state: 'claimed', account: null, sender: null }), 1, 'sent'],
    [
      'accepted',
      (letter, by) => ({ ...letter, ...step(letter, { type: 'accept', reply: '250' }, by) }),
      0,
      'sent',
    ],
    [
      'rejected for now',
      (letter, by) => ({ ...letter, ...step(letter, { type: 'reject', answer: 'later', reply: '451' }, by) }),
      1,
      'sent',
    ],
    [
      'rejected for good',
      (letter, by) => ({ ...letter, ...step(letter, { type: 'reject', answer: 'never', reply: '554' }, by) }),
      0,
      'failed',
    ],
  ];
  for (const [name, change, sent, state] of rows) {
    test(`with a letter that is ${name}: as if nothing had been`, async (t) => {
      const image = (await images(t)).find(({ name }) => name === 'dot received');
      const server = await provider(t);
      const office = new PostOffice(t, [accountAt(server.ports.smtp)], image?.data, image?.drop);
      const journal = openJournal(office.data, 'write');
      for (const letter of journal.letters()) {
        journal.save(
          change(letter, { now: office.clock.now(), random: 0.5, uncertain: 'retry' }),
          office.clock.now(),
        );
      }
      journal.close();
      await office.settled();
      await office.later(2 * MINUTE);
      await office.later(24 * 60 * MINUTE);
      assert.equal(server.accepted(ID), sent);
      assert.equal(office.only().state, state);
      assert.equal(office.spool().length, state === 'sent' ? 0 : 2, 'what failed may be sent again');
      assert.deepEqual(office.names(state === 'sent' ? 'sent' : 'failed')[0], 'x.eml');
    });
  }

  test('with uncertain: hold the message that was in its dot waits for a person', async (t) => {
    const image = (await images(t)).find(({ name }) => name === 'dot received');
    const server = await provider(t);
    const office = new PostOffice(
      t,
      [accountAt(server.ports.smtp, { uncertain: 'hold' })],
      image?.data,
      image?.drop,
    );
    await office.settled();
    await office.later(24 * 60 * MINUTE);
    assert.equal(server.accepted(ID), 0);
    assert.deepEqual([office.only().state, office.only().doubtful], ['uncertain', true]);
    assert.equal(readdirSync(join(office.data, 'spool')).length, 2);
  });
});

/** From now on the queue refuses to store this state, as a full disk would; the result takes that back. */
function refuse(office: PostOffice, state: string): () => void {
  const run = (sql: string): void => {
    const db = new Database(join(office.data, 'outbox.db'));
    db.exec(sql);
    db.close();
  };
  run(`CREATE TRIGGER full BEFORE UPDATE ON entry WHEN NEW.state = '${state}'
       BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`);
  return () => run('DROP TRIGGER full');
}

suite('a queue that cannot be written', () => {
  for (const state of ['connecting', 'envelope', 'streaming', 'intent']) {
    test(`before ${state}: the message is not sent, and is once it can be`, async (t) => {
      const server = await provider(t);
      const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
      await office.pass();
      const mend = refuse(office, state);
      office.put('x.eml', message(LI));
      assert.equal((await office.settled()).sent, 0);
      await office.later(5 * MINUTE);
      assert.equal(server.accepted(ID), 0);
      mend();
      await office.later(5 * MINUTE);
      assert.equal(server.accepted(ID), 1);
      assert.deepEqual([office.only().state, office.only().doubtful], ['sent', false]);
    });
  }

  for (const state of ['accepted', 'sent']) {
    test(`when the dot was answered (${state}): it is sent, never again, and stored when it can be`, async (t) => {
      const server = await provider(t);
      const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
      await office.pass();
      const mend = refuse(office, state);
      office.put('x.eml', message(LI));
      await office.settled();
      for (let hour = 0; hour < 3; hour++) await office.later(60 * MINUTE).catch(() => undefined);
      assert.equal(server.accepted(ID), 1);
      mend();
      await office.later(MINUTE);
      await office.later(60 * MINUTE);
      assert.equal(server.accepted(ID), 1);
      assert.deepEqual([office.only().state, office.only().doubtful], ['sent', false]);
      assert.deepEqual(office.names('sent'), ['x.eml']);
    });
  }
});

suite('the service', () => {
  test('two outboxes never work on one queue', async (t) => {
    const office = new PostOffice(t, [accountAt(1)]);
    await office.pass();
    const second = new PostOffice(t, [accountAt(1)], office.data, office.drop);
    await assert.rejects(second.pass(), { kind: 'locked' });
  });

  test('a file that is dropped while it runs is sent without a pass being asked for', async (t) => {
    const server = await provider(t);
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    await office.outbox().start();
    office.put('x.eml', message(LI));
    while (server.submissions.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      await office.clock.wind(500);
    }
    await office.stop();
    assert.equal(server.accepted(ID), 1);
    assert.deepEqual(office.names('sent'), ['x.eml']);
  });

  test('a stop waits for the answer to a dot, however long it takes', async (t) => {
    let answer: () => void = () => undefined;
    let reached: () => void = () => undefined;
    const inDot = new Promise<void>((resolve) => (reached = resolve));
    const server = await startScriptedServer(t, async (peer) => {
      await upToDot(peer);
      reached();
      await new Promise<void>((resolve) => (answer = resolve));
      await peer.lines('250 ok');
      await peer.expect(/^QUIT/);
    });
    const office = new PostOffice(t, [accountAt(server.port)]);
    office.put('x.eml', message(LI));
    const outbox = office.outbox();
    await outbox.start();
    await inDot;
    assert.equal(await outbox.inDot(), 1);
    let stopped = false;
    const stop = outbox.stop().then(() => (stopped = true));
    for (let i = 0; i < 20; i++) await office.clock.wind(MINUTE);
    assert.equal(stopped, false);
    answer();
    await stop;
    assert.equal(office.only().state, 'sent');
  });

  test('a stop ends what is not in its dot after its grace; the next start sends it', async (t) => {
    let reached: () => void = () => undefined;
    const inBody = new Promise<void>((resolve) => (reached = resolve));
    const deaf = await startScriptedServer(t, async (peer) => {
      await peer.lines('220 x');
      await peer.line();
      reached();
      await peer.stall();
    });
    const office = new PostOffice(t, [accountAt(deaf.port)]);
    office.put('x.eml', message(LI));
    const outbox = office.outbox();
    await outbox.start();
    await inBody;
    let stopped = false;
    const stop = outbox.stop().then(() => (stopped = true));
    await office.clock.wind(0); // the stop looks at the clock now
    await office.clock.wind(7000);
    assert.equal(stopped, false);
    await office.clock.wind(1000);
    await stop;
    assert.equal(office.only().state, 'due');
    await office.stop();
    const server = await provider(t);
    office.accounts = [accountAt(server.ports.smtp)];
    assert.equal((await office.pass()).sent, 1);
  });

  test('what cannot be kept in the archive yet is sent all the same, and kept later', async (t) => {
    const server = await provider(t);
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    let full = true;
    office.outbox({
      keepSent: async (account, path, id) => {
        if (full) throw new Error('disk full');
        await office.tools().keepSent(account, path, id);
      },
    });
    office.put('x.eml', message(LI));
    assert.equal((await office.settled()).sent, 1);
    assert.deepEqual(office.names('sent'), ['x.eml']);
    assert.ok(office.log.some((line) => /was sent, and is not yet in the archive: disk full/.test(line)));
    full = false;
    await office.later(MINUTE);
    assert.equal(office.kept.length, 1);
    assert.equal(server.accepted(ID), 1);
    assert.deepEqual(office.spool(), []);
  });

  test('names in sent/ never clash', async (t) => {
    const server = await provider(t);
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    for (const id of ['a', 'b', 'c']) {
      office.put('x.eml', message(LI).replace('one@', `${id}@`));
      await office.settled();
    }
    assert.deepEqual(office.names('sent'), ['x.2.eml', 'x.3.eml', 'x.eml']);
    assert.match(office.read('sent/x.eml'), /<a@/);
    assert.match(office.read('sent/x.3.eml'), /<c@/);
  });
});

async function upToDot(peer: Peer): Promise<void> {
  await peer.lines('220 x');
  await peer.expect(/^EHLO/);
  await peer.lines('250-x', '250 AUTH PLAIN');
  for (const [command, reply] of [
    ['AUTH', '235 ok'],
    ['MAIL', '250 ok'],
    ['RCPT', '250 ok'],
    ['DATA', '354 go'],
  ] as const) {
    assert.match(await peer.line(), new RegExp(`^${command}`));
    await peer.lines(reply);
  }
  await peer.untilDot();
}
