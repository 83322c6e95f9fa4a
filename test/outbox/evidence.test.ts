// A message whose last line got no answer: what the Sent folder and the archive tell settles it; without a trace it goes by the
// person's policy, once more or not at all.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import Database from 'better-sqlite3';
import type { Uidl } from '../../src/model/ids.ts';
import type { Account, Send } from '../../src/model/account.ts';
import { evidenceIn } from '../../src/outbox/archive-evidence.ts';
import { openJournal } from '../../src/outbox/open-journal.ts';
import { show } from '../../src/outbox/show.ts';
import { openTestHouse, type TestHouse } from '../support/house.ts';
import type { Provider } from '../support/provider/provider.ts';
import { accountAt, LI, message, PostOffice, provider, WANG, ZHAO } from './post-office.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ID = '<one@mail.test>';

interface Bench {
  readonly office: PostOffice;
  readonly server: Provider;
  readonly house: TestHouse;
  /** Puts a message into the archive as if it had come in. */
  readonly arrives: (text: string, folder?: string) => Promise<void>;
}

function accountOf(server: Provider, way: 'imap' | 'pop3', send: Partial<Send>): Account {
  const { host, ports } = server;
  const receive = {
    protocol: way,
    host,
    port: ports[way],
    tls: 'none' as const,
    schedule: '0 * * * *',
    push: false,
    folders: { include: ['*'], exclude: [] },
    connections: 1,
  };
  return { ...accountAt(ports.smtp, send), receive };
}

/** One message that is in doubt: the server has taken it, or has not (`lost`). */
async function inDoubt(
  t: TestContext,
  way: 'imap' | 'pop3',
  {
    send = { filesSent: true },
    to = LI,
    text = message(to),
  }: { readonly send?: Partial<Send>; readonly to?: string; readonly text?: string } = {},
  killed?: 'killed',
): Promise<Bench> {
  const server = await provider(t);
  server.faults.dropAfterDot = 1;
  const office = new PostOffice(t, [accountOf(server, way, send)]);
  const house = await openTestHouse(t, office.clock);
  const inArchive = evidenceIn(house.archive, house.db);
  office.outbox({ inArchive });
  office.put('x.eml', text);
  assert.equal((await office.settled()).uncertain, 1);
  if (killed === 'killed') await asKilled(office);
  let n = 0;
  const arrives = async (text: string, folder: string = 'INBOX'): Promise<void> => {
    const incoming = house.archive.incoming();
    incoming.write(Buffer.from(text));
    const location = { folder, uidl: `u${n++}` as Uidl };
    await house.keeper.keep('wang', [{ incoming, location, received: office.clock.now(), flags: [] }]);
  };
  return { office, server, house, arrives };
}

/** The queue as a process leaves it that was killed before the answer to the dot. */
async function asKilled(office: PostOffice): Promise<void> {
  await office.stop();
  const db = new Database(join(office.data, 'outbox.db'));
  db.exec(`UPDATE entry SET state = 'intent', doubts = 0, next = NULL, reason = NULL;
    UPDATE recipient SET state = 'accepted', reply = NULL, doubt = NULL;
    UPDATE attempt SET state = NULL, outcome = NULL;
    DELETE FROM evidence;`);
  db.close();
}

function bounce(address: string, action: string, words: string): string {
  return `From: MAILER-DAEMON@mail.test\nTo: ${WANG}\nSubject: Undelivered Mail\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n--b\nContent-Type: text/plain\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mail.test\n\nFinal-Recipient: rfc822; ${address}\nAction: ${action}\nStatus: 5.1.1\nDiagnostic-Code: smtp; ${words}\n\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: ${ID}\n\n--b--\n`;
}

/** A message as a server has it. */
const octets = (to: string): Buffer => Buffer.from(message(to).replaceAll('\n', '\r\n'));

const told = (office: PostOffice): string[] =>
  show(office.data, office.only().id, office.clock.now()).history.map(({ what, text }) => `${what}: ${text}`);

