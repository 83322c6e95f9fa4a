// What a person does to messages that wait, are under way, or have failed: it holds, it is on disk, and it never makes a second
// message or loses one.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import Database from 'better-sqlite3';
import { inChinese } from '../../src/chinese/told.ts';
import { actAlone } from '../../src/outbox/alone.ts';
import { ACTIONS, type Action, possible, REASONS } from '../../src/outbox/actions.ts';
import { makeReady } from '../../src/outbox/making-ready.ts';
import { openJournal } from '../../src/outbox/open-journal.ts';
import { Spool } from '../../src/outbox/spool.ts';
import { MailError } from '../../src/model/error.ts';
import type { Provider } from '../support/provider/provider.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import { accountAt, LI, message, PostOffice, provider, ZHAO } from './post-office.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ID = '<one@mail.test>';

/** An office and a provider that refuses the connection for now, with one message that waits for it. */
async function deferred(
  t: TestContext,
): Promise<{ readonly office: PostOffice; readonly server: Provider; readonly id: string }> {
  const server = await provider(t);
  server.faults.answers.set('SMTP MAIL', '451 4.3.0 try later');
  const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
  office.put('x.eml', message(LI));
  assert.equal((await office.settled()).deferred, 1);
  server.faults.answers.clear();
  return { office, server, id: office.only().id };
}

/** One that was refused for good, and lies in failed/. */
async function failed(
  t: TestContext,
  to: string = LI,
): Promise<{ readonly office: PostOffice; readonly server: Provider; readonly id: string }> {
  const server = await provider(t);
  server.faults.recipients.set(LI, '550 5.1.1 no such user');
  const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
  office.put('x.eml', message(to));
  assert.equal((await office.settled()).failed, 1);
  server.faults.recipients.clear();
  return { office, server, id: office.only().id };
}

async function refusal(acting: Promise<unknown>): Promise<string | undefined> {
  const thrown: unknown = await acting.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof MailError, String(thrown));
  assert.equal(thrown.kind, 'usage');
  return thrown.code;
}

suite('a message that waits', () => {
  test('is held until it is released, over restarts and beyond its time', async (t) => {
    const { office, server, id } = await deferred(t);
    const held = await office.outbox().act('hold', id.slice(0, 4));
    assert.deepEqual([held.state, held.held], ['deferred', true]);
    await office.later(HOUR);
    await office.stop();
    await office.later(9 * 24 * HOUR);
    assert.deepEqual([office.only().state, server.accepted(ID)], ['deferred', 0]);
    const free = await office.outbox().act('release', id);
    assert.equal(free.held, false);
    // Its five days begin anew: a server that is busy does not end it at once.
    server.faults.answers.set('SMTP MAIL', '451 4.3.0 try later');
    assert.equal((await office.pass()).failed, 0);
    server.faults.answers.clear();
    await office.later(5 * HOUR);
    assert.deepEqual([office.only().state, server.accepted(ID)], ['sent', 1]);
  });

  test('goes at once where a person wishes it, and ends the pause of its account', async (t) => {
    const { office, server, id } = await deferred(t);
    server.faults.answers.set('SMTP GREETING', '421 4.3.2 not now');
    await office.later(2 * MINUTE);
    server.faults.answers.clear();
    assert.equal((await office.pass()).sent, 0, 'the account pauses');
    await office.outbox().act('retry', id);
    assert.equal((await office.pass()).sent, 1);
    assert.equal(server.accepted(ID), 1);
  });

  test('that is wanted at a later time goes at once all the same, where a person wishes it', async (t) => {
    const server = await provider(t);
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    office.put('x.eml', message(LI, 'X-Mailkeep-Send-At: 2026-12-24T08:00:00+08:00\n'));
    await office.settled();
    assert.equal(office.only().state, 'due');
    await office.outbox().act('retry', office.only().id);
    assert.equal((await office.pass()).sent, 1);
  });

  test('is taken back, and lands in failed/ as it was dropped, with the reason', async (t) => {
    const { office, server, id } = await deferred(t);
    const done = await office.outbox().act('cancel', id);
    assert.deepEqual(
      [done.state, done.next, done.recipients.map(({ state }) => state)],
      ['cancelled', null, ['cancelled']],
    );
    assert.equal(office.read('failed/x.eml'), message(LI));
    assert.match(office.read('failed/x.reason.txt'), /Taken back by hand before it was sent/);
    await office.later(24 * HOUR);
    assert.equal(server.accepted(ID), 0);
    renameSync(join(office.drop, 'failed/x.eml'), join(office.drop, 'x.eml'));
    assert.equal((await office.settled()).sent, 1, 'moved back, it is sent');
  });
});

