// The copy of a sent message in the Sent folder: there once, whoever files it; never at the cost of the message itself.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import type { Account, Send } from '../../src/model/account.ts';
import { counts } from '../../src/outbox/list.ts';
import { startProvider, type Provider, type ProviderOptions } from '../support/provider/provider.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { accountAt, LI, message, PostOffice, WANG, ZHAO } from './post-office.ts';

const SECOND = 1000;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const START = Date.UTC(2026, 10, 21, 12);

interface Bench {
  readonly provider: Provider;
  readonly office: PostOffice;
  /** What lies in Sent: octets as text. */
  readonly sent: () => string[];
}

async function bench(
  t: TestContext,
  send: Partial<Send> = {},
  options: Partial<ProviderOptions> = {},
  folders?: readonly string[],
): Promise<Bench> {
  const clock = { now: (): number => START };
  const provider = await startProvider({ ...options, now: () => clock.now() });
  t.after(() => provider.stop());
  for (const user of [WANG, LI, ZHAO]) provider.addUser(user, 'secret', folders);
  const office = new PostOffice(t, [withMailbox(provider, send)]);
  clock.now = () => office.clock.now();
  return {
    provider,
    office,
    sent: () => provider.messages(WANG, 'Sent').map(({ bytes }) => bytes.toString()),
  };
}

function withMailbox(provider: Provider, send: Partial<Send>): Account {
  const { host, ports } = provider;
  const receive = {
    protocol: 'imap' as const,
    host,
    port: ports.imap,
    tls: 'none' as const,
    schedule: '0 * * * *',
    push: false,
    folders: { include: ['*'], exclude: [] },
    connections: 1,
  };
  return { ...accountAt(ports.smtp, { saveSent: 'auto', ...send }), receive };
}

/** Sends a message with this name and Message-ID. */
async function sends(office: PostOffice, name: string, headers: string = ''): Promise<void> {
  office.put(`${name}.eml`, message(LI, headers).replace('one@', `${name}@`));
  await office.settled();
}

/** The same, with a Message-ID of ours. */
async function sendsBare(office: PostOffice, name: string): Promise<void> {
  office.put(`${name}.eml`, message(LI).replace(/Message-ID:.*\n/, ''));
  await office.settled();
}

/** Winds the clock as far as the looks for a copy go, and a little further. */
async function looked(office: PostOffice): Promise<void> {
  for (const seconds of [5, 15, 40, 1]) await office.later(seconds * SECOND);
}

const states = (office: PostOffice): (string | undefined)[] =>
  office.list().map(({ sentCopy }) => sentCopy?.state);
const logins = (provider: Provider): number => provider.connections('IMAP');

