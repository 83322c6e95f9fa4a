// Messages into files: what is kept is whole, in its place, and never written again; what is not kept leaves nothing.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { Archive, type Incoming, type Kept } from '../../src/archive/store.ts';
import { isMailError } from '../support/mail-error.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const AUGUST = 'Date: Thu, 30 Aug 2007 13:55:12 +0200\r\n';

async function opened(test: TestContext): Promise<Archive> {
  return await Archive.open(join(temporaryDirectory(test), 'data'), { write: true });
}

function arrived(archive: Archive, text: string | Buffer, piece: number = Infinity): Incoming {
  const incoming = archive.incoming();
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += Math.min(piece, bytes.length)) {
    // A socket's buffer is used again once write returns.
    const chunk = Buffer.from(bytes.subarray(at, at + Math.min(piece, bytes.length)));
    incoming.write(chunk);
    chunk.fill(0);
  }
  return incoming;
}

async function keepOne(
  archive: Archive,
  text: string | Buffer,
  received: number | null = null,
  at?: string,
): Promise<Kept> {
  const [kept] = await archive.keep([{ incoming: arrived(archive, text), received, at }]);
  assert.ok(kept !== undefined);
  return kept;
}

const idOf = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');
const leftovers = (archive: Archive): string[] => readdirSync(join(archive.data, 'mail', '.tmp'));

for (const [what, size] of [
  ['no octet', 0],
  ['one octet', 1],
  ['16 KB', 16_384],
  ['256 KB', 262_144],
  ['an octet over 256 KB', 262_145],
  ['3 MB', 3_000_000],
] as const) {
  it(`a message of ${what} is stored octet by octet, named by its hash, and is read-only`, async (test) => {
    const archive = await opened(test);
    const bytes = Buffer.alloc(size, 'From: a\r\n\r\n\0\xff.\r\n', 'latin1');
    const incoming = arrived(archive, bytes, 9_973);
    assert.equal(incoming.size, size);
    assert.deepEqual(incoming.end(), { id: idOf(bytes), size });
    const [kept] = await archive.keep([{ incoming, received: null }]);
    assert.deepEqual(kept, {
      id: idOf(bytes),
      path: `undated/${idOf(bytes)}.eml`,
      size,
      date: null,
      fresh: true,
    });
    const file = archive.absolute(`undated/${idOf(bytes)}.eml`);
    assert.ok(readFileSync(file).equals(bytes));
    assert.equal(statSync(file).mode & 0o7777, 0o440);
    assert.deepEqual(leftovers(archive), []);
  });
}

it('the mode is 0440 under any umask', async (test) => {
  const archive = await opened(test);
  const before = process.umask(0o077);
  test.after(() => process.umask(before));
  const { path } = await keepOne(archive, AUGUST);
  assert.equal(statSync(archive.absolute(path)).mode & 0o7777, 0o440);
});

it('the place is by the Date header, else by the date of the server, else undated', async (test) => {
  const archive = await opened(test);
  const texts = [`${AUGUST}A: a\r\n\r\n`, `B: b\r\n\r\n`, `\r\n${AUGUST}`];
  const received = [0, Date.UTC(2011, 0, 31), null];
  const kept = await archive.keep(
    texts.map((text, at) => ({ incoming: arrived(archive, text), received: received[at] ?? null })),
  );
  assert.deepEqual(
    kept.map(({ path, date }) => [path, date]),
    [
      [`2007/08/${idOf(texts[0] ?? '')}.eml`, Date.UTC(2007, 7, 30, 11, 55, 12)],
      [`2011/01/${idOf(texts[1] ?? '')}.eml`, Date.UTC(2011, 0, 31)],
      [`undated/${idOf(texts[2] ?? '')}.eml`, null],
    ],
  );
});

it('the header is caught whole at any cut, up to its cap, in small messages and in large ones', async (test) => {
  const archive = await opened(test);
  const body = 'x'.repeat(300_000);
  for (const [text, head] of [
    ['A: b\r\nC: d\r\n\r\nE: f\r\n\r\n', 'A: b\r\nC: d\r\n'],
    ['A: b\nC: d\n\nE: f', 'A: b\nC: d\n'],
    ['A: b\nC: d\n\r\nE: f', 'A: b\nC: d\n'],
    ['\r\nE: f\r\n\r\n', ''],
    ['A: b', 'A: b'],
    [`A: b\r\n\r\n${body}`, 'A: b\r\n'],
    [`A: ${body.slice(0, 250_000)}\r\n\r\n${body}`, `A: ${body.slice(0, 250_000)}\r\n`],
    [`A: ${body}\r\n\r\nB: ${body}`, `A: ${body}`.slice(0, 262_144)],
  ] as const) {
    for (const piece of text.length < 100 ? [1, 2, 3, Infinity] : [9_973, 262_143, Infinity]) {
      const incoming = arrived(archive, text, piece);
      assert.equal(incoming.head.toString(), head);
      assert.equal(incoming.end().id, idOf(text));
      incoming.discard();
    }
  }
  assert.deepEqual(leftovers(archive), []);
});