test('a message that a person has acted on while it was made ready stays as he wished', async (t) => {
  const { office, id } = await deferred(t);
  await office.outbox().act('hold', id);
  await office.stop();
  const journal = openJournal(office.data, 'write');
  t.after(() => journal.close());
  const letter = journal.letter(id);
  assert.ok(letter !== undefined);
  const told: string[] = [];
  await makeReady(
    { ...letter, state: 'claimed', held: false },
    {
      accounts: office.accounts,
      spool: new Spool(office.data),
      journal,
      clock: office.clock,
      log: office.tools().log,
      telling: {
        isReady: () => void told.push('ready'),
        notReady: (_, why) => void told.push(why),
        note: () => undefined,
      },
    },
  );
  assert.deepEqual([journal.letter(id)?.held, told], [true, []]);
});

suite('a message that is under way', () => {
  for (const at of ['MAIL', 'DATA'] as const) {
    for (const action of ['hold', 'cancel'] as const) {
      test(`is ${action === 'hold' ? 'held' : 'taken back'} at ${at}: nothing of it is sent`, async (t) => {
        let reached: () => void = () => undefined;
        const there = new Promise<void>((resolve) => (reached = resolve));
        const server = await startScriptedServer(t, async (peer) => {
          await peer.lines('220 x');
          await peer.expect(/^EHLO/);
          await peer.lines('250-x', '250 AUTH PLAIN');
          await peer.expect(/^AUTH/);
          await peer.lines('235 ok');
          await peer.expect(/^MAIL/);
          if (at === 'DATA') {
            await peer.lines('250 ok');
            await peer.expect(/^RCPT/);
            await peer.lines('250 ok');
            await peer.expect(/^DATA/);
          }
          reached();
          await peer.stall();
        });
        const office = new PostOffice(t, [accountAt(server.port)]);
        office.put('x.eml', message(LI));
        const passing = office.pass();
        await there;
        const id = office.only().id;
        assert.equal(await refusal(office.outbox().act('retry', id)), 'busy');
        const done = await office.outbox().act(action, id);
        await passing;
        const wanted = action === 'hold' ? ['due', true, 0] : ['cancelled', false, 1];
        assert.deepEqual([done.state, done.held, done.attempts], wanted);
        assert.deepEqual([office.only().state, office.only().held, office.only().attempts], wanted);
        assert.equal(server.heard().includes('Hello.'), false);
        // The account is none the worse for it: the next message goes.
        const sound = await provider(t);
        await office.stop();
        office.accounts = [accountAt(sound.ports.smtp)];
        office.put('y.eml', message(LI).replace('one@', 'two@'));
        await office.settled();
        assert.deepEqual([sound.accepted('<two@mail.test>'), sound.accepted(ID)], [1, 0]);
        await office.outbox().act(action === 'hold' ? 'release' : 'retry', id);
        await office.pass();
        assert.equal(sound.accepted(ID), 1);
      });
    }
  }

  test('whose dot is out cannot be taken back, and held means that no second try is made', async (t) => {
    let answer: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => (answer = resolve));
    let out: () => void = () => undefined;
    const dot = new Promise<void>((resolve) => (out = resolve));
    const server = await startScriptedServer(t, async (peer) => {
      await peer.lines('220 x');
      await peer.expect(/^EHLO/);
      await peer.lines('250-x', '250 AUTH PLAIN');
      await peer.expect(/^AUTH/);
      await peer.lines('235 ok');
      for (const verb of [/^MAIL/, /^RCPT/]) {
        await peer.expect(verb);
        await peer.lines('250 ok');
      }
      await peer.expect(/^DATA/);
      await peer.lines('354 go on');
      await peer.untilDot();
      out();
      await asked;
      peer.hangUp();
    });
    const office = new PostOffice(t, [accountAt(server.port)]);
    office.put('x.eml', message(LI));
    const passing = office.pass();
    await dot;
    const id = office.only().id;
    for (const action of ['cancel', 'retry'] as const)
      assert.equal(await refusal(office.outbox().act(action, id)), 'dot');
    assert.equal((await office.outbox().act('hold', id)).state, 'intent');
    answer();
    await passing;
    assert.deepEqual([office.only().state, office.only().held], ['uncertain', true]);
    await office.later(24 * HOUR);
    assert.equal(server.connections, 1);
    const cancelled = await office.outbox().act('cancel', id);
    assert.equal(cancelled.doubtful, true);
    assert.match(office.read('failed/x.reason.txt'), /may have been delivered before that/);
  });
});