suite('the Sent copy', () => {
  test('is filed where the server files none: once, read, with the date of sending, and with its Bcc', async (t) => {
    const { provider, office, sent } = await bench(t);
    await sends(office, 'one', `Bcc: ${ZHAO}\n`);
    const when = office.clock.now();
    assert.deepEqual([sent(), states(office)], [[], ['open']], 'a server that files takes a moment');
    assert.equal(office.spool().length > 0, true, 'its octets are kept for it');
    await looked(office);
    assert.deepEqual(sent(), [`Bcc: ${ZHAO}\r\n${message(LI).replaceAll('\n', '\r\n')}`]);
    const [filed] = provider.messages(WANG, 'Sent');
    assert.deepEqual([filed?.internalDate, [...(filed?.flags ?? [])]], [when, ['\\Seen']]);
    assert.deepEqual([states(office), office.spool()], [['filed'], []]);
    assert.equal(logins(provider), 3, 'three looks, the third of which filed it');

    await sends(office, 'two');
    await office.later(5 * SECOND);
    assert.equal(sent().length, 2);
    assert.equal(logins(provider), 4, 'what was learnt spares the wait');
    await office.later(DAY);
    assert.deepEqual([sent().length, logins(provider)], [2, 4]);
  });

  test('is left to a server that files it, and after that nobody even looks', async (t) => {
    const { provider, office, sent } = await bench(t, {}, { filesSent: true });
    await sendsBare(office, 'one');
    await looked(office);
    assert.deepEqual([sent().length, states(office), logins(provider)], [1, ['found'], 1]);
    await sendsBare(office, 'two');
    await looked(office);
    assert.deepEqual([sent().length, states(office), logins(provider)], [2, ['found', 'found'], 1]);
    assert.deepEqual(office.spool(), []);
    // A setting at the provider may be another one by then.
    await office.later(31 * DAY);
    await sendsBare(office, 'three');
    await looked(office);
    assert.equal(logins(provider), 2);
  });

  test('that a mail program has filed is not doubled, and tells nothing of the server', async (t) => {
    const { provider, office, sent } = await bench(t);
    const own = message(LI).replace('one@', 'a@').replaceAll('\n', '\r\n');
    provider.deliver(WANG, 'Sent', Buffer.from(own), { internalDate: office.clock.now() });
    await sends(office, 'a');
    await looked(office);
    assert.deepEqual([sent().length, states(office)], [1, ['found']]);
    await sendsBare(office, 'b');
    await looked(office);
    assert.deepEqual([sent().length, states(office)], [2, ['found', 'filed']]);
  });

  test('waits no year for its next look where the clock was put back by one', async (t) => {
    const { provider, office, sent } = await bench(t);
    for (const command of ['IMAP AUTHENTICATE', 'IMAP LOGIN']) provider.faults.hangUp.add(command);
    await sends(office, 'one');
    await looked(office);
    provider.faults.hangUp.clear();
    office.clock.put(-365 * DAY);
    for (let look = 0; look < 3; look++) await looked(office);
    assert.deepEqual([sent().length, states(office)], [1, ['filed']]);
  });

  test('is left to a server that takes its time', async (t) => {
    const { provider, office, sent } = await bench(t);
    await sends(office, 'one');
    await office.later(5 * SECOND);
    await office.later(15 * SECOND);
    provider.deliver(WANG, 'Sent', Buffer.from(message(LI).replaceAll('\n', '\r\n')));
    await office.later(40 * SECOND);
    await office.later(MINUTE);
    assert.deepEqual([sent().length, states(office)], [1, ['found']]);
    assert.equal(
      provider.heard('IMAP').some(({ line }) => line.includes('APPEND')),
      false,
    );
  });

  test('is filed once beside that of a server that files late, and never again after that was seen', async (t) => {
    const { provider, office, sent } = await bench(t);
    await sends(office, 'one');
    await looked(office);
    assert.deepEqual(states(office), ['filed']);
    provider.deliver(WANG, 'Sent', Buffer.from(sent()[0] ?? ''), { internalDate: office.clock.now() });
    for (const name of ['two', 'three']) {
      await sends(office, name);
      await looked(office);
    }
    assert.deepEqual(states(office), ['filed', 'found', 'found']);
    assert.equal(sent().length, 2, 'the server files the others when it likes');
  });

  test('is none of a known provider’s business to be told twice', async (t) => {
    const { provider, office, sent } = await bench(t, { filesSent: true });
    await sends(office, 'one');
    await looked(office);
    assert.deepEqual([sent().length, states(office), logins(provider)], [0, ['found'], 0]);
  });

  test('is not mistaken for a message that lay there before, and was sent again', async (t) => {
    const { provider, office, sent } = await bench(t);
    const old = Buffer.from(message(LI).replaceAll('\n', '\r\n'));
    provider.deliver(WANG, 'Sent', old, { internalDate: START - 30 * DAY });
    await sends(office, 'one');
    await looked(office);
    assert.deepEqual([sent().length, states(office)], [2, ['filed']]);
  });

  test('of a message that is sent twice a day is one, and nobody takes ours for the server’s', async (t) => {
    const { office, sent } = await bench(t);
    await sends(office, 'one');
    await looked(office);
    await sends(office, 'one');
    await looked(office);
    assert.equal(sent().length, 1);
    await sends(office, 'two');
    await looked(office);
    assert.deepEqual([sent().length, states(office)], [2, ['filed', 'filed', 'filed']]);
  });

  test('is found although the search of the server finds nothing, or everything', async (t) => {
    for (const answer of ['NO [SERVERBUG] no', 'OK nothing found', 'BAD UID SEARCH invalid argument']) {
      const { provider, office, sent } = await bench(t, {}, { filesSent: true });
      provider.faults.answers.set('IMAP UID SEARCH', answer);
      await sends(office, 'one');
      await looked(office);
      assert.deepEqual([sent().length, states(office)], [1, ['found']], answer);
    }
  });

  test('is not filed with saveSent: never, without an IMAP server, or without a Sent folder', async (t) => {
    const never = await bench(t, { saveSent: 'never' });
    const nowhere = await bench(t, {}, {}, ['Work']);
    const alone = await bench(t);
    alone.office.accounts = [accountAt(alone.provider.ports.smtp, { saveSent: 'auto' })];
    for (const { office, provider } of [never, nowhere, alone]) {
      await sends(office, 'one');
      await looked(office);
      assert.deepEqual([states(office), office.spool()], [['none'], []]);
      assert.equal(
        provider.heard('IMAP').some(({ line }) => /APPEND|CREATE/.test(line)),
        false,
      );
    }
  });

  test('is filed with saveSent: always, in a folder that is made, and beside what the server files', async (t) => {
    const made = await bench(t, { saveSent: 'always' }, {}, []);
    await sends(made.office, 'one');
    assert.equal(made.sent().length, 1);
    assert.ok(made.provider.heard('IMAP').some(({ line }) => /CREATE "Sent" \(USE \(\\Sent\)\)/.test(line)));
    const beside = await bench(t, { saveSent: 'always' }, { filesSent: true });
    await sends(beside.office, 'one');
    await looked(beside.office);
    assert.equal(beside.sent().length, 2);
  });

  test('that cannot be filed is tried again, said, and given up after days; the message stays sent', async (t) => {
    const { provider, office, sent } = await bench(t);
    provider.faults.answers.set('IMAP APPEND', 'NO [UNAVAILABLE] not now');
    await sends(office, 'one');
    await looked(office);
    for (let hours = 0; hours < 5; hours++) await office.later(60 * MINUTE);
    assert.deepEqual([sent().length, states(office), office.only().state], [0, ['open'], 'sent']);
    assert.match(office.only().sentCopy?.reason ?? '', /APPEND to "Sent" refused by .*: not now/);
    const warned = office.log.filter((line) =>
      line.startsWith('warn the copy of one.eml cannot be filed yet'),
    );
    assert.equal(warned.length, 1);
    for (let hours = 0; hours < 72; hours += 4) await office.later(4 * 60 * MINUTE);
    assert.deepEqual([states(office), office.only().state, office.spool()], [['failed'], 'sent', []]);
    assert.ok(office.log.some((line) => line.startsWith('warn no copy of one.eml in the Sent folder: ')));
    assert.equal(provider.accepted('<one@mail.test>'), 1);
    assert.equal(counts(office.data).unfiled, 1, 'the status tells of it');
  });

  test('comes when the server is back', async (t) => {
    const { provider, office, sent } = await bench(t);
    provider.faults.hangUp.add('IMAP GREETING');
    await sends(office, 'one');
    await looked(office);
    assert.deepEqual([sent().length, office.only().state], [0, 'sent']);
    provider.faults.hangUp.clear();
    await office.later(6 * MINUTE);
    await office.later(6 * MINUTE);
    await office.later(6 * MINUTE);
    assert.deepEqual([sent().length, states(office)], [1, ['filed']]);
  });

  test('that the server took without saying so is not filed twice', async (t) => {
    const { provider, office, sent } = await bench(t, { saveSent: 'always' });
    provider.faults.dropAfterAppend = 1;
    await sends(office, 'one');
    assert.deepEqual([sent().length, states(office)], [1, ['open']]);
    await office.later(2 * MINUTE);
    assert.deepEqual([sent().length, states(office)], [1, ['filed']]);
    assert.equal(office.only().sentCopy?.reason, 'in "Sent"');
  });

  test('waits for the archive: nobody else works on the files meanwhile', async (t) => {
    const { office, sent } = await bench(t, { saveSent: 'always' });
    let full = true;
    office.outbox({
      keepSent: () => (full ? Promise.reject(new Error('disk full')) : Promise.resolve()),
    });
    await sends(office, 'one');
    assert.deepEqual([sent().length, states(office)], [0, ['open']]);
    full = false;
    await office.later(2 * MINUTE);
    assert.deepEqual([sent().length, states(office), office.spool()], [1, ['filed'], []]);
  });

  test('is one for a message that reached only some', async (t) => {
    const { provider, office, sent } = await bench(t, { saveSent: 'always' });
    provider.faults.recipients.set(ZHAO, '550 5.1.1 unknown');
    office.put('x.eml', message(`${LI}, ${ZHAO}`));
    await office.settled();
    assert.deepEqual([office.only().state, sent().length], ['failed', 1]);
  });

  test('of a message that reached nobody is none', async (t) => {
    const { provider, office, sent } = await bench(t, { saveSent: 'always' });
    provider.faults.recipients.set(LI, '550 5.1.1 unknown');
    await sends(office, 'one');
    await looked(office);
    assert.deepEqual([office.only().state, office.only().sentCopy, sent().length], ['failed', null, 0]);
  });
});