it('a message that comes again, in the group or later, is one file, and is not written again', async (test) => {
  const archive = await opened(test);
  const [first, again] = await archive.keep([
    { incoming: arrived(archive, AUGUST), received: null },
    { incoming: arrived(archive, AUGUST), received: 0 },
  ]);
  assert.ok(first !== undefined);
  const { ino } = statSync(archive.absolute(first.path));
  const later = await keepOne(archive, AUGUST);
  assert.deepEqual([first.fresh, again?.fresh, later.fresh], [true, false, false]);
  assert.deepEqual([again?.path, later.path], [first.path, first.path]);
  assert.equal(statSync(archive.absolute(first.path)).ino, ino);
  assert.deepEqual(leftovers(archive), []);
});

it('groups kept at once share what they have in common', async (test) => {
  const archive = await opened(test);
  const texts = Array.from({ length: 200 }, (_, at) => `${AUGUST}X: ${at % 50}\r\n\r\n`);
  const groups = await Promise.all(
    [0, 50, 100, 150].map((from) =>
      archive.keep(
        texts.slice(from, from + 50).map((text) => ({ incoming: arrived(archive, text), received: null })),
      ),
    ),
  );
  assert.deepEqual(
    groups.flat().map(({ id }) => id),
    texts.map(idOf),
  );
  const files = [];
  for await (const { id } of archive.list()) files.push(id);
  assert.deepEqual(files, [...new Set(texts.map(idOf))].sort());
});

it('a message without a date is one file, whatever dates two servers give it', async (test) => {
  const archive = await opened(test);
  const first = await keepOne(archive, 'A: b\r\n\r\n', Date.UTC(2010, 0, 1));
  const second = await keepOne(archive, 'A: b\r\n\r\n', Date.UTC(2015, 0, 1));
  assert.deepEqual([second.path, second.fresh], [first.path, false]);
  const other = await Archive.open(archive.data, { write: true });
  const third = await keepOne(other, 'A: b\r\n\r\n', Date.UTC(2020, 0, 1), first.path);
  assert.deepEqual([third.path, third.fresh], [first.path, false]);
});

it('a damaged file in its place is replaced by the message, also where its size is right', async (test) => {
  const archive = await opened(test);
  const { path } = await keepOne(archive, AUGUST);
  for (const damaged of ['', 'short', AUGUST.replace('Thu', 'Fri')]) {
    chmodSync(archive.absolute(path), 0o600);
    writeFileSync(archive.absolute(path), damaged);
    assert.equal((await keepOne(archive, AUGUST)).fresh, true);
    assert.equal(readFileSync(archive.absolute(path), 'utf8'), AUGUST);
  }
});

it('a message that the index knows is written again only where its file is gone', async (test) => {
  const archive = await opened(test);
  const at = `2001/01/${idOf(AUGUST)}.eml`;
  assert.deepEqual(await keepOne(archive, AUGUST, null, at), {
    id: idOf(AUGUST),
    path: at,
    size: AUGUST.length,
    date: Date.UTC(2007, 7, 30, 11, 55, 12),
    fresh: true,
  });
  assert.equal((await keepOne(archive, AUGUST, null, at)).fresh, false);
});

it('a path that the index gives for another message is not believed', async (test) => {
  const archive = await opened(test);
  for (const at of [`2001/01/${'0'.repeat(64)}.eml`, `../../${idOf(AUGUST)}.eml`]) {
    assert.equal((await keepOne(archive, AUGUST, null, at)).path, `2007/08/${idOf(AUGUST)}.eml`);
  }
  assert.throws(() => archive.absolute('../../etc/passwd'), RangeError);
});

it('what is discarded leaves nothing, and cannot be kept', async (test) => {
  const archive = await opened(test);
  const large = arrived(archive, Buffer.alloc(300_000));
  assert.equal(leftovers(archive).length, 1);
  large.discard();
  large.discard();
  assert.deepEqual(leftovers(archive), []);
  assert.throws(() => large.write(Buffer.from('x')), TypeError);
  assert.throws(() => large.end(), TypeError);
});

it('many small messages at once go to files before they fill the memory', async (test) => {
  const archive = await opened(test);
  const bytes = (at: number): Buffer => Buffer.alloc(200_000, `X: ${at}\r\n\r\n`);
  const many = Array.from({ length: 300 }, (_, at) => arrived(archive, bytes(at), 16_384));
  assert.ok(leftovers(archive).length > 150, 'at most 24 MB are held');
  const kept = await archive.keep(many.map((incoming) => ({ incoming, received: null })));
  assert.deepEqual(
    kept.map(({ id }) => id),
    kept.map((_, at) => idOf(bytes(at))),
  );
  arrived(archive, bytes(0)).discard();
  for (const what of ['kept', 'discarded']) {
    const after = Array.from({ length: 90 }, (_, at) => arrived(archive, bytes(at)));
    assert.deepEqual(leftovers(archive), [], `the memory of what was ${what} is free again`);
    for (const incoming of after) incoming.discard();
  }
});

