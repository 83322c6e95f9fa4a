// A snapshot of a journal: an index made with it is the very index that the whole journal makes; and where it is of no use, the whole
// journal does. It is never the only copy of anything.
import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { crc32 } from 'node:zlib';
import { Journal } from '../../src/archive/journal.ts';
import type { Notice } from '../../src/archive/notice.ts';
import { Archive } from '../../src/archive/store.ts';
import { verifyFiles } from '../../src/archive/verify.ts';
import { closeIndex, openIndexFile, type Index } from '../../src/index/database.ts';
import { LATER } from '../../src/index/late-text.ts';
import { replay } from '../../src/index/replay.ts';
import { history } from '../archive/history.ts';
import { isMailError } from '../support/mail-error.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const LINES = 12_000;

class Fixture {
  readonly data: string;
  readonly notices: Notice[] = [];
  readonly journal: Journal;
  #indexes = 0;

  constructor(test: TestContext) {
    this.data = temporaryDirectory(test);
    this.journal = new Journal(this.data, (notice) => void this.notices.push(notice));
  }

  get path(): string {
    return join(this.data, 'journal', 'qq.jsonl');
  }

  get snapshot(): string {
    return join(this.data, 'journal', 'qq.snapshot');
  }

  /** What an index is that is made now; without its snapshot, if so wished. */
  async index(how: 'as it is' | 'whole'): Promise<{ readonly holds: unknown; readonly entries: number }> {
    const db = openIndexFile(join(this.data, `index${++this.#indexes}.db`), 'write');
    const whole = {
      accounts: () => this.journal.accounts(),
      replay: (account: string, from: number) => this.journal.replay(account, from),
      present: (account: string) => this.journal.replay(account, 0),
      settle: (account: string) => this.journal.settle(account),
    };
    const entries = await replay({ db, journal: how === 'whole' ? whole : this.journal, extractor: LATER });
    const holds = held(db);
    closeIndex(db);
    return { holds, entries };
  }

  async append(seed: number, lines: number = LINES): Promise<void> {
    const entries = history(seed, lines);
    for (let from = 0; from < lines; from += 500)
      await this.journal.append('qq', entries.slice(from, from + 500));
  }

  async assertSame(): Promise<{ readonly short: number; readonly long: number }> {
    const short = await this.index('as it is');
    const long = await this.index('whole');
    assert.deepEqual(short.holds, long.holds);
    return { short: short.entries, long: long.entries };
  }
}

/** All that a journal tells an index. Rows by their messages: of two of the same second, either may come first. */
function held(db: Index): unknown {
  const all = (sql: string): unknown[] => db.prepare<[], unknown[]>(sql).raw().all();
  return {
    messages: all('SELECT hex(id), path, date, size FROM message ORDER BY id'),
    places:
      all(`SELECT account, folder, validity, uid, uidl, hex(message.id), flags, received, gone, missed, labels, email,
      thread FROM location JOIN message USING (row) ORDER BY 1, 2, 3, 4, 5`),
    labels: all('SELECT name FROM label ORDER BY name'),
    shapes: all('SELECT account, folder, delimiter, uses FROM shape ORDER BY 1, 2'),
    journal: all('SELECT account, offset FROM journal ORDER BY account'),
  };
}

for (const seed of [1, 2, 3, 4, 5, 6]) {
  it(`a snapshot and the lines behind it come to what the whole journal comes to (history ${seed})`, async (test) => {
    const f = new Fixture(test);
    await f.append(seed);
    const before = readFileSync(f.path);
    const made = await f.journal.compact('qq');
    assert.ok(made !== null && made.snapshot.lines * 2 < made.journal.lines, JSON.stringify(made));
    assert.deepEqual(readFileSync(f.path), before, 'the journal is as it was');
    const first = await f.assertSame();
    assert.deepEqual([first.short, first.long], [made.snapshot.lines, LINES]);
    await f.append(seed + 100, 700);
    const behind = await f.assertSame();
    assert.deepEqual([behind.short, behind.long], [made.snapshot.lines + 700, LINES + 700]);
    await f.append(seed + 200);
    const again = await f.journal.compact('qq');
    assert.equal(again?.journal.octets, statSync(f.path).size);
    await f.assertSame();
    assert.deepEqual(f.notices, []);
    assert.deepEqual(readdirSync(join(f.data, 'journal')).sort(), ['qq.jsonl', 'qq.snapshot']);
  });
}

