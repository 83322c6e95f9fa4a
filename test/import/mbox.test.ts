// Mailboxes of one file: where a message begins and ends, what is quoted in it, and what mail programs have written into it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { crlf, FROM, ImportHome, letter } from './imported.ts';

test('each message of an mbox is stored as its server had it, with the date of its From line', async (t) => {
  const home = new ImportHome(t);
  home.put('Old.mbox', `${FROM}${letter('one')}\n${FROM}${letter('two', 'From here\n\nTo there.\n')}\n`);
  const { ok, files, messages, stored } = await home.import(home.in);
  assert.deepEqual({ ok, files, messages, stored }, { ok: true, files: 1, messages: 2, stored: 2 });
  assert.deepEqual(
    (await home.stored()).map(({ folder, received, text }) => ({ folder, received, text })),
    [
      { folder: 'Old', received: '2024-05-06T08:00:05.000Z', text: crlf(letter('one')) },
      {
        folder: 'Old',
        received: '2024-05-06T08:00:05.000Z',
        text: crlf(letter('two', 'From here\n\nTo there.\n')),
      },
    ],
  );
});

const BODIES: readonly (readonly [what: string, inMbox: string, stored: string])[] = [
  ['one quote is taken away', '>From me\n', 'From me\n'],
  ['of several quotes one is taken away', 'x\n>>>From me\n', 'x\n>>From me\n'],
  ['a quote inside of a line is none', 'a >From me\n', 'a >From me\n'],
  ['a From of another case is none', '>from me\n> From me\n', '>from me\n> From me\n'],
  ['blank lines before the last one are the message’s', 'x\n\n\n', 'x\n\n\n'],
  ['an unquoted sentence begins no message', 'x\n\nFrom 10:30 on in 2024 we\nwork.\n', ''],
  ['an unquoted From line without a header behind it begins no message', `x\n\n${FROM}and so on.\n`, ''],
];
for (const [what, inMbox, stored] of BODIES) {
  test(`mbox: ${what}`, async (t) => {
    const home = new ImportHome(t);
    home.put('box', `${FROM}${letter('a', inMbox)}\n${FROM}${letter('b')}\n`);
    assert.equal((await home.import(home.in)).messages, 2);
    const [first] = await home.stored();
    assert.equal(first?.text, crlf(letter('a', stored === '' ? inMbox : stored)));
  });
}

const FROM_LINES = [
  'From anna@example.com Mon May  6 08:00:05 2024',
  'From - Mon May 06 08:00:05 2024',
  'From anna@example.com Mon May  6 08:00:05 CEST 2024',
  'From 1798@xxx Mon May 06 08:00:05 +0000 2024',
  'From anna at example.com  Mon May  6 08:00:05 2024',
  'From "anna may"@example.com Mon May  6 08:00:05 2024',
  'From anna@example.com 2024-05-06T08:00:05',
  'From ',
  'From -',
];
for (const line of FROM_LINES) {
  test(`a message begins at "${line}"`, async (t) => {
    const home = new ImportHome(t);
    home.put('box', `${line}\n${letter('a')}\n${line}\n${letter('b')}\n`);
    await home.import(home.in);
    assert.deepEqual(
      (await home.stored()).map(({ text }) => text),
      [crlf(letter('a')), crlf(letter('b'))],
    );
  });
}

test('a From line of 1970 tells no date', async (t) => {
  const home = new ImportHome(t);
  home.put('box', `From nobody Thu Jan  1 00:00:00 1970\n${letter('a')}`);
  await home.import(home.in);
  assert.deepEqual(
    (await home.stored()).map(({ received }) => received),
    [null],
  );
});

test('messages are told apart where no blank line stands between them, and where the last has none', async (t) => {
  const home = new ImportHome(t);
  home.put('box', `${FROM}${letter('a')}${FROM}${letter('b')}\n${FROM}${letter('c', 'end without a line')}`);
  await home.import(home.in);
  assert.deepEqual(
    (await home.stored()).map(({ text }) => text),
    [crlf(letter('a')), crlf(letter('b')), crlf(letter('c', 'end without a line'))],
  );
});

