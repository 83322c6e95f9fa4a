// Receiving from a real Dovecot: every way in, folders with Chinese names, and every stored file equal to the server's bytes.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import type { Receiving } from '../../src/receive/open-source.ts';
import { systemClock } from '../../src/runtime/system-clock.ts';
import { FOLDERS, mailbox } from '../bench/mailbox.ts';
import { openTestHouse } from '../support/house.ts';
import { startDovecot, type Dovecot } from './dovecot.ts';
import { DOVECOT, without } from './installed.ts';

const skip = without({ Dovecot: DOVECOT });
const PASSWORD = 'gehe"im \\ 密码';

describe('from Dovecot', { skip }, () => {
  for (const way of ['imaps', 'imap', 'pop3s', 'pop3'] as const) {
    test(`over ${way}: every message, byte for byte, and nothing the second time`, async (t) => {
      const dovecot = await startDovecot(t, { keeper: PASSWORD });
      const ids = fill(dovecot, 300);
      const house = await openTestHouse(t, systemClock);
      const account = accountOf(dovecot, way);
      const first = await house.poll(account);
      assert.deepEqual([first.error, first.ok, first.pending], [null, true, 0]);
      const wanted =
        account.receive.protocol === 'imap' ? [...ids.values()].flat() : (ids.get('INBOX') ?? []);
      const files = (await house.files()).map((path) => path.replace(/^.*\/|\.eml$/g, ''));
      assert.deepEqual(files.toSorted(), wanted.toSorted());
      assert.equal(first.stored, wanted.length);
      const second = await house.poll(account);
      assert.deepEqual([second.ok, second.stored, second.known], [true, 0, wanted.length]);
    });
  }

  test('flags come along, and a changed one is seen without a download', async (t) => {
    const dovecot = await startDovecot(t, { keeper: PASSWORD });
    dovecot.deliver('keeper', 'INBOX', Buffer.from('Subject: read\r\n\r\nyes\r\n'), 'FS');
    dovecot.deliver('keeper', 'INBOX', Buffer.from('Subject: new\r\n\r\nno\r\n'));
    const house = await openTestHouse(t, systemClock);
    await house.poll(accountOf(dovecot, 'imaps'));
    const flags = house.db.prepare('SELECT flags FROM location ORDER BY uid').pluck().all();
    assert.deepEqual(flags, ['\\Flagged \\Seen', '']);
  });

  test('a server that is killed and comes back loses and doubles nothing', async (t) => {
    const dovecot = await startDovecot(t, { keeper: PASSWORD });
    const ids = fill(dovecot, 800);
    const house = await openTestHouse(t, systemClock);
    const account = accountOf(dovecot, 'imaps');
    const cut = await house.poll(account, { progress: (done) => void (done > 0 && dovecot.kill()) });
    assert.equal(cut.ok, false);
    const again = await startDovecot(t, { keeper: PASSWORD }, dovecot);
    const rest = await house.poll({ ...account, receive: { ...account.receive, port: again.ports.imaps } });
    assert.deepEqual([rest.error, rest.pending], [null, 0]);
    const files = (await house.files()).map((path) => path.replace(/^.*\/|\.eml$/g, ''));
    assert.deepEqual(files.toSorted(), [...ids.values()].flat().toSorted());
  });
});

/** Fills six folders; the SHA-256 of what each holds. */
function fill(dovecot: Dovecot, count: number): Map<string, string[]> {
  const ids = new Map<string, string[]>(FOLDERS.map((folder) => [folder, []]));
  for (const { folder, bytes, flags } of mailbox(count)) {
    dovecot.deliver('keeper', folder, bytes, flags);
    ids.get(folder)?.push(createHash('sha256').update(bytes).digest('hex'));
  }
  return ids;
}

function accountOf(dovecot: Dovecot, way: keyof Dovecot['ports']): Receiving {
  return {
    name: way,
    address: 'keeper@mail.test',
    user: 'keeper',
    login: () => Promise.resolve({ user: 'keeper', password: PASSWORD }),
    receive: {
      protocol: way.startsWith('imap') ? 'imap' : 'pop3',
      host: dovecot.host,
      port: dovecot.ports[way],
      tls: way.endsWith('s') ? 'implicit' : 'starttls',
      ca: dovecot.ca,
      schedule: '0 * * * *',
      push: false,
      folders: { include: ['*'], exclude: [] },
      connections: 1,
    },
    timeouts: { connect: 10_000, idle: 20_000 },
  };
}