suite('with IMAP', () => {
  test('a copy in the Sent folder proves that it was taken: it is sent, and never again', async (t) => {
    const { office, server } = await inDoubt(t, 'imap');
    server.deliver(WANG, 'Sent', octets(LI), { internalDate: office.clock.now() });
    await office.later(MINUTE);
    assert.equal(office.only().state, 'sent');
    assert.match(office.only().recipients[0]?.reply ?? '', /found in the folder "Sent" at the server/);
    assert.match(told(office).join(), /found: it was found in the folder "Sent"/);
    await office.later(24 * HOUR);
    assert.deepEqual([server.accepted(ID), office.names('sent'), office.kept.length], [1, ['x.eml'], 1]);
  });

  test('an older copy proves nothing: it was there before', async (t) => {
    const { office, server } = await inDoubt(t, 'imap');
    const before = new Date(office.clock.now() - 48 * HOUR);
    server.deliver(WANG, 'Sent', octets(LI), { internalDate: before.getTime() });
    await office.later(11 * MINUTE);
    assert.equal(server.accepted(ID), 2);
  });

  test('a copy proves nothing where the server is known to file none: a mail program has put it there', async (t) => {
    const { office, server } = await inDoubt(t, 'imap');
    const journal = openJournal(office.data, 'write');
    journal.copies.learn('wang', server.host, false, office.clock.now());
    journal.close();
    server.deliver(WANG, 'Sent', octets(LI), { internalDate: office.clock.now() });
    for (const wait of [MINUTE, 4 * MINUTE, 6 * MINUTE]) await office.later(wait);
    assert.deepEqual([office.only().state, server.accepted(ID)], ['sent', 2]);
  });

  for (const files of [true, false]) {
    test(`nor is what was learnt a month ago: it ${files ? 'filed' : 'did not file'} copies then, and a person is asked`, async (t) => {
      const { office, server } = await inDoubt(t, 'imap', { send: {} });
      const journal = openJournal(office.data, 'write');
      journal.copies.learn('wang', server.host, files, office.clock.now() - 31 * 24 * HOUR);
      journal.close();
      server.deliver(WANG, 'Sent', octets(LI), { internalDate: office.clock.now() });
      for (const wait of [MINUTE, 4 * MINUTE, 6 * MINUTE, 24 * HOUR]) await office.later(wait);
      assert.deepEqual(
        [office.only().state, office.only().next, server.accepted(ID)],
        ['uncertain', null, 1],
      );
    });
  }

  test('where nothing is known of the server, a copy may be that of a mail program: a person is asked', async (t) => {
    const { office, server } = await inDoubt(t, 'imap', { send: {} });
    server.deliver(WANG, 'Sent', octets(LI), { internalDate: office.clock.now() });
    for (const wait of [MINUTE, 4 * MINUTE, 6 * MINUTE, 24 * HOUR]) await office.later(wait);
    const { id, state, next } = office.only();
    assert.deepEqual([state, next, server.accepted(ID)], ['uncertain', null, 1]);
    assert.match(told(office).join(), /trace: a copy lies in the folder "Sent".*only a person can tell/);
    assert.match(show(office.data, id, office.clock.now()).hints[0]?.en ?? '', /Ask whether it has come/);
    assert.equal(told(office).filter((line) => line.includes('nothing was found')).length, 0);
    await office.outbox().act('retry', id);
    await office.pass();
    assert.deepEqual([office.only().state, server.accepted(ID)], ['sent', 2], 'that is obeyed');
  });

  test('and it is proof where the Message-ID is ours: nobody else can have put it there', async (t) => {
    const text = message(LI).replace(/Message-ID:.*\n/, '');
    const { office, server } = await inDoubt(t, 'imap', { send: {}, text });
    const [{ bytes } = { bytes: Buffer.alloc(0) }] = server.submissions;
    server.deliver(WANG, 'Sent', bytes, { internalDate: office.clock.now() });
    for (const wait of [MINUTE, 4 * MINUTE, 6 * MINUTE]) await office.later(wait);
    assert.deepEqual([office.only().state, server.submissions.length], ['sent', 1]);
  });

  test('a copy from the moment of the dot is proof too where the machine was off for days since', async (t) => {
    const { office, server } = await inDoubt(t, 'imap', {}, 'killed');
    server.deliver(WANG, 'Sent', octets(LI), { internalDate: office.clock.now() });
    await office.later(72 * HOUR);
    assert.deepEqual([office.only().state, server.accepted(ID)], ['uncertain', 1]);
    for (const wait of [MINUTE, 4 * MINUTE, 6 * MINUTE]) await office.later(wait);
    assert.deepEqual([office.only().state, server.accepted(ID)], ['sent', 1]);
  });

  test('a clock that is put back for a year holds it up no longer than it would have waited', async (t) => {
    const { office, server } = await inDoubt(t, 'imap');
    office.clock.put(-365 * 24 * HOUR);
    for (const wait of [0, MINUTE, 4 * MINUTE, 6 * MINUTE]) await office.later(wait);
    assert.deepEqual([office.only().state, server.accepted(ID)], ['sent', 2]);
  });

  test('a clock that went a year ahead, and back, hides no copy', async (t) => {
    const { office, server } = await inDoubt(t, 'imap');
    server.deliver(WANG, 'Sent', octets(LI), { internalDate: office.clock.now() - 365 * 24 * HOUR });
    office.clock.put(-365 * 24 * HOUR);
    for (const wait of [0, MINUTE, 4 * MINUTE, 6 * MINUTE]) await office.later(wait);
    assert.deepEqual([office.only().state, server.accepted(ID)], ['sent', 1]);
  });

  test('a refusal of the second try does not say that the first was not sent', async (t) => {
    const { office, server } = await inDoubt(t, 'imap');
    server.faults.recipients.set(LI, '550 5.1.1 No such user here');
    for (let minute = 0; minute < 12; minute++) await office.later(MINUTE);
    assert.equal(office.only().state, 'failed');
    assert.match(
      office.read('failed/x.reason.txt'),
      /^This message was given up, and may have been sent all the same\.\n[^]*\nNot known to have been sent to:\n[^]*Caution/,
    );
  });

  test('without a trace it is sent once more after ten minutes, and not before it was looked for', async (t) => {
    const { office, server } = await inDoubt(t, 'imap');
    for (let minute = 1; minute < 10; minute++) {
      await office.later(MINUTE);
      assert.deepEqual([office.only().state, server.accepted(ID)], ['uncertain', 1]);
    }
    await office.later(2 * MINUTE);
    assert.deepEqual([office.only().state, server.accepted(ID)], ['sent', 2]);
    assert.equal(office.only().doubtful, true);
    assert.deepEqual(server.submissions[0]?.bytes, server.submissions[1]?.bytes);
    assert.match(
      told(office).join(),
      /search: nothing was found of it in the Sent folder nor in the archive/,
    );
  });

  test('a mailbox that cannot be reached is waited for, four hours at most', async (t) => {
    const { office, server } = await inDoubt(t, 'imap');
    server.faults.answers.set('IMAP GREETING', '* BYE not now');
    for (let n = 0; n < 12; n++) await office.later(20 * MINUTE - 1);
    assert.deepEqual([office.only().state, server.accepted(ID)], ['uncertain', 1]);
    await office.later(30 * MINUTE);
    await office.later(HOUR);
    assert.deepEqual([office.only().state, server.accepted(ID)], ['sent', 2]);
  });

  test('held by policy it is looked for all the same, and found after a day it is sent', async (t) => {
    const { office, server } = await inDoubt(t, 'imap', { send: { filesSent: true, uncertain: 'hold' } });
    for (const wait of [MINUTE, 4 * MINUTE, 5 * MINUTE, 20 * MINUTE, 2 * HOUR, 8 * HOUR])
      await office.later(wait);
    assert.deepEqual([office.only().state, office.only().next], ['uncertain', null]);
    server.deliver(WANG, 'Sent', octets(LI), { internalDate: office.clock.now() });
    await office.later(24 * HOUR);
    assert.deepEqual([office.only().state, server.accepted(ID)], ['sent', 1]);
  });

  test('a person who wants it at once has it looked for first', async (t) => {
    const { office, server } = await inDoubt(t, 'imap', { send: { filesSent: true, uncertain: 'hold' } });
    server.deliver(WANG, 'Sent', octets(LI), { internalDate: office.clock.now() });
    await office.outbox().act('retry', office.only().id);
    await office.pass();
    assert.deepEqual([office.only().state, server.accepted(ID)], ['sent', 1]);
  });

  test('a copy proves nothing where others have it from an earlier try', async (t) => {
    const server = await provider(t);
    const office = new PostOffice(t, [accountOf(server, 'imap', {})]);
    server.faults.recipients.set(ZHAO, '450 4.2.0 come again');
    office.put('x.eml', message(`${LI}, ${ZHAO}`));
    assert.equal((await office.settled()).deferred, 1);
    server.deliver(WANG, 'Sent', octets(`${LI}, ${ZHAO}`), {
      internalDate: office.clock.now(),
    });
    server.faults.recipients.clear();
    server.faults.dropAfterDot = 1;
    await office.later(2 * MINUTE);
    assert.equal(office.only().state, 'uncertain');
    await office.later(MINUTE);
    await office.later(12 * MINUTE);
    assert.deepEqual(
      server.submissions.map(({ recipients }) => recipients),
      [[LI], [ZHAO], [ZHAO]],
    );
  });
});

