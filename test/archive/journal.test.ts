// The journal: what was appended is there for ever, in order; what is torn or damaged is told, and costs only itself.
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { crc32 } from 'node:zlib';
import type { Entry } from '../../src/archive/entry.ts';
import { Journal } from '../../src/archive/journal.ts';
import type { Notice } from '../../src/archive/notice.ts';
import type { MessageId, Uid, Uidl, UidValidity } from '../../src/model/ids.ts';
import { isMailError } from '../support/mail-error.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const AT = '2026-01-01T00:00:00.000Z';

function seen(uid: number): Entry {
  const id = uid.toString(16).padStart(64, '0') as MessageId;
  const place = { folder: '收件箱', validity: 7 as UidValidity, uid: uid as Uid };
  return {
    op: 'seen',
    ...place,
    id,
    path: `undated/${id}.eml`,
    size: 5,
    received: null,
    flags: ['\\Seen', '$x'],
    at: AT,
  };
}

const others: readonly Entry[] = [
  { op: 'flags', folder: 'INBOX', uidl: 'a"\\\n\xff' as Uidl, flags: [], at: AT },
  { op: 'gone', folder: 'INBOX', uidl: 'b' as Uidl, at: AT },
  { op: 'back', folder: 'INBOX', uidl: 'b' as Uidl, at: AT },
  { op: 'folder', folder: 'Work^A', delimiter: '^', use: ['\\Sent'], at: AT },
];

interface Fixture {
  readonly data: string;
  readonly path: string;
  readonly notices: Notice[];
  readonly journal: Journal;
  /** Another process: it knows nothing of what this one has done. */
  again(): Journal;
  read(from?: number): Promise<Entry[]>;
}

function fixture(test: TestContext): Fixture {
  const data = temporaryDirectory(test);
  const notices: Notice[] = [];
  const again = (): Journal => new Journal(data, (notice) => notices.push(notice));
  return {
    data,
    path: join(data, 'journal', 'qq.jsonl'),
    notices,
    journal: again(),
    again,
    read: async (from = 0) => {
      const entries = [];
      for await (const { entry } of again().replay('qq', from)) entries.push(entry);
      return entries;
    },
  };
}

const told = ({ notices }: Fixture): unknown => notices.splice(0).map(({ kind, offset }) => [kind, offset]);

/** A line with a right sum, of any content. */
function line(value: object): string {
  const text = JSON.stringify(value);
  return `${text.slice(0, -1)},"sum":"${crc32(text).toString(16).padStart(8, '0')}"}\n`;
}

it('an account without a journal has no entries', async (test) => {
  const f = fixture(test);
  assert.deepEqual(await f.read(), []);
  assert.deepEqual(await f.journal.accounts(), []);
});

it('entries come back as they were, in order, from the start and from any offset that was given out', async (test) => {
  const f = fixture(test);
  const middle = await f.journal.append('qq', [seen(1), seen(2)]);
  const end = await f.journal.append('qq', others);
  assert.equal(end, readFileSync(f.path).length);
  const all = [seen(1), seen(2), ...others];
  assert.deepEqual(await f.read(), all);
  assert.deepEqual(await f.read(middle), others);
  assert.deepEqual(await f.read(end), []);
  const offsets = [];
  for await (const { offset } of f.journal.replay('qq', 0)) offsets.push(offset);
  for (const [at, offset] of offsets.entries()) assert.deepEqual(await f.read(offset), all.slice(at + 1));
  assert.deepEqual(told(f), []);
});

it('the format is as promised: a header, one JSON object a line, the sum of the rest as its last field', async (test) => {
  const f = fixture(test);
  await f.journal.append('qq', [seen(1)]);
  assert.equal(
    readFileSync(f.path, 'utf8'),
    line({ format: 'mailkeep-journal', version: 1, account: 'qq' }) + line(seen(1)),
  );
});

it('appends of two callers in one tick keep their order, and those of a second process go behind', async (test) => {
  const f = fixture(test);
  const count = 50;
  await Promise.all(
    Array.from({ length: count }, (_, at) => f.journal.append('qq', [seen(2 * at + 1), seen(2 * at + 2)])),
  );
  await f.again().append('qq', [seen(2 * count + 1)]);
  await f.journal.append('qq', [seen(2 * count + 2)]);
  assert.deepEqual(
    await f.read(),
    Array.from({ length: 2 * count + 2 }, (_, at) => seen(at + 1)),
  );
  assert.deepEqual(told(f), []);
});

it('accounts have journals of their own', async (test) => {
  const f = fixture(test);
  await Promise.all([f.journal.append('qq', [seen(1)]), f.journal.append('163.a_b-c', [seen(2)])]);
  assert.deepEqual(await f.journal.accounts(), ['163.a_b-c', 'qq']);
  assert.deepEqual(await f.read(), [seen(1)]);
});

it('a name that is no account never becomes a path', async (test) => {
  const f = fixture(test);
  for (const name of ['', '../qq', 'a/b', '.qq', 'QQ', 'qq\0'])
    await assert.rejects(f.journal.append(name, [seen(1)]), /not the name of an account/);
});

it('a line torn at any octet is left out when read, and cut off before the next append', async (test) => {
  const f = fixture(test);
  const whole = await f.journal.append('qq', [seen(1)]);
  const end = await f.journal.append('qq', [seen(2)]);
  for (let size = end - 1; size > whole; size -= 7) {
    truncateSync(f.path, size);
    assert.deepEqual(await f.read(), [seen(1)]);
    assert.deepEqual(told(f), []);
    await f.again().append('qq', [seen(2)]);
    assert.deepEqual(told(f), [['torn', whole]]);
    assert.deepEqual(await f.read(), [seen(1), seen(2)]);
  }
});

