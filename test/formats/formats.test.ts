// The words of mailbox files, as tables: wrong inputs first.
import assert from 'node:assert/strict';
import test from 'node:test';
import { bookkeepingLines, readBookkeeping } from '../../src/formats/bookkeeping.ts';
import { emlName } from '../../src/formats/file-name.ts';
import { dateInFromLine, fromLine, isFromLine, quoted, unquoted } from '../../src/formats/from-line.ts';
import { LineEndsSeen, withCrlf, withLf } from '../../src/formats/line-ends.ts';
import { directoryOfFolder, dovecotKeywords, idInName, maildirFlags } from '../../src/formats/maildir.ts';

test('lines that begin no message', () => {
  const date = 'Mon May  6 08:00:05 2024';
  const lines: readonly (readonly [line: string, next: string, afterBlank: boolean])[] = [
    [`from a ${date}`, 'Subject: x', true],
    [`>From a ${date}`, 'Subject: x', true],
    [`From a ${date}`, 'and a sentence', true],
    [`From a ${date}`, '', true],
    ['From a Mon May 6 2024', 'Subject: x', true],
    ['From a Mon May 6 08:00', 'Subject: x', true],
    ['From 108:00 to 20245', 'Subject: x', true],
    ['From ', 'Subject: x', false],
    ['From - ', 'no header', true],
    [`From ${'a'.repeat(600)} ${date}`, 'Subject: x', true],
  ];
  for (const [line, next, afterBlank] of lines)
    assert.equal(isFromLine(line, next, afterBlank), false, `${line} / ${next}`);
});

test('the date of a From line stands behind its sender, whatever that holds', () => {
  assert.equal(
    dateInFromLine('From monday 1:00 Tue May  7 08:00:05 2024').trim(),
    'Tue May  7 08:00:05 2024',
  );
});

test('a From line tells the sender and the second in UTC; what is no address is nobody', () => {
  const at = Date.UTC(2024, 4, 6, 8, 0, 5, 999);
  assert.equal(fromLine('a@example.com', at), 'From a@example.com Mon May  6 08:00:05 2024');
  for (const sender of ['', 'a b@c', 'a\nFrom b', '王@例', 'x'.repeat(301)])
    assert.equal(fromLine(sender, 0), 'From MAILER-DAEMON Thu Jan  1 00:00:00 1970');
});

test('quoting is undone exactly, for every text, wherever it is cut behind a line end', () => {
  const words = ['From ', '>', '>>', '\n', '\r\n', 'x', 'From', ' '];
  let state = 7;
  const next = (n: number): number => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) % n;
  for (let round = 0; round < 2000; round++) {
    const text = Array.from({ length: next(12) }, () => words[next(words.length)]).join('');
    const there = quoted(Buffer.from(text), true);
    assert.doesNotMatch(there.toString(), /^From /m);
    assert.equal(unquoted(there, true).toString(), text, JSON.stringify(text));
    const cut = there.indexOf('\n', next(there.length + 1)) + 1;
    const pieces = [unquoted(there.subarray(0, cut), true), unquoted(there.subarray(cut), true)];
    assert.equal(Buffer.concat(pieces).toString(), text);
  }
});

test('line ends: one kind is known and turned round, both kinds are left', () => {
  const seen = (...pieces: readonly string[]): LineEndsSeen => {
    const lines = new LineEndsSeen();
    for (const piece of pieces) lines.add(Buffer.from(piece));
    return lines;
  };
  assert.equal(seen('a\r', '\nb\r\n').ends, 'crlf');
  assert.equal(seen('a\n', '\nb').ends, 'lf');
  assert.equal(seen('a\r', 'b\n').ends, 'lf');
  assert.equal(seen('a\r\n', '\n').ends, 'mixed');
  assert.equal(seen('').ends, 'mixed');
  assert.deepEqual([seen('a\n').isClosed, seen('a\n', 'b').isClosed], [true, false]);
  assert.equal(withCrlf(Buffer.from('\na\rb\n\n')).toString(), '\r\na\rb\r\n\r\n');
  assert.equal(withLf(Buffer.from('\r\na\rb\r\n\r\r\n')).toString(), '\na\rb\n\r\n');
});

