// A restore into a mailbox that has not room for all: the person is told how far it came and what to do, and once there is room
// the same command brings the rest, nothing twice.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { bulkMessage } from '../messages/bulk.ts';
import { startCountedLink } from '../support/counted-link.ts';
import { install } from '../support/installation.ts';
import { startDovecot } from './dovecot.ts';
import { DOVECOT, without } from './installed.ts';

const PASSWORD = 'correct horse';
const COUNT = 120;
const SIZE = 5000;
const ROOM = 150_000;
const NEVER = { side: 'client', nth: Infinity } as const;

describe('a mailbox at Dovecot with a quota', { skip: without({ Dovecot: DOVECOT }) }, () => {
  for (const hidden of [undefined, 'MULTIAPPEND'])
    test(`is filled as far as it goes, and the rest comes once there is room${hidden === undefined ? '' : ', one by one'}`, async (t) => {
      let room = ROOM;
      const dovecot = await startDovecot(t, { old: PASSWORD, new: PASSWORD }, () => quota(room));
      const mail = Array.from({ length: COUNT }, (_, n) => bulkMessage(n, SIZE));
      await dovecot.fill(
        'old',
        mail.map((bytes, n) => ({ folder: n % 3 === 0 ? 'Work' : 'INBOX', bytes, flags: 'S' })),
      );
      const link = await startCountedLink(t, dovecot.ports.imap, NEVER, hidden);
      const home = install(t, [account('old', dovecot.ports.imap), account('new', link.port)]);
      assert.equal((await home.json('sync', 'old')).code, 0);
      const there = (): string[] =>
        ['INBOX', 'Work']
          .flatMap((folder) => dovecot.messages('new', folder))
          .map(text)
          .toSorted();

      for (let run = 0; run < 2; run++) {
        const full = await home.line.run('restore', 'account:old', '--to', 'new');
        assert.equal(full.code, 75, full.stdout + full.stderr);
        assert.match(full.stderr, /Quota exceeded/);
        assert.match(full.stderr, /hint: .*full: make room.*Run the same command again/s);
        assert.doesNotMatch(full.stdout, /^proved/m);
        const held = there();
        assert.ok(held.length > 0 && held.length < COUNT, `${held.length}`);
        assert.equal(new Set(held).size, held.length, 'nothing is there twice');
      }
      await dovecot.kill();
      room = 100 * ROOM;
      await dovecot.revive();
      const whole = await home.line.run('restore', 'account:old', '--to', 'new');
      assert.equal(whole.code, 0, whole.stdout + whole.stderr);
      assert.match(whole.stdout, /^proved: all 120 fetched back and equal to the octet$/m);
      assert.deepEqual(there().map(hash), mail.map(text).toSorted().map(hash));
    });
});

/** Dovecot keeps what is filed with line feeds alone. */
function text(bytes: Buffer): string {
  return bytes.toString('latin1').replaceAll('\r\n', '\n');
}

function hash(message: string): string {
  return createHash('sha256').update(message).digest('hex');
}

function quota(octets: number): string {
  return `
protocol imap {
  mail_plugins = imap_zlib quota imap_quota
}
plugin {
  quota = count:all
  quota_vsizes = yes
  quota_rule = *:storage=${octets}B
}
`;
}

function account(user: string, port: number): object {
  const receive = { protocol: 'imap', host: '127.0.0.1', port, tls: 'none', push: false };
  return { name: user, address: `${user}@mail.test`, user, password: PASSWORD, receive };
}