suite('a message that has failed', () => {
  test('is sent again octet for octet, its file leaves failed/, and its doubts are remembered', async (t) => {
    const { office, server, id } = await failed(t, `${LI}, ${ZHAO}`);
    const first = server.submissions[0];
    assert.deepEqual(first?.recipients, [ZHAO]);
    const again = await office.outbox().act('retry', id);
    assert.deepEqual([again.state, office.names('failed')], ['due', []]);
    assert.equal((await office.pass()).sent, 1);
    assert.deepEqual(server.submissions[1]?.recipients, [LI]);
    assert.deepEqual(server.submissions[1]?.bytes, first?.bytes);
    assert.deepEqual([office.names('sent'), office.names('failed'), office.spool()], [['x.eml'], [], []]);
    assert.equal(office.kept.length, 1, 'it is in the archive once');
  });

  test('is not sent again where its file was changed or moved: what lies there counts', async (t) => {
    const { office, id } = await failed(t);
    const path = join(office.drop, 'failed/x.eml');
    writeFileSync(path, `${message(LI)}P.S.\n`);
    assert.equal(await refusal(office.outbox().act('retry', id)), 'changed');
    assert.equal(readFileSync(path, 'latin1'), `${message(LI)}P.S.\n`);
    renameSync(path, join(office.drop, 'x.eml'));
    assert.equal(await refusal(office.outbox().act('retry', id)), 'moved');
    assert.equal((await office.settled()).sent, 1);
  });

  test('that could not be prepared is looked at anew: whoever put things right need not move it', async (t) => {
    const server = await provider(t);
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    office.put('x.eml', message(LI).replace('wang@', 'alias@'));
    assert.equal((await office.settled()).failed, 1);
    await office.stop();
    office.accounts = [accountAt(server.ports.smtp, { from: ['alias@mail.test'] })];
    await office.outbox().act('retry', office.only().id);
    assert.equal((await office.pass()).sent, 1);
    const broken = new PostOffice(t, [accountAt(server.ports.smtp)]);
    broken.put('y.eml', 'no header\n\n');
    assert.equal((await broken.settled()).failed, 1);
    await broken.outbox().act('retry', broken.only().id);
    assert.equal((await broken.pass()).failed, 1, 'nobody put it right');
    assert.deepEqual(broken.names('failed'), ['y.eml', 'y.reason.txt']);
  });

  test('is one letter also where a person moves it into the outbox in the moment of the retry', async (t) => {
    const { office, server, id } = await failed(t);
    await office.stop();
    const [from, to] = [join(office.drop, 'failed/x.eml'), join(office.drop, 'x.eml')];
    const moves: string[] = [];
    const move = (): void => {
      try {
        renameSync(from, to);
        moves.push('moved');
      } catch (thrown) {
        moves.push((thrown as NodeJS.ErrnoException).code ?? '');
      }
    };
    const quiet = (): void => undefined;
    // Said when the row is changed, and before anything else is done.
    const info = (text: string): void => (text.includes('to be sent at once') ? move() : undefined);
    const outbox = office.outbox({ log: { info, warn: quiet, error: quiet } });
    assert.equal((await outbox.act('retry', id)).state, 'due');
    await office.settled();
    assert.deepEqual([moves, office.list().length, server.accepted(ID)], [['ENOENT'], 1, 1]);
    assert.deepEqual([readdirSync(join(office.drop, 'failed')), office.names('sent')], [[], ['x.eml']]);
  });

  test('lies in failed/ again where the retry was cut off before its row was changed, or cannot be changed', async (t) => {
    const { office, server, id } = await failed(t);
    const failedIn = (): string[] => readdirSync(join(office.drop, 'failed')).toSorted();
    await office.stop();
    renameSync(join(office.drop, 'failed/x.eml'), join(office.drop, `failed/.again-${id}.tmp`));
    await office.pass();
    assert.deepEqual(failedIn(), ['x.eml', 'x.reason.txt']);
    const db = new Database(join(office.data, 'outbox.db'));
    db.exec(`CREATE TRIGGER full BEFORE UPDATE ON entry BEGIN SELECT RAISE(FAIL, 'no room'); END`);
    await assert.rejects(office.outbox().act('retry', id), /no room/);
    assert.deepEqual(failedIn(), ['x.eml', 'x.reason.txt']);
    db.exec('DROP TRIGGER full');
    db.close();
    assert.equal((await office.outbox().act('retry', id)).state, 'due');
    assert.equal((await office.pass()).sent, 1);
    assert.deepEqual([failedIn(), server.accepted(ID)], [[], 1]);
  });

  test('is sent once also where a crash leaves its file in failed/: that goes before it is sent', async (t) => {
    const { office, server, id } = await failed(t);
    const path = join(office.drop, 'failed/x.eml');
    await office.outbox().act('retry', id);
    await office.stop();
    const journal = openJournal(office.data, 'write');
    const letter = journal.letter(id);
    assert.ok(letter);
    journal.save({ ...letter, landed: path }, office.clock.now());
    journal.close();
    writeFileSync(path, message(LI));
    assert.equal((await office.pass()).sent, 1);
    assert.deepEqual([server.accepted(ID), office.names('failed'), office.names('sent')], [1, [], ['x.eml']]);
  });
});

