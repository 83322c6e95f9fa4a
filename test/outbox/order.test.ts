// The letters of an account go in the order in which they were dropped, as whoever sends a series means them to be read;
// trouble of the account or of a connection changes nothing of it, and one at which the server takes offence lets the others go.
import assert from 'node:assert/strict';
import { lstatSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { Peer } from '../support/peer.ts';
import { startScriptedServer, type Script } from '../support/scripted-server.ts';
import { accountAt, LI, message, PostOffice, ZHAO } from './post-office.ts';

const HOUR = 60 * 60_000;

/** Drops letters, each of them in a later tick of the file system's clock than the one before. */
function drop(office: PostOffice, names: readonly string[], to: string = LI): void {
  for (const name of names) {
    office.put(`${name}.eml`, message(to).replace('one@', `${name}@`));
    const then = lstatSync(join(office.drop, `${name}.eml`), { bigint: true }).ctimeNs;
    const probe = join(office.data, 'probe');
    do writeFileSync(probe, '');
    while (lstatSync(probe, { bigint: true }).ctimeNs <= then);
  }
}

/** A server that notes the names of the letters that it takes, and does something else where `instead` says so. */
function noting(
  taken: string[],
  instead: (line: string, carried: number, peer: Peer) => Promise<boolean> | undefined = () => undefined,
): Script {
  return async (peer) => {
    await peer.lines('220 s.test');
    await peer.expect(/^EHLO/);
    await peer.lines('250-s.test', '250 AUTH PLAIN');
    await peer.expect(/^AUTH PLAIN/);
    await peer.lines('235 ok');
    for (let carried = 0; ;) {
      const line = await peer.line();
      if ((await instead(line, carried, peer)) === true) return;
      if (line === 'QUIT') return peer.hangUp();
      await peer.lines(line === 'DATA' ? '354 go on' : '250 ok');
      if (line !== 'DATA') continue;
      taken.push(
        /<(\w+)@/.exec(
          (await peer.untilDot()).toString('latin1').match(/^Message-ID:.*/im)?.[0] ?? '',
        )?.[1] ?? '',
      );
      await peer.lines('250 taken');
      carried++;
    }
  };
}

const unwilling: Script = async (peer) => peer.lines('421 not now');

suite('letters go in the order in which they were dropped', () => {
  test('whatever their names are', async (t) => {
    const taken: string[] = [];
    const server = await startScriptedServer(t, noting(taken));
    const office = new PostOffice(t, [accountAt(server.port)]);
    const names = ['m', 'z', 'a', 'q', 'b'];
    drop(office, names);
    await office.settled();
    assert.deepEqual(taken, names);
  });

  test('also those that came at one moment: no two have one time', async (t) => {
    const taken: string[] = [];
    const server = await startScriptedServer(t, noting(taken));
    const office = new PostOffice(t, [accountAt(server.port)]);
    const names = Array.from({ length: 12 }, (_, i) => `n${String(i).padStart(2, '0')}`);
    for (const name of names)
      writeFileSync(join(office.drop, `${name}.eml`), message(LI).replace('one@', `${name}@`));
    await office.settled();
    const created = office.list().map((letter) => letter.created);
    assert.deepEqual(created, created.toSorted());
    assert.equal(new Set(created).size, 12);
    assert.deepEqual(
      office.list().map(({ file }) => file),
      taken.map((name) => `${name}.eml`),
    );
  });

  test('after trouble that came before any of them was asked about', async (t) => {
    const taken: string[] = [];
    const server = await startScriptedServer(t, [unwilling, unwilling, unwilling, noting(taken)]);
    const office = new PostOffice(t, [accountAt(server.port)]);
    drop(office, ['c', 'b', 'a']);
    await office.settled();
    for (let times = 0; times < 3; times++) await office.later(HOUR);
    assert.deepEqual(taken, ['c', 'b', 'a']);
  });

  for (const how of ['hangs up', 'says 421 to MAIL', 'says 451 MI:DMC to RCPT', 'says 421 to RSET'])
    test(`over a server that ${how} where a connection has carried one`, async (t) => {
      const taken: string[] = [];
      const sparing = noting(taken, (line, carried, peer) => {
        const at = how === 'hangs up' ? 'RSET' : (how.split(' ').at(-1) ?? '');
        if (carried === 0 || !line.startsWith(at)) return undefined;
        return (
          how === 'hangs up'
            ? Promise.resolve()
            : peer.lines(how.includes('MI:DMC') ? '451 MI:DMC enough' : '421 4.7.0 enough')
        ).then(() => {
          peer.hangUp();
          return true;
        });
      });
      // They are tried later than they came.
      const server = await startScriptedServer(t, [unwilling, sparing]);
      const office = new PostOffice(t, [accountAt(server.port)]);
      const names = ['f', 'e', 'd', 'c', 'b', 'a'];
      for (const name of names) {
        drop(office, [name]);
        await office.later(1);
      }
      await office.later(HOUR);
      assert.deepEqual(taken, names);
    });
});

test('one at which the server ends each fresh connection holds up no other one', async (t) => {
  const taken: string[] = [];
  const server = await startScriptedServer(
    t,
    noting(taken, (line, _, peer) =>
      line.includes(ZHAO) ? peer.lines('421 4.7.0 go away').then(() => true) : undefined,
    ),
  );
  const office = new PostOffice(t, [accountAt(server.port)]);
  drop(office, ['a'], ZHAO);
  drop(office, ['b', 'c']);
  await office.settled();
  for (let times = 0; times < 3; times++) await office.later(HOUR);
  assert.deepEqual(taken, ['b', 'c']);
});