suite('with POP3 alone', () => {
  test('a report that names it as failed proves that it was taken: it has failed, with the words of the report', async (t) => {
    const { office, server, arrives } = await inDoubt(t, 'pop3');
    await arrives(bounce(LI, 'failed', '550 5.1.1 user unknown'));
    await office.later(MINUTE);
    assert.equal(office.only().state, 'failed');
    assert.match(office.only().recipients[0]?.reply ?? '', /a report came: 550 5\.1\.1 user unknown/);
    assert.match(office.read('failed/x.reason.txt'), /550 5\.1\.1 user unknown/);
    await office.later(24 * HOUR);
    assert.equal(server.accepted(ID), 1);
  });

  test('a report about one of two is proof for the other', async (t) => {
    const { office, server, arrives } = await inDoubt(t, 'pop3', { to: `${LI}, ${ZHAO}` });
    await arrives(bounce(LI, 'failed', '550 5.1.1 user unknown'));
    await office.later(MINUTE);
    assert.deepEqual(
      office.only().recipients.map(({ state }) => state),
      ['failed', 'sent'],
    );
    await office.later(24 * HOUR);
    assert.equal(server.accepted(ID), 1);
  });

  for (const [name, text] of [
    ['a report of its delivery', bounce(LI, 'delivered', '250 2.0.0 ok')],
    ['a report of its delay', bounce(LI, 'delayed', '451 4.4.1 no answer')],
    [
      'an answer of its recipient',
      `From: Li <${LI}>\nTo: ${WANG}\nSubject: Re: test\nIn-Reply-To: ${ID}\n\nThanks.\n`,
    ],
    [
      'the message itself, which came back to its sender',
      `Received: from test.example by mx.mail.test; Sat, 21 Nov 2026 12:00:00 +0000\n${message(`${LI}, ${WANG}`)}`,
    ],
  ] as const) {
    test(`${name} proves that it was taken`, async (t) => {
      const { office, server, arrives } = await inDoubt(t, 'pop3');
      await arrives(text);
      await office.later(MINUTE);
      assert.equal(office.only().state, 'sent');
      await office.later(24 * HOUR);
      assert.equal(server.accepted(ID), 1);
    });
  }

  test('what is about another message, or by a stranger, proves nothing', async (t) => {
    const { office, server, arrives } = await inDoubt(t, 'pop3');
    await arrives(bounce(LI, 'failed', '550 no').replace(ID, '<two@mail.test>'));
    await arrives(bounce('wu@mail.test', 'failed', '550 no'));
    await arrives(`From: wu@mail.test\nSubject: Re: test\nIn-Reply-To: ${ID}\n\nThanks.\n`);
    await arrives(`From: Al <al.${LI}>\nSubject: Re: test\nIn-Reply-To: ${ID}\n\nThanks.\n`);
    for (const wait of [MINUTE, 4 * MINUTE, 6 * MINUTE]) await office.later(wait);
    assert.deepEqual([office.only().state, server.accepted(ID)], ['sent', 2]);
  });
});

