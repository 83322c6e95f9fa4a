// What passes ask of a real Dovecot: an idle one over fifty folders is one command, and a changed folder costs what changed.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { systemClock } from '../../src/runtime/system-clock.ts';
import { dialled } from '../support/account.ts';
import { openTestHouse } from '../support/house.ts';
import { Said } from '../support/said.ts';
import type { Ending } from '../support/temporary.ts';
import { startDovecot } from './dovecot.ts';
import { imapSession } from './imap-session.ts';
import { DOVECOT, without } from './installed.ts';
import { accountOf } from './receiver.ts';

const FULL = 'UID FETCH 1:4294967295 (UID FLAGS RFC822.SIZE INTERNALDATE)';

describe('passes over Dovecot', { skip: without({ Dovecot: DOVECOT }) }, () => {
  test('an idle one over 50 folders takes one command beside login and goodbye', async (t) => {
    const { pass } = await begin(t, 50);
    const { said, report } = await pass();
    assert.deepEqual(said.verbs, ['AUTHENTICATE', 'ID', 'LIST', 'LOGOUT']);
    const [, id = 0, list, goodbye] = said.turns;
    assert.deepEqual([list, goodbye, said.trips], [id + 1, id + 2, id + 3], 'one round trip each');
    assert.deepEqual([report.ok, report.known, report.folders.length], [true, 69, 50]);
  });

  test('new mail, flags and deletions are told by QRESYNC, and no folder is listed in full', async (t) => {
    const { server, house, pass } = await begin(t, 3);
    const person = await imapSession(t, server, 'keeper', 'secret');
    await person('SELECT INBOX', 'STORE 1 +FLAGS (\\Flagged)', 'STORE 2 +FLAGS (\\Deleted)', 'EXPUNGE');
    await server.fill('keeper', [letter('INBOX', 999)]);
    const { said, report } = await pass();
    assert.deepEqual([report.ok, report.stored, report.pending], [true, 1, 0]);
    assert.ok(said.commands.some((command) => command.startsWith('EXAMINE "INBOX" (QRESYNC (')));
    assert.equal(said.verbs.filter((verb) => verb === 'EXAMINE').length, 1);
    assert.ok(!said.commands.includes(FULL));
    const state = house.db.prepare(
      `SELECT uid, flags, missed, gone IS NOT NULL AS gone FROM location
       WHERE folder = 'INBOX' AND (uid IN (1, 2) OR flags <> '' OR missed > 0 OR gone IS NOT NULL) ORDER BY uid`,
    );
    assert.deepEqual(state.all(), [
      { uid: 1, flags: '\\Flagged', missed: 0, gone: 0 },
      { uid: 2, flags: '', missed: 1, gone: 0 },
    ]);
    const second = await pass();
    assert.ok(
      second.said.commands.includes('UID SEARCH RETURN (ALL) ALL'),
      'the second look for what is gone',
    );
    assert.ok(!second.said.commands.includes(FULL));
    assert.deepEqual(
      state.all().map((row) => Object(row).gone),
      [0, 1],
    );
    assert.deepEqual((await pass()).said.verbs, ['AUTHENTICATE', 'ID', 'LIST', 'LOGOUT']);
  });
});

async function begin(t: Ending, folders: number) {
  const server = await startDovecot(t, { keeper: 'secret' });
  const names = Array.from({ length: folders }, (_, n) => (n === 0 ? 'INBOX' : `Folder.${n}`));
  const inbox = Array.from({ length: 19 }, (_, n) => letter('INBOX', 100 + n));
  await server.fill('keeper', [...inbox, ...names.map((name, n) => letter(name, n))]);
  const house = await openTestHouse(t, systemClock);
  const account = accountOf(server, 'imaps', 'keeper', 'secret');
  const pass = async () => {
    const said = new Said();
    return { report: await house.poll(account, {}, dialled(account, said.trace)), said };
  };
  assert.equal((await pass()).report.stored, 19 + folders);
  return { server, house, pass };
}

function letter(folder: string, n: number) {
  const text = `Date: Mon, 1 Jan 2024 00:00:00 +0000\r\nSubject: ${n}\r\nMessage-ID: <${n}@example.org>\r\n\r\nNote ${n}.\r\n`;
  return { folder, bytes: Buffer.from(text), flags: '' };
}