suite('a crash while a copy is filed', () => {
  test('at any step leaves one copy', async (t) => {
    // What a process that is killed at each command of the server, or right after it was obeyed, leaves behind.
    const images: { name: string; data: string; drop: string; there: number }[] = [];
    const { provider, office, sent } = await bench(t, { saveSent: 'always' });
    const album = temporaryDirectory(t);
    provider.faults.dropAfterAppend = 1; // so that the second visit looks for it first
    provider.faults.watch = (when, verb, connection) => {
      const at = join(album, String(images.length));
      mkdirSync(at);
      cpSync(office.data, join(at, 'data'), { recursive: true });
      cpSync(office.drop, join(at, 'drop'), { recursive: true, preserveTimestamps: true });
      rmSync(join(at, 'data', 'outbox.lock'), { force: true }); // its process is dead
      const there = sent().length;
      images.push({
        name: `${connection} ${verb} ${when}`,
        data: join(at, 'data'),
        drop: join(at, 'drop'),
        there,
      });
    };
    await sends(office, 'one');
    await office.later(2 * MINUTE);
    await office.stop();
    assert.equal(sent().length, 1);
    const names = images.map(({ name }) => name);
    for (const name of [
      '0 LIST heard',
      '0 APPEND heard',
      '0 APPEND obeyed',
      '1 UID FETCH obeyed',
      '1 LOGOUT heard',
    ])
      assert.ok(names.includes(name), `${name}: ${names.join(', ')}`);
    for (const image of images) {
      const after = await bench(t, { saveSent: 'always' });
      // The server stands where it stood.
      for (let n = 0; n < image.there; n++)
        after.provider.deliver(WANG, 'Sent', provider.messages(WANG, 'Sent')[0]?.bytes ?? Buffer.alloc(0));
      const restarted = new PostOffice(t, after.office.accounts, image.data, image.drop);
      for (let tries = 0; tries < 4; tries++) await restarted.later(2 * MINUTE);
      assert.deepEqual([after.sent().length, states(restarted)], [1, ['filed']], image.name);
      assert.equal(after.provider.submissions.length, 0, `${image.name}: not sent again`);
      assert.deepEqual(restarted.spool(), [], image.name);
      await restarted.stop();
      await after.provider.stop();
    }
  });
});