it('opening to write clears leftovers; opening to read makes and clears nothing', async (test) => {
  const archive = await opened(test);
  writeFileSync(join(archive.data, 'mail', '.tmp', 'left'), 'x');
  await Archive.open(archive.data);
  assert.deepEqual(leftovers(archive), ['left']);
  await Archive.open(archive.data, { write: true });
  assert.deepEqual(leftovers(archive), []);
  const elsewhere = join(archive.data, 'elsewhere');
  const empty = await Archive.open(elsewhere);
  for await (const _ of empty.list()) assert.fail('there is nothing');
  assert.throws(() => statSync(elsewhere), { code: 'ENOENT' });
});

it('the list holds messages in order; anything else is a stray', async (test) => {
  const archive = await opened(test);
  const late = await keepOne(archive, AUGUST);
  const early = await keepOne(archive, 'Date: Thu, 30 Aug 1990 13:55:12 +0200\r\n');
  const mail = join(archive.data, 'mail');
  mkdirSync(join(mail, '2007/13'), { recursive: true });
  writeFileSync(join(mail, 'notes.txt'), '');
  writeFileSync(join(mail, `2007/13/${late.id}.eml`), '');
  symlinkSync('/etc/passwd', join(mail, `2007/08/${'0'.repeat(64)}.eml`));
  const listed = [];
  for await (const found of archive.list()) listed.push(found);
  assert.deepEqual(
    listed,
    [early, late].map(({ id, path, size }) => ({ id, path, size })),
  );
  const strays = [];
  for await (const path of archive.strays()) strays.push(path);
  assert.deepEqual(strays, [`2007/08/${'0'.repeat(64)}.eml`, `2007/13/${late.id}.eml`, 'notes.txt']);
});

it('a group that cannot be stored fails as a whole with a MailError, leaves no temporary file, and can be tried again', async (test) => {
  const archive = await opened(test);
  writeFileSync(join(archive.data, 'mail', '2007'), 'in the way');
  const large = `A: b\r\n\r\n${'x'.repeat(300_000)}`;
  const group = (): Parameters<Archive['keep']>[0] =>
    [AUGUST, large].map((text) => ({ incoming: arrived(archive, text), received: null }));
  await assert.rejects(archive.keep(group()), isMailError('storage', 'later', /storing messages failed/));
  assert.deepEqual(leftovers(archive), []);
  unlinkSync(join(archive.data, 'mail', '2007'));
  assert.equal((await archive.keep(group())).length, 2);
  rmSync(join(archive.data, 'mail', '2007'), { recursive: true });
  await assert.rejects(archive.keep(group()), isMailError('storage', 'later', /ENOENT/));
  assert.equal((await archive.keep(group())).length, 2);
});

it('a message of any size is told that the disk of the messages is gone, and is not put into its mount point', async (test) => {
  const archive = await opened(test);
  const large = `A: b\r\n\r\n${'x'.repeat(300_000)}`;
  await keepOne(archive, AUGUST);
  const mail = join(archive.data, 'mail');
  rmSync(mail, { recursive: true });
  mkdirSync(mail);
  for (const text of [AUGUST + large, AUGUST])
    await assert.rejects(async () => keepOne(archive, text), isMailError('storage', 'later', /not mounted/));
  assert.deepEqual(readdirSync(mail), []);
});

it('an archive that cannot be opened says why', async (test) => {
  const file = join(temporaryDirectory(test), 'file');
  writeFileSync(file, '');
  await assert.rejects(
    Archive.open(join(file, 'data'), { write: true }),
    isMailError('storage', 'later', /ENOTDIR/),
  );
});

const DESCRIPTORS = '/proc/self/fd';

it(
  'no descriptor stays open, whatever becomes of a message',
  { skip: !existsSync(DESCRIPTORS) && 'needs /proc' },
  async (test) => {
    const archive = await opened(test);
    const texts = (kind: string): string[] =>
      [1, 300_000, 2].map((size) => `${AUGUST}${kind}\r\n\r\n${'x'.repeat(size)}`);
    const group = (kind: string): Parameters<Archive['keep']>[0] =>
      texts(kind).map((text) => ({ incoming: arrived(archive, text), received: null }));
    await archive.keep(group('a'));
    const before = readdirSync(DESCRIPTORS).length;
    await archive.keep(group('a'));
    await archive.keep(group('b'));
    for (const { incoming } of group('c')) incoming.discard();
    rmSync(join(archive.data, 'mail', '2007'), { recursive: true });
    await assert.rejects(archive.keep(group('d')));
    assert.equal(readdirSync(DESCRIPTORS).length, before);
  },
);
