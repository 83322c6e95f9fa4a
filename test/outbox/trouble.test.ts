// Trouble that is nobody's message to blame for: folders that go away, clocks that are put back, disks that forget. The outbox
// goes on with what it can, and does not run in circles.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { accountAt, LI, message, PostOffice, provider, WANG, ZHAO } from './post-office.ts';

const MINUTE = 60_000;

suite('outbox in trouble', () => {
  test('an account that no longer sends keeps what it has, and nobody runs in circles for it', async (t) => {
    const office = new PostOffice(t, [accountAt(1)]);
    office.put('x.eml', message(LI));
    await office.settled();
    await office.stop();
    const { send: _, ...idle } = accountAt(1);
    office.accounts = [idle];
    const { next } = await office.later(10 * MINUTE);
    assert.equal(next, null);
    assert.equal(office.only().state, 'due');
  });

  test('folders that somebody removed are made again when they are needed', async (t) => {
    const server = await provider(t);
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    await office.pass();
    rmSync(join(office.drop, 'sent'), { recursive: true });
    office.put('x.eml', message(LI));
    await office.settled();
    assert.deepEqual(office.names('sent'), ['x.eml']);
    rmSync(office.drop, { recursive: true });
    await office.settled();
    assert.equal(
      existsSync(office.drop),
      false,
      'a file system that is not mounted is nothing to write below',
    );
    mkdirSync(office.drop);
    office.put('y.eml', message('nobody', 'X-Two: 2\n'));
    await office.settled();
    assert.deepEqual(office.names('failed'), ['y.eml', 'y.reason.txt']);
  });

  test('a clock that is put back holds up nothing', async (t) => {
    const server = await provider(t);
    const office = new PostOffice(t, [
      accountAt(server.ports.smtp, { rate: { perMinute: 2, perDay: 10, perConnection: 20 } }),
    ]);
    server.faults.answers.set('SMTP DATA', '451 4.3.0 later');
    office.put('x.eml', message(LI));
    await office.settled();
    server.faults.answers.clear();
    office.put('y.eml', message(LI, 'X-Two: 2\n'));
    office.put('z.eml', message(LI, 'X-Two: 3\n'));
    await office.settled();
    server.faults.answers.set('SMTP MAIL', '421 4.3.2 not now');
    office.put('w.eml', message(LI, 'X-Two: 4\n'));
    await office.later(MINUTE + 5000);
    await office.settled();
    await office.stop();
    await office.clock.wind(-365 * 24 * 60 * MINUTE);
    server.faults.answers.clear();
    await office.pass();
    await office.later(2 * MINUTE);
    await office.later(2 * MINUTE);
    assert.deepEqual(
      office.list().map(({ state }) => state),
      ['sent', 'sent', 'sent', 'sent'],
    );
    assert.equal(server.submissions.length, 4);
  });

  test('a message that the disk no longer gives back is tried as any other, and holds up nobody', async (t) => {
    const server = await provider(t);
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    server.faults.answers.set('SMTP RCPT', '451 later');
    office.put('x.eml', message(LI));
    await office.settled();
    server.faults.answers.clear();
    for (const name of office.spool()) if (name.endsWith('.eml')) rmSync(join(office.data, 'spool', name));
    office.put('y.eml', message(LI, 'X-Two: 2\n'));
    await office.later(2 * MINUTE);
    await office.settled();
    const states = office.list().map(({ file, state, reason }) => [file, state, reason]);
    assert.deepEqual(states[1], ['y.eml', 'sent', null]);
    assert.deepEqual(states[0]?.slice(0, 2), ['x.eml', 'deferred']);
    assert.match(states[0]?.[2] ?? '', /cannot be read/);
    const connections = server.connections('SMTP');
    for (let minute = 0; minute < 15; minute++) await office.later(MINUTE);
    assert.equal(server.connections('SMTP') - connections, 1);
  });

  test('letters of one name that end at once, by several accounts, all land', async (t) => {
    const server = await provider(t);
    const people = [WANG, LI, ZHAO];
    const accounts = people.map((address, p) => accountAt(server.ports.smtp, {}, `p${p}`, address));
    const office = new PostOffice(t, accounts);
    await office.pass();
    for (const folder of ['sent', 'failed'] as const) {
      if (folder === 'failed') server.faults.answers.set('SMTP DATA', '554 5.7.1 No');
      for (let n = 0; n < 10; n++) {
        for (const [p, from] of people.entries()) {
          office.put(`p${p}/m${n}.eml`, message(LI, `X-Mark: ${p}/${n}\n`).replace(WANG, from));
        }
      }
      await office.settled();
      const landed = office.names(folder).filter((name) => name.endsWith('.eml'));
      const marks = new Set(landed.map((name) => /X-Mark: .*/.exec(office.read(`${folder}/${name}`))?.[0]));
      assert.deepEqual([landed.length, marks.size], [30, 30], folder);
      assert.equal(office.spool().length, folder === 'sent' ? 0 : 60, 'what failed may be sent again');
    }
  });
});