it('a file of which only a part of the header, or nothing but zeros, reached the disk begins anew', async (test) => {
  const f = fixture(test);
  mkdirSync(join(f.data, 'journal'));
  for (const text of ['', '{"format":"mailk', '\0'.repeat(300_000)]) {
    writeFileSync(f.path, text);
    assert.deepEqual(await f.read(), []);
    await f.again().append('qq', [seen(1)]);
    assert.deepEqual(told(f), text === '' ? [] : [['torn', 0]]);
    assert.deepEqual(await f.read(), [seen(1)]);
  }
});

it('a damaged line is reported with its offset and skipped, wherever it is', async (test) => {
  const f = fixture(test);
  const offsets = [0];
  for (const uid of [1, 2, 3]) offsets.push(await f.journal.append('qq', [seen(uid)]));
  const good = readFileSync(f.path);
  const header = good.indexOf('\n') + 1;
  for (const [at, start] of [header, offsets[1] ?? 0, offsets[2] ?? 0].entries()) {
    for (const spot of [start, start + 40, start + good.subarray(start).indexOf('\n') - 5]) {
      const bad = Buffer.from(good);
      bad[spot] = (bad[spot] ?? 0) ^ 1;
      writeFileSync(f.path, bad);
      assert.deepEqual(await f.read(), [1, 2, 3].filter((uid) => uid !== at + 1).map(seen));
      assert.deepEqual(told(f), [['damaged', start]]);
    }
  }
  const bad = Buffer.from(good);
  bad[3] = 0x20;
  writeFileSync(f.path, bad);
  assert.deepEqual(await f.read(), [1, 2, 3].map(seen));
  assert.deepEqual(told(f), [['damaged', 0]]);
});

it('a damaged line of a megabyte costs nothing but itself', async (test) => {
  const f = fixture(test);
  const offset = await f.journal.append('qq', [seen(1)]);
  appendFileSync(f.path, `${'x'.repeat(1 << 20)}\n`);
  await f.journal.append('qq', [seen(2)]);
  assert.deepEqual(await f.read(), [seen(1), seen(2)]);
  assert.deepEqual(told(f), [['damaged', offset]]);
});

it('a kind of line that is not known is kept, and skipped with a notice', async (test) => {
  const f = fixture(test);
  const offset = await f.journal.append('qq', [seen(1)]);
  appendFileSync(f.path, line({ op: 'moved', folder: 'a', at: AT }));
  await f.again().append('qq', [seen(2)]);
  assert.deepEqual(await f.read(), [seen(1), seen(2)]);
  assert.match(f.notices[0]?.text ?? '', /journal of qq, at octet \d+: .*"moved"/);
  assert.deepEqual(told(f), [['unknown', offset]]);
  assert.match(readFileSync(f.path, 'utf8'), /"moved"/);
});

it('a journal of a newer version is neither read nor written', async (test) => {
  const f = fixture(test);
  mkdirSync(join(f.data, 'journal'));
  writeFileSync(f.path, line({ format: 'mailkeep-journal', version: 2, account: 'qq' }) + line(seen(1)));
  const before = readFileSync(f.path);
  const refused = isMailError('config', 'never', /journal of qq has version 2, and this mailkeep knows 1/);
  await assert.rejects(f.read(), refused);
  await assert.rejects(f.read(before.length), refused);
  await assert.rejects(f.journal.append('qq', [seen(2)]), refused);
  assert.deepEqual(readFileSync(f.path), before);
});

it('an offset where no line ends is refused, because the index is of another journal', async (test) => {
  const f = fixture(test);
  const end = await f.journal.append('qq', [seen(1)]);
  const refused = isMailError('storage', 'never', /octet \d+, where no line ends/);
  for (const from of [1, end - 1, end + 1]) await assert.rejects(f.read(from), refused);
  rmSync(f.path);
  await assert.rejects(f.read(end), refused);
});

it('an offset whose line feed was damaged is that of a line all the same, where the next line begins there', async (test) => {
  const f = fixture(test);
  const end = await f.journal.append('qq', [seen(1)]);
  await f.journal.append('qq', [seen(2), seen(3)]);
  const bytes = readFileSync(f.path);
  bytes[end - 1] = 0x4a;
  writeFileSync(f.path, bytes);
  assert.deepEqual(await f.read(end), [seen(2), seen(3)]);
  assert.deepEqual(told(f), [['damaged', end]]);
  // Of another journal, where a line begins elsewhere, nothing is believed.
  for (const from of [end - 1, end + 1])
    await assert.rejects(f.read(from), isMailError('storage', 'never', /where no line ends/));
});

it('an append that fails is told, leaves nothing, and may be made again', async (test) => {
  const f = fixture(test);
  writeFileSync(join(f.data, 'journal'), 'in the way');
  await assert.rejects(
    f.journal.append('qq', [seen(1)]),
    isMailError('storage', 'later', /appending to the journal of qq failed/),
  );
  rmSync(join(f.data, 'journal'));
  await f.journal.append('qq', [seen(1)]);
  assert.deepEqual(await f.read(), [seen(1)]);
});

it('lines that cross the blocks in which the file is read come back whole', async (test) => {
  const f = fixture(test);
  const many = Array.from({ length: 5_000 }, (_, at) => seen(at + 1));
  await f.journal.append('qq', many);
  assert.deepEqual(await f.read(), many);
});