test('an id that is unknown, or the beginning of two, is told', async (t) => {
  const { office } = await deferred(t);
  assert.equal(await refusal(office.outbox().act('hold', 'zz')), 'unknown');
  assert.equal(await refusal(office.outbox().act('hold', '')), 'unknown');
  for (let n = 0; n < 17; n++) office.put(`m${n}.eml`, message(LI).replace('one@', `m${n}@`));
  await office.settled();
  const first = office.list().map(({ id }) => id.slice(0, 1));
  const twice = first.find((one, i) => first.indexOf(one) !== i) ?? '';
  assert.equal(await refusal(office.outbox().act('hold', twice)), 'ambiguous');
});

test('where no service runs the queue is taken for that moment; beside one it is not', async (t) => {
  const { office, server, id } = await deferred(t);
  const parts = { accounts: office.accounts, outbox: office.drop, data: office.data };
  const tools = { clock: office.clock, inChinese };
  await assert.rejects(actAlone(parts, tools, 'hold', id), { kind: 'locked' });
  await office.stop();
  assert.equal((await actAlone(parts, tools, 'hold', id)).held, true);
  await office.later(24 * HOUR);
  assert.equal(server.accepted(ID), 0);
  await office.stop();
  assert.equal((await actAlone(parts, tools, 'cancel', id)).state, 'cancelled');
  assert.deepEqual(office.names('failed'), ['x.eml', 'x.reason.txt']);
  assert.match(readFileSync(join(office.drop, 'failed/x.reason.txt'), 'utf8'), /原因：发出之前已由您取消/);
  assert.equal((await actAlone(parts, tools, 'retry', id)).state, 'due');
  assert.equal((await office.pass()).sent, 1);
});

test('each letter shows what can be done with it', () => {
  const standing = (state: Parameters<typeof possible>[0]['state'], held = false): Action[] =>
    possible({ state, held, recipients: [{ state: 'waiting' }] });
  assert.deepEqual(standing('deferred'), ['retry', 'hold', 'cancel']);
  assert.deepEqual(standing('deferred', true), ['retry', 'release', 'cancel']);
  assert.deepEqual(standing('failed'), ['retry']);
  assert.deepEqual(standing('sent'), []);
  assert.deepEqual(standing('intent'), ['hold']);
  assert.equal(ACTIONS.length, 4);
  for (const { en, zh } of Object.values(REASONS)) assert.ok(en.length > 5 && /\p{Script=Han}/u.test(zh));
});