it('an index that was cut in the middle of a snapshot goes on to the same state', async (test) => {
  const f = new Fixture(test);
  await f.append(7);
  assert.ok((await f.journal.compact('qq')) !== null);
  const db = openIndexFile(join(f.data, 'cut.db'), 'write');
  const stop = new AbortController();
  let commits = 0;
  const onCommit = (): void => {
    if (++commits === 3) stop.abort(new Error('cut'));
  };
  const run = { db, journal: f.journal, extractor: LATER };
  await assert.rejects(replay({ ...run, onCommit, signal: stop.signal }), /cut/);
  assert.ok((await replay(run)) > 0);
  assert.equal(await replay(run), 0, 'nothing is left over');
  const holds = held(db);
  closeIndex(db);
  assert.deepEqual(holds, (await f.index('whole')).holds);
});

it('no snapshot is made where there is little to gain', async (test) => {
  const f = new Fixture(test);
  assert.equal(await f.journal.compact('qq'), null);
  await f.append(8, 1000);
  assert.equal(await f.journal.compact('qq'), null, 'it is small');
  const seenOnly = history(8, 60_000).filter(({ op }) => op === 'seen');
  await f.journal.append('seen', seenOnly);
  assert.ok(statSync(join(f.data, 'journal', 'seen.jsonl')).size > 1 << 20);
  assert.equal(await f.journal.compact('seen'), null, 'nothing in it is superseded');
  await f.append(9);
  assert.ok((await f.journal.compact('qq')) !== null);
  await f.append(10, 1000);
  assert.equal(await f.journal.compact('qq'), null, 'little came since the last');
  assert.deepEqual(readdirSync(join(f.data, 'journal')).sort(), ['qq.jsonl', 'qq.snapshot', 'seen.jsonl']);
});

it('a snapshot that is damaged anywhere, cut, or of another journal is told and done without; verify names it', async (test) => {
  const f = new Fixture(test);
  await f.append(11);
  assert.ok((await f.journal.compact('qq')) !== null);
  const good = readFileSync(f.snapshot);
  const flip = (at: number): Buffer => {
    const bytes = Buffer.from(good);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes;
  };
  const middle = good.indexOf('\n', good.length >> 1) + 1;
  const without = Buffer.concat([good.subarray(0, middle), good.subarray(good.indexOf('\n', middle) + 1)]);
  const other = new Fixture(test);
  await other.append(12);
  assert.ok((await other.journal.compact('qq')) !== null);
  const cases: readonly (readonly [string, Buffer])[] = [
    ['empty', Buffer.alloc(0)],
    ['one bit of its head', flip(30)],
    ['one bit in the middle', flip(good.length >> 1)],
    ['one bit of its foot', flip(good.length - 30)],
    ['cut', good.subarray(0, middle)],
    ['cut in a line', good.subarray(0, middle + 20)],
    ['a line less', without],
    ['another journal', readFileSync(other.snapshot)],
  ];
  const archive = await Archive.open(f.data);
  for (const [name, bytes] of cases) {
    writeFileSync(f.snapshot, bytes);
    f.notices.length = 0;
    const { short } = await f.assertSame();
    assert.equal(short, LINES, name);
    assert.deepEqual(
      f.notices.map(({ kind }) => kind),
      ['snapshot'],
      name,
    );
    const { journal } = await verifyFiles(archive, f.journal);
    assert.deepEqual(
      journal.map(({ kind, account }) => [kind, account]),
      [['snapshot', 'qq']],
      name,
    );
  }
  assert.ok((await f.journal.compact('qq')) !== null, 'the next night makes it anew');
  assert.deepEqual(readFileSync(f.snapshot), good);
  assert.deepEqual((await verifyFiles(archive, f.journal)).journal, []);
});