test('the blank line that ends a header is the message’s own, also where no body follows', async (t) => {
  const home = new ImportHome(t);
  home.put('box', `${FROM}Subject: a\n\n${FROM}Subject: b\n\n\n${FROM}Subject: c\n\n`);
  await home.import(home.in);
  assert.deepEqual(
    (await home.stored()).map(({ text }) => text),
    ['Subject: a\r\n\r\n', 'Subject: b\r\n\r\n', 'Subject: c\r\n\r\n'],
  );
});

test('a message with CRLF among its lines stays as it is, octet for octet', async (t) => {
  const home = new ImportHome(t);
  const mixed = letter('mixed').replace('Hello.\n', 'Hello.\r\nBye.\n\xff\0\n');
  home.put('box', `${FROM}${mixed}\n${FROM}${crlf(letter('windows'))}\r\n${FROM}${letter('b')}`);
  await home.import(home.in);
  assert.deepEqual(
    (await home.stored()).map(({ text }) => text),
    [mixed, crlf(letter('windows')), crlf(letter('b'))],
  );
});

/** A message with the Content-Length `by` more than its body has. */
function counted(name: string, body: string, by: number = 0): string {
  return letter(name, body, `Content-Length: ${Buffer.byteLength(body) + by}\n`);
}

test('mboxcl2: where lengths hold, nothing in a message is quoted, and no From line inside begins another', async (t) => {
  const home = new ImportHome(t);
  const first = counted('a', '>From is how I quote.\n');
  const second = counted('b', `I forward:\n\n${FROM}${letter('inside')}\nthe end.\n`);
  home.put('box', `${FROM}${first}\n${FROM}${second}\n${FROM}${counted('c', 'x\n')}\n`);
  await home.import(home.in);
  assert.deepEqual(
    (await home.stored()).map(({ text }) => text),
    [crlf(first), crlf(second), crlf(counted('c', 'x\n'))],
  );
});

for (const by of [-3, 1, 7, 1_000_000, 99_999_999_999]) {
  test(`a Content-Length that is wrong by ${by} costs no message`, async (t) => {
    const home = new ImportHome(t);
    const all = [counted('a', 'aaaa\n>From x\n', by), counted('b', 'b\n', by), letter('c')];
    home.put('box', all.map((one) => `${FROM}${one}\n`).join(''));
    await home.import(home.in);
    assert.deepEqual(
      (await home.stored()).map(({ text }) => text),
      all.map((one) => crlf(one.replace('>From', 'From'))),
    );
  });
}

test('a Content-Length that covers the messages behind its own swallows none', async (t) => {
  for (const before of [letter('before'), counted('before', 'it holds\n')]) {
    const home = new ImportHome(t);
    const behind = `${FROM}${counted('b', 'b\n')}\n`;
    // It leads right to the end of the message behind, before its blank line.
    const lying = counted('a', 'a\n', Buffer.byteLength(`\n${behind}`) - 1);
    home.put('box', `${FROM}${before}\n${FROM}${lying}\n${behind}${FROM}${letter('c')}\n`);
    await home.import(home.in);
    assert.equal((await home.stored()).length, 4);
  }
});

test('what an export wrote ends at the next From line, whatever its Content-Length claims', async (t) => {
  const home = new ImportHome(t);
  const marked = (text: string): string =>
    `${FROM}Status: O\nX-Mailkeep: ${createHash('sha256').update(crlf(text)).digest('hex')} crlf\n${text}\n`;
  const [before, behind, last] = [counted('before', 'it holds\n'), letter('behind'), letter('last')];
  const lying = counted('lying', 'a\n', Buffer.byteLength(`\n${marked(behind)}`) - 1);
  const all = [before, lying, behind, last];
  home.put('box', all.map(marked).join(''));
  await home.import(home.in);
  assert.deepEqual(
    (await home.stored()).map(({ text }) => text),
    all.map(crlf),
  );
});

test('a mailbox whose lines end in CR alone, as on an old Mac, is told and not cut', async (t) => {
  const home = new ImportHome(t);
  home.put('In', `${FROM}${letter('a', 'x'.repeat(2000))}\n${FROM}${letter('b')}`.replaceAll('\n', '\r'));
  const told = await home.import(home.in);
  assert.deepEqual([told.ok, told.messages, told.failed], [false, 0, 1]);
  assert.match(told.failures[0]?.reason ?? '', /CR alone/);
});