for (const [name, text] of [
  ['a report', bounce(LI, 'failed', '550 5.1.1 user unknown')],
  ['an answer', `From: Li <${LI}>\nTo: ${WANG}\nSubject: Re: test\nIn-Reply-To: ${ID}\n\nThanks.\n`],
] as const)
  test(`${name} is found below the thousand old messages that another account has fetched since`, async (t) => {
    const { office, server, house, arrives } = await inDoubt(t, 'pop3');
    await arrives(text.replace('From:', `Date: ${new Date(office.clock.now()).toUTCString()}\nFrom:`));
    const old = Array.from({ length: 1000 }, (_, n) => {
      const incoming = house.archive.incoming();
      incoming.write(Buffer.from(`Date: Mon, 02 Jan 2006 15:04:05 +0000\nSubject: ${n}\n\nx\n`));
      return { incoming, location: { folder: 'INBOX', uidl: `o${n}` as Uidl }, received: null, flags: [] };
    });
    await house.keeper.keep('zhao', old);
    await office.later(MINUTE);
    assert.notEqual(office.only().state, 'uncertain');
    assert.equal(server.accepted(ID), 1);
  });

test('while the index is being made anew nothing is concluded from what it does not know yet', async (t) => {
  const { office, server, house, arrives } = await inDoubt(t, 'pop3');
  await arrives(`From: Li <${LI}>\nTo: ${WANG}\nSubject: Re: test\nIn-Reply-To: ${ID}\n\nThanks.\n`);
  await house.close();
  for (const name of ['index.db', 'index.db-wal', 'index.db-shm'])
    rmSync(join(house.data, name), { force: true });
  const anew = await openTestHouse(t, office.clock, house.data);
  await anew.keeper.catchUp(undefined, true);
  await office.stop();
  office.outbox({ inArchive: evidenceIn(anew.archive, anew.db) });
  for (const wait of [MINUTE, 4 * MINUTE, 6 * MINUTE]) await office.later(wait);
  assert.deepEqual([office.only().state, server.accepted(ID)], ['uncertain', 1]);
  await anew.keeper.readLate(new AbortController().signal, false);
  for (let n = 0; n < 4; n++) await office.later(20 * MINUTE);
  assert.deepEqual([office.only().state, server.accepted(ID)], ['sent', 1]);
});

