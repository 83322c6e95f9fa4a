// The provider's IMAP side over plain sockets.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { suite, test } from 'node:test';
import { HungUp } from '../peer.ts';
import type { LineClient } from '../line-client.ts';
import { connectTo } from '../line-client.ts';
import type { Provider } from './provider.ts';
import { startProvider } from './provider.ts';

const USER = 'wang@mail.test';

async function provider(t: TestContext): Promise<Provider> {
  const started = await startProvider({ users: { [USER]: 'geheim 密码' } });
  t.after(() => started.stop());
  for (let n = 1; n <= 3; n++)
    started.deliver(USER, 'INBOX', mail(n), { internalDate: Date.UTC(2024, 0, n) });
  return started;
}

function mail(n: number): Buffer {
  return Buffer.from(`Subject: number ${n}\r\nMessage-ID: <${n}@mail.test>\r\n\r\nbody ${n}\r\n`);
}

async function loggedIn(t: TestContext, of: Provider): Promise<LineClient> {
  const client = await connectTo(t, of.ports.imaps, true);
  await client.line();
  const password = Buffer.from('geheim 密码').toString('latin1');
  assert.match((await client.ask(`a LOGIN ${USER} "${password}"`, /^a /)).join(), /a OK /);
  return client;
}

function validity(lines: readonly string[]): string {
  return /UIDVALIDITY (\d+)/.exec(lines.join())?.[1] ?? '';
}