test('what mail programs keep among the headers becomes flags, and the message is as the server has it', async (t) => {
  const home = new ImportHome(t);
  const own = 'X-Status: open\nX-Keywords: theirs\n';
  home.put(
    'seen',
    `${FROM}${letter('a', 'x\n', 'Status: RO\nX-Status: AF\nX-UID: 7\nX-Keywords: Work $Forwarded     \n')}`,
  );
  home.put('own', `${FROM}${letter('b', 'x\n', own)}`);
  await home.import(home.in);
  const [b, a] = await home.stored();
  assert.deepEqual(a?.flags, ['\\Seen', '\\Answered', '\\Flagged', 'Work', '$Forwarded']);
  assert.equal(a?.text, crlf(letter('a', 'x\n')));
  assert.deepEqual(b?.flags, []);
  assert.equal(b?.text, crlf(letter('b', 'x\n', own)));
});

test('Thunderbird: folders below folders, flags, and deleted messages counted and left', async (t) => {
  const home = new ImportHome(t);
  const status = (bits: string, keys = '   '): string =>
    `X-Account-Key: account2\nX-UIDL: 17\nX-Mozilla-Status: ${bits}\nX-Mozilla-Status2: 10000000\nX-Mozilla-Keys: ${keys}\n`;
  const box = (name: string, bits: string, keys?: string): string =>
    `From - Mon May 06 08:00:05 2024\n${status(bits, keys)}${letter(name)}\n`;
  home.put(
    'Mail/Local Folders/Inbox',
    box('read', '1007', '$label1') + box('deleted', '0009') + box('new', '0000'),
  );
  home.put('Mail/Local Folders/Inbox.msf', '// <!-- <mdb:mork:z v="1.4"/> -->\n');
  home.put('Mail/Local Folders/Archives', '');
  home.put('Mail/Local Folders/Archives.sbd/2024', box('old', '0001'));
  const told = await home.import(home.in);
  assert.deepEqual(
    [told.ok, told.stored, told.deleted, told.others.map(({ place }) => place.split('/').pop())],
    [true, 3, 1, ['Archives', 'Inbox.msf']],
  );
  assert.deepEqual(
    (await home.stored()).map(({ folder, flags, text }) => ({ folder, flags, text })),
    [
      { folder: 'Mail/Local Folders/Archives/2024', flags: ['\\Seen'], text: crlf(letter('old')) },
      {
        folder: 'Mail/Local Folders/Inbox',
        flags: ['\\Seen', '\\Answered', '\\Flagged', '$Forwarded', '$label1'],
        text: crlf(letter('read')),
      },
      { folder: 'Mail/Local Folders/Inbox', flags: [], text: crlf(letter('new')) },
    ],
  );
});

test('a From line with nothing behind it is told, and costs no other message', async (t) => {
  const home = new ImportHome(t);
  home.put('box', `${FROM}\n${FROM}${letter('a')}\n`);
  const told = await home.import(home.in);
  assert.deepEqual([told.ok, told.stored, told.failed], [false, 1, 1]);
  assert.match(told.failures[0]?.place ?? '', /in\/box, at octet 0$/);
});

test('From lines and line ends are found wherever the window of reading ends', async (t) => {
  const home = new ImportHome(t);
  const octets = 1 << 20;
  // Each message ends a few octets earlier beside the end of a window than the one before.
  const bodies = Array.from({ length: 24 }, (_, at) => {
    const fill = octets - Buffer.byteLength(`${FROM}${letter(`m${at}`, '')}`) - 30;
    return `${'x'.repeat(fill - at * 3)}\n>From a\n`;
  });
  home.put('box', bodies.map((body, at) => `${FROM}${letter(`m${at}`, body)}\n`).join(''));
  await home.import(home.in);
  assert.deepEqual(
    (await home.stored()).map(({ text }) => text),
    bodies.map((body, at) => crlf(letter(`m${at}`, body.replace('>From', 'From')))),
  );
});