test('a draft of it, or one that was thrown away, proves nothing: no server has carried it', async (t) => {
  const { office, server, arrives } = await inDoubt(t, 'pop3');
  await arrives(message(LI), 'Drafts');
  await arrives(message(LI).replace('Subject', 'X-Deleted: yes\nSubject'), 'Trash');
  for (const wait of [MINUTE, 4 * MINUTE, 6 * MINUTE]) await office.later(wait);
  assert.deepEqual([office.only().state, server.accepted(ID)], ['sent', 2]);
});

test('a message that is sent on is not proved by the one that came: it had that Message-ID before', async (t) => {
  const came = `Received: from test.example by mx.mail.test; Sat, 21 Nov 2026 11:00:00 +0000\n${message(WANG).replace(`<${WANG}>`, `<${ZHAO}>`)}`;
  const text = `Resent-From: ${WANG}\nResent-To: ${LI}\nResent-Date: Sat, 21 Nov 2026 12:00:00 +0000\n${came}`;
  const { office, server, arrives } = await inDoubt(t, 'pop3', { text });
  await arrives(came);
  await arrives(`From: Li <${LI}>\nTo: ${ZHAO}, ${WANG}\nSubject: Re: test\nIn-Reply-To: ${ID}\n\nThanks.\n`);
  for (const wait of [MINUTE, 4 * MINUTE, 6 * MINUTE]) await office.later(wait);
  assert.deepEqual([office.only().state, server.accepted(ID)], ['sent', 2]);
});

test('and a copy of it in the Sent folder is for a person to judge', async (t) => {
  const text = `Resent-From: ${WANG}\nResent-To: ${LI}\nResent-Date: Sat, 21 Nov 2026 12:00:00 +0000\n${message(ZHAO)}`;
  const { office, server } = await inDoubt(t, 'imap', { text });
  server.deliver(WANG, 'Sent', octets(ZHAO), { internalDate: office.clock.now() });
  for (const wait of [MINUTE, 4 * MINUTE, 6 * MINUTE]) await office.later(wait);
  assert.deepEqual([office.only().state, office.only().next, server.accepted(ID)], ['uncertain', null, 1]);
});

test('an answer to the first of two letters with one Message-ID proves nothing for the second', async (t) => {
  const server = await provider(t);
  const office = new PostOffice(t, [accountOf(server, 'pop3', {})]);
  const house = await openTestHouse(t, office.clock);
  office.outbox({ inArchive: evidenceIn(house.archive, house.db) });
  office.put('x.eml', message(LI));
  await office.settled();
  const incoming = house.archive.incoming();
  incoming.write(Buffer.from(`From: Li <${LI}>\nTo: ${WANG}\nIn-Reply-To: ${ID}\n\nPlease again.\n`));
  const location = { folder: 'INBOX', uidl: 'u1' as Uidl };
  await house.keeper.keep('wang', [{ incoming, location, received: office.clock.now(), flags: [] }]);
  server.faults.dropAfterDot = 1;
  office.put('y.eml', message(LI));
  await office.settled();
  for (const wait of [MINUTE, 4 * MINUTE, 6 * MINUTE]) await office.later(wait);
  assert.deepEqual(
    office.list().map(({ state }) => state),
    ['sent', 'sent'],
  );
  assert.equal(server.accepted(ID), 3);
});

test('a search goes on after a restart where it stood', async (t) => {
  const { office, server, house } = await inDoubt(t, 'imap');
  await office.later(MINUTE);
  await office.stop();
  const journal = openJournal(office.data, 'read');
  const search = journal?.evidence.of(office.only().id);
  journal?.close();
  assert.equal(search?.looks, 1);
  office.outbox({ inArchive: evidenceIn(house.archive, house.db) });
  server.deliver(WANG, 'Sent', octets(LI), { internalDate: office.clock.now() });
  await office.later(4 * MINUTE);
  assert.deepEqual([office.only().state, server.accepted(ID)], ['sent', 1]);
});