it('a journal put back from an older copy is read without a snapshot of what it has not', async (test) => {
  const f = new Fixture(test);
  await f.append(13);
  const older = readFileSync(f.path);
  await f.append(14);
  assert.ok((await f.journal.compact('qq')) !== null);
  writeFileSync(f.path, older);
  assert.equal((await f.assertSame()).short, LINES);
  // It grows past the snapshot's end, with another history.
  const journal = new Journal(f.data);
  await journal.append('qq', history(15, 2 * LINES));
  assert.equal((await f.assertSame()).short, 3 * LINES);
});

it('what a damaged journal lost, its snapshot still has; and no snapshot is made of a damaged journal', async (test) => {
  const f = new Fixture(test);
  await f.append(16);
  assert.ok((await f.journal.compact('qq')) !== null);
  const good = await f.index('as it is');
  const bytes = readFileSync(f.path);
  bytes.fill(0x20, 5000, 5200);
  writeFileSync(f.path, bytes);
  assert.deepEqual((await f.index('as it is')).holds, good.holds);
  const archive = await Archive.open(f.data);
  const told = (await verifyFiles(archive, f.journal)).journal;
  assert.ok(told.length >= 2 && told.every(({ kind }) => kind === 'damaged'), JSON.stringify(told));
  await f.append(17);
  const snapshot = readFileSync(f.snapshot);
  await assert.rejects(f.journal.compact('qq'), isMailError('storage', 'never', /damaged/));
  assert.deepEqual(readFileSync(f.snapshot), snapshot, 'what knows more is kept');
  rmSync(f.snapshot);
  await assert.rejects(f.journal.compact('qq'), isMailError('storage', 'never', /damaged/));
  assert.equal(existsSync(f.snapshot), false);
});

it('a hole that a power cut left is in no snapshot, and keeps none from being made', async (test) => {
  const f = new Fixture(test);
  await f.append(16);
  const bytes = readFileSync(f.path);
  writeFileSync(f.path, bytes.fill(0, 5000, 5200));
  assert.ok((await f.journal.compact('qq')) !== null);
  assert.ok((await f.assertSame()).short < LINES);
});

it('a torn last line is in no snapshot', async (test) => {
  const f = new Fixture(test);
  await f.append(18);
  appendFileSync(f.path, '{"op":"gone","folder":"INBOX"');
  const later = new Journal(f.data);
  const made = await later.compact('qq');
  assert.equal(made?.journal.octets, statSync(f.path).size - 29);
  await f.assertSame();
});

it('lines of a kind that only a later version knows keep a snapshot from being made: it would be without them', async (test) => {
  const f = new Fixture(test);
  const text = JSON.stringify({ op: 'starred', folder: 'INBOX', at: '2026-01-01T00:00:00.000Z' });
  await f.append(21);
  appendFileSync(f.path, `${text.slice(0, -1)},"sum":"${crc32(text).toString(16).padStart(8, '0')}"}\n`);
  await assert.rejects(new Journal(f.data).compact('qq'), isMailError('storage', 'never', /cannot be read/));
  assert.equal(existsSync(f.snapshot), false);
});

it('a snapshot is made while the journal grows, and the lines of both are there', async (test) => {
  const f = new Fixture(test);
  await f.append(19);
  const [made] = await Promise.all([f.journal.compact('qq'), f.append(20, 3000)]);
  assert.ok(made !== null);
  assert.equal((await f.assertSame()).long, LINES + 3000);
});