test('lines of the message’s own are no bookkeeping', () => {
  for (const line of [
    'Status: open',
    'Status: ',
    'X-Status: done',
    'X-Keywords: spam',
    'X-Mailkeep: x crlf',
    'X-UID: none',
    'Subject: x\nX-Mozilla-Status: 0009',
    'X-UIDL: without a status',
    'Subject: x\nX-Mailkeep: ' + 'a'.repeat(64) + ' crlf',
    'Subject: x\n\nStatus: RO',
  ]) {
    const { flags, expunged, cuts, mark } = readBookkeeping(Buffer.from(`${line}\n\nbody\n`));
    assert.deepEqual(
      { flags, expunged, cuts, mark },
      { flags: [], expunged: false, cuts: [], mark: undefined },
      line,
    );
  }
});

test('what an export writes of flags comes back, but for words that are no keywords', () => {
  const mark = { id: 'ab'.repeat(32), ends: 'mixed', isClosed: false } as const;
  const flags = ['\\Seen', '\\Flagged', '\\Answered', '\\Draft', '\\Deleted', 'Work', '$Forwarded'];
  const text = bookkeepingLines([...flags, 'a\nb', '\\Recent'], mark);
  const read = readBookkeeping(Buffer.from(`${text}Status: RO\nSubject: x\n\n`));
  assert.deepEqual(read.flags.toSorted(), flags.toSorted());
  assert.deepEqual(read.mark, mark);
  assert.equal(read.cuts.at(-1)?.[1], text.length, 'and nothing behind it is taken');
});

test('names in a Maildir', () => {
  assert.deepEqual(maildirFlags('1.a.host,S=4:2,SRQ'), ['\\Seen', '\\Answered']);
  assert.deepEqual(maildirFlags('1.a.host!2,F'), ['\\Flagged']);
  assert.deepEqual(maildirFlags('1.a.2,S'), []);
  assert.deepEqual(maildirFlags('1:1,S'), []);
  assert.deepEqual(maildirFlags('1:2,b', dovecotKeywords('0 Work\n1 $Junk\n27 x\n2 a b\nnonsense')), [
    '$Junk',
  ]);
  assert.equal(idInName(`12.${'ab'.repeat(32)}.mailkeep:2,S`), 'ab'.repeat(32));
  assert.equal(idInName(`12.${'ab'.repeat(32)}:2,S`), undefined);
});

test('no folder leads out of a Maildir', () => {
  const table: readonly (readonly [folder: string, directory: string])[] = [
    ['', ''],
    ['Inbox', ''],
    ['Archive/2024', '.Archive.2024'],
    ['客户往来', '.&W6JiN1+AZ2U-'],
    ['a.b', '.a&AC4-b'],
    ['.', '.&AC4-'],
    ['..', '.&AC4-&AC4-'],
    ['/', '.&AC8-'],
    ['../../etc', '.&AC4-&AC4-.&AC4-&AC4-.etc'],
    ['a//b', '.a&AC8-&AC8-b'],
    ['\0', '.&AAA-'],
  ];
  for (const [folder, directory] of table) assert.equal(directoryOfFolder(folder), directory, folder);
});

test('names of .eml files are readable, short and safe (M-031)', () => {
  const id = '0123456789abcdef'.repeat(4);
  const day = Date.UTC(2024, 4, 6, 23, 59);
  const end = ' 0123456789abcdef.eml';
  const table: readonly (readonly [subject: string, words: string])[] = [
    ['发票 2024', ' 发票 2024'],
    ['', ''],
    ['../../x', ' x'],
    ['a/b\\c:d*e?f"g<h>i|j', ' a b c d e f g h i j'],
    ['\0\r\nx\u202egpj.exe', ' x gpj.exe'],
    ['\ud800', ''],
    ['...', ''],
    ['. hidden .', ' hidden'],
    ['CON', ' CON'],
  ];
  for (const [subject, words] of table) assert.equal(emlName(day, subject, id), `2024-05-06${words}${end}`);
  for (const subject of ['x'.repeat(500), '发'.repeat(500), '👩‍👩‍👧‍👦'.repeat(50)])
    assert.ok(Buffer.byteLength(emlName(null, subject, id, 64)) <= 143);
});
