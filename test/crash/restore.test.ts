// `kill -9` of a restore at each line that it says to the server, within messages too, at each answer before it is heard, and
// at each of its effects on the disk. What the next one leaves there is what an undisturbed one leaves, each message once.
import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { startCountedLink, type CountedLink, type Side } from '../support/counted-link.ts';
import { atEach, copyOf, doomed, fate, NAMES, told, type Moment } from '../support/crash-points.ts';
import { install, type Installation } from '../support/installation.ts';
import { noStrace } from '../support/strace.ts';
import { startDovecot, type Dovecot } from '../servers/dovecot.ts';
import { imapSession, quoted } from '../servers/imap-session.ts';
import { DOVECOT, without } from '../servers/installed.ts';
import { Endings } from '../support/endings.ts';

const PASSWORD = 'correct horse';
const FOLDERS = ['INBOX', 'Sent', 'Work.客户'];
/** Each moment has a mailbox of its own. */
const USERS = Array.from({ length: 400 }, (_, n) => `u${n}`);

describe('a restore that is killed', { skip: without({ Dovecot: DOVECOT }) || noStrace }, () => {
  const suite = new Endings();
  let dovecot: Dovecot;
  let base: Installation;
  let wanted: string[];
  const free = USERS.values();

  before(async () => {
    dovecot = await startDovecot(
      suite,
      Object.fromEntries(['old', ...USERS].map((user) => [user, PASSWORD])),
    );
    await fill(dovecot);
    base = install(suite, [accountOf('old', dovecot.ports.imap)]);
    assert.equal((await base.json('sync')).code, 0);
    const calm = copyOf(suite, base, [accountOf('u0', dovecot.ports.imap)]);
    assert.equal((await restored(calm, free.next().value ?? '')).code, 0);
    wanted = await stateOf(dovecot, 'u0');
    assert.equal(wanted.filter((line) => line.includes('FLAGS')).length, 8);
    assert.deepEqual(
      wanted.filter((line) => line.includes('FLAGS')),
      (await stateOf(dovecot, 'old')).filter((line) => line.includes('FLAGS')),
    );
  });
  after(async () => {
    await suite.end();
  });

  /** Kills one restore, and lets the next one end it. */
  async function died(
    t: TestContext,
    kill: (house: Installation, user: string) => Promise<'killed' | 'lived'>,
  ): Promise<'killed' | 'lived'> {
    const user = free.next().value ?? assert.fail('no mailbox is left');
    const house = copyOf(t, base, []);
    const ended = await kill(house, user);
    house.configure([accountOf(user, dovecot.ports.imap)]);
    const { code, proved } = await restored(house, user);
    assert.deepEqual([code, proved], [0, true]);
    assert.deepEqual(await stateOf(dovecot, user), wanted);
    return ended;
  }

  for (const hidden of [undefined, 'MULTIAPPEND'])
    test(`at each line ${hidden === undefined ? 'where many go at once' : 'where each goes alone'}`, async (t) => {
      const sides: Side[] = ['client', 'server'];
      const met = await atEach(
        sides.map((name) => ({ name, calls: '' })),
        ({ effects, nth }: Moment) =>
          died(t, async (house, user) => {
            const side: Side = effects.name === 'client' ? 'client' : 'server';
            const link: CountedLink = await startCountedLink(t, dovecot.ports.imap, { side, nth }, hidden);
            house.configure([accountOf(user, link.port)]);
            const run = house.line.start('restore', 'account:old', '--to', user);
            void link.tripped.then(() => run.kill('SIGKILL'));
            const ended = fate(await run.ended);
            await link.end();
            return ended;
          }),
      );
      t.diagnostic(told(met));
      assert.ok((met.get('client') ?? 0) > 40 && (met.get('server') ?? 0) > 10, told(met));
    });

  test('at each effect on the disk', async (t) => {
    const met = await atEach(NAMES, (moment) =>
      died(t, async (house, user) => {
        house.configure([accountOf(user, dovecot.ports.imap)]);
        return fate(await doomed(house, undefined, moment, 'restore', 'account:old', '--to', user).ended);
      }),
    );
    t.diagnostic(told(met));
    assert.ok((met.get('link') ?? 0) > 0 && (met.get('unlink') ?? 0) > 0, told(met));
  });
});

async function restored(
  house: Installation,
  user: string,
): Promise<{ readonly code: number | null; readonly proved: unknown }> {
  const { code, answer } = await house.json('restore', 'account:old', '--to', user);
  return { code, proved: (answer as { readonly proved?: boolean }).proved };
}

/** Messages that only the date tells apart, only the octets, one without a name, and one that is only sent when it is asked for. */
async function fill(dovecot: Dovecot): Promise<void> {
  const ends = new Endings();
  const person = await imapSession(ends, dovecot, 'old', PASSWORD);
  for (const folder of FOLDERS.slice(1)) await person(`CREATE ${quoted(folder)}`);
  const letters: readonly [folder: string, id: string | null, text: string, flags: string][] = [
    ['INBOX', '<1@mail.test>', 'one', '\\Seen'],
    ['INBOX', '<2@mail.test>', 'two', '\\Flagged $Forwarded'],
    ['INBOX', '<same@mail.test>', 'this', ''],
    ['INBOX', '<same@mail.test>', 'that', '\\Answered'],
    ['INBOX', null, 'no name', ''],
    ['Sent', '<1@mail.test>', 'one', '\\Seen'],
    ['Work.客户', '<3@mail.test>', 'x'.repeat(70_000), '\\Seen'],
    ['Work.客户', '<4@mail.test>', 'four', '\\Draft'],
  ];
  for (const [nth, [folder, id, text, flags]] of letters.entries()) {
    const name = id === null ? '' : `Message-ID: ${id}\r\n`;
    const bytes = `${name}Subject: ${text.slice(0, 20)}\r\n\r\n${text}\r\n`;
    await person(
      `APPEND ${quoted(folder)} (${flags}) "0${nth + 1}-Feb-2021 03:04:05 +0000" {${bytes.length}+}\r\n${bytes}`,
    );
  }
  await ends.end();
}

/** Each message with its flags, its date and its octets, and each folder that a mail program shows. */
async function stateOf(dovecot: Dovecot, user: string): Promise<string[]> {
  const ends = new Endings();
  const person = await imapSession(ends, dovecot, user, PASSWORD);
  const found: string[] = [];
  for (const folder of FOLDERS) {
    await person(`EXAMINE ${quoted(folder)}`);
    const lines = await person('FETCH 1:* (FLAGS INTERNALDATE BODY.PEEK[])');
    const text = lines.slice(0, -1).join('\n');
    for (const one of text.split(/^\* \d+ FETCH \(/m).slice(1)) {
      const flags = /^FLAGS \(([^)]*)\)/.exec(one)?.[1] ?? assert.fail(one.slice(0, 200));
      const kept = flags.split(' ').filter((flag) => flag !== '\\Recent');
      const told = one.trim().replace(`(${flags})`, kept.toSorted().join(' '));
      found.push(`${folder} ${told.replace(/x{100,}/, ({ length }) => `${length} times x`)}`);
    }
  }
  const shown = await person('LSUB "" "*"');
  await ends.end();
  return [...found, ...shown.filter((line) => line.startsWith('* LSUB'))].toSorted();
}

function accountOf(user: string, port: number): object {
  const receive = { protocol: 'imap', host: '127.0.0.1', port, tls: 'none', push: false };
  return { name: user, address: `${user}@mail.test`, user, password: PASSWORD, receive };
}