suite('provider, IMAP', () => {
  test('lists the folders, the Chinese one in modified UTF-7', async (t) => {
    const client = await loggedIn(t, await provider(t));
    assert.deepEqual(await client.ask('a LIST "" *', /^a /), [
      '* LIST (\\HasNoChildren) "/" "INBOX"',
      '* LIST (\\HasNoChildren) "/" "&W6JiN1+AZ2U-"',
      '* LIST (\\HasNoChildren \\Sent) "/" "Sent"',
      '* LIST (\\HasNoChildren \\Junk) "/" "Junk"',
      'a OK LIST done',
    ]);
  });

  test('examines a folder and fetches facts, bodies and parts of bodies', async (t) => {
    const client = await loggedIn(t, await provider(t));
    const state = await client.ask('a EXAMINE INBOX', /^a /);
    assert.ok(state.includes('* 3 EXISTS') && state.includes('* OK [UIDNEXT 4] Predicted next UID'));
    assert.deepEqual(await client.ask('b UID FETCH 2:* (UID FLAGS INTERNALDATE RFC822.SIZE)', /^b /), [
      '* 2 FETCH (UID 2 FLAGS () INTERNALDATE " 2-Jan-2024 00:00:00 +0000" RFC822.SIZE 56)',
      '* 3 FETCH (UID 3 FLAGS () INTERNALDATE " 3-Jan-2024 00:00:00 +0000" RFC822.SIZE 56)',
      'b OK FETCH done',
    ]);
    await client.send('c UID FETCH 3 (BODY.PEEK[])');
    assert.equal(await client.line(), '* 3 FETCH (UID 3 BODY[] {56}');
    assert.equal(await client.octets(56), mail(3).toString());
    assert.equal(await client.line(), ')');
    await client.line();
    assert.deepEqual(await client.ask('d UID FETCH 1 (BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])', /^d /), [
      '* 1 FETCH (UID 1 BODY[HEADER.FIELDS (MESSAGE-ID)] {29}',
      'Message-ID: <1@mail.test>',
      '',
      ')',
      'd OK FETCH done',
    ]);
    assert.deepEqual(await client.ask('e UID FETCH 1 BODY.PEEK[]<9.6>', /^e /), [
      '* 1 FETCH (UID 1 BODY[]<9> {6}',
      'number)',
      'e OK FETCH done',
    ]);
  });

  test('appends by literal, searches, stores flags, expunges by UID, and tells another client', async (t) => {
    const house = await provider(t);
    const client = await loggedIn(t, house);
    const other = await loggedIn(t, house);
    await other.ask('o SELECT INBOX', /^o /);
    await other.ask('o IDLE', /^\+ /);
    await client.ask('a SELECT INBOX', /^a /);
    await client.ask('b APPEND INBOX (\\Seen) "17-Jul-1996 02:44:25 -0700" {24}', /^\+/);
    assert.match(
      (await client.ask('Message-ID: <x@y>\r\n\r\nhi\r', /^b /)).join(),
      /\* 4 EXISTS,b OK \[APPENDUID \d+ 4\]/,
    );
    assert.equal(await other.line(), '* 4 EXISTS');
    assert.equal(house.messages(USER, 'INBOX').at(-1)?.internalDate, Date.UTC(1996, 6, 17, 9, 44, 25));
    assert.equal((await client.ask('c UID SEARCH HEADER Message-ID "<x@y>"', /^c /))[0], '* SEARCH 4');
    await client.ask('d UID STORE 2,4 +FLAGS.SILENT (\\Deleted)', /^d OK/);
    assert.deepEqual(await client.ask('e UID EXPUNGE 4', /^e /), ['* 4 EXPUNGE', 'e OK EXPUNGE done']);
    assert.equal(await other.line(), '* 4 EXPUNGE');
    assert.deepEqual((await client.ask('f UID SEARCH ALL', /^f /))[0], '* SEARCH 1 2 3');
  });

  test('speaks STARTTLS and AUTHENTICATE PLAIN, and refuses a wrong password', async (t) => {
    const house = await provider(t);
    const client = await connectTo(t, house.ports.imap);
    assert.match(await client.line(), /STARTTLS/);
    await client.ask('a STARTTLS', /^a OK/);
    await client.startTls();
    const right = Buffer.from(`\0${USER}\0geheim 密码`).toString('base64');
    const wrong = Buffer.from(`\0${USER}\0x`).toString('base64');
    assert.match((await client.ask(`b AUTHENTICATE PLAIN ${wrong}`, /^b /)).join(), /AUTHENTICATIONFAILED/);
    await client.ask('c AUTHENTICATE PLAIN', /^\+/);
    await client.ask(right, /^c OK/);
    assert.ok(house.heard('IMAP').every(({ line }) => !line.includes(right)));
  });

  test('NetEase: EXAMINE is refused until ID came after the login', async (t) => {
    const house = await provider(t);
    house.faults.requireId = true;
    const client = await loggedIn(t, house);
    assert.match((await client.ask('a EXAMINE INBOX', /^a /)).join(), /^a NO EXAMINE Unsafe Login/);
    await client.ask('b ID ("name" "mailkeep")', /^b OK/);
    await client.ask('c EXAMINE INBOX', /^c OK/);
  });

  test('QQ: an unknown command gets an untagged BAD and nothing more', async (t) => {
    const house = await provider(t);
    house.faults.bad.add('IMAP ID');
    const client = await loggedIn(t, house);
    await client.send('a ID NIL');
    assert.deepEqual(await client.ask('b NOOP', /^b /), ['* BAD Command!', 'b OK NOOP done']);
  });

  test('cuts the connection inside the bodies, as often as it was told', async (t) => {
    const house = await provider(t);
    house.faults.cut = { after: 60, times: 1 };
    const client = await loggedIn(t, house);
    await client.ask('a EXAMINE INBOX', /^a /);
    await client.send('b UID FETCH 1:3 (BODY.PEEK[])');
    await client.line();
    await client.octets(56);
    await client.line();
    assert.match(await client.line(), /UID 2/);
    assert.equal(await client.octets(4), 'Subj');
    await assert.rejects(client.octets(1), HungUp);
    const again = await loggedIn(t, house);
    await again.ask('a EXAMINE INBOX', /^a /);
    await again.ask('b UID FETCH 1:3 (BODY.PEEK[])', /^b OK/);
  });

  test('refuses one body, leaves out another, shows a window, renumbers', async (t) => {
    const house = await provider(t);
    const client = await loggedIn(t, house);
    await client.ask('a EXAMINE INBOX', /^a /);
    house.faults.refuse = ({ uid }) => uid === 1;
    house.faults.omit = ({ uid }) => uid === 2;
    const all = await client.ask('b UID FETCH 1:3 (BODY.PEEK[])', /^b /);
    assert.deepEqual(
      all.filter((line) => / FETCH \(|^b /.test(line)),
      ['* 3 FETCH (UID 3 BODY[] {56}', 'b NO [UNAVAILABLE] Some messages cannot be read'],
    );
    await client.ask('c UID FETCH 2 (BODY.PEEK[])', /^c OK/);
    house.faults.window = 2;
    house.faults.freshValidity = true;
    const first = await client.ask('d EXAMINE INBOX', /^d /);
    const second = await client.ask('e EXAMINE INBOX', /^e /);
    assert.ok(first.includes('* 2 EXISTS'));
    assert.notEqual(validity(first), validity(second));
  });

  test('answers for a folder of 5,000 messages at once', async (t) => {
    const house = await provider(t);
    for (let n = 4; n <= 5000; n++) house.deliver(USER, 'INBOX', mail(n));
    const client = await loggedIn(t, house);
    await client.ask('a EXAMINE INBOX', /^a /);
    assert.equal((await client.ask('b UID FETCH 1:* (UID FLAGS RFC822.SIZE)', /^b /)).length, 5001);
    assert.ok((await client.ask('c UID FETCH 1:* (UID BODY.PEEK[])', /^c /)).length > 20_000);
  });
});
