// Verifying tells what is damaged, missing or strange, and nothing else.
import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { Journal } from '../../src/archive/journal.ts';
import { Archive, type Kept } from '../../src/archive/store.ts';
import { verifyFiles } from '../../src/archive/verify.ts';
import type { Uidl } from '../../src/model/ids.ts';
import { isMailError } from '../support/mail-error.ts';
import { temporaryDirectory } from '../support/temporary.ts';

interface House {
  readonly archive: Archive;
  readonly journal: Journal;
  readonly kept: readonly Kept[];
}

async function store(archive: Archive, texts: readonly string[]): Promise<Kept[]> {
  return await archive.keep(
    texts.map((text) => {
      const incoming = archive.incoming();
      incoming.write(Buffer.from(text));
      return { incoming, received: null };
    }),
  );
}

async function note(journal: Journal, account: string, kept: readonly Kept[]): Promise<void> {
  const at = '2026-01-01T00:00:00.000Z';
  await journal.append(
    account,
    kept.map(({ id, path, size }) => {
      const uidl = id.slice(0, 8) as Uidl;
      return { op: 'seen', folder: 'INBOX', uidl, id, path, size, received: null, flags: [], at } as const;
    }),
  );
}

async function house(test: TestContext): Promise<House> {
  const data = temporaryDirectory(test);
  const archive = await Archive.open(data, { write: true });
  const journal = new Journal(data);
  const kept = await store(
    archive,
    Array.from({ length: 10 }, (_, at) => `Date: ${at + 1} May 2020 00:00:00 +0000\r\n\r\n${at}`),
  );
  await note(journal, 'a', kept.slice(0, 6));
  await note(journal, 'b', kept.slice(4));
  return { archive, journal, kept };
}

const clean = { damaged: [], missing: [], orphans: [], reasons: [], journal: [] };

function one<T>(items: readonly T[], at: number): T {
  const item = items[at];
  assert.ok(item !== undefined);
  return item;
}

function spoil(path: string, change: (bytes: Buffer) => Buffer): void {
  chmodSync(path, 0o600);
  writeFileSync(path, change(readFileSync(path)));
}

it('an empty data directory is well, and nothing is made in it', async (test) => {
  const data = join(temporaryDirectory(test), 'none');
  const found = await verifyFiles(await Archive.open(data), new Journal(data));
  assert.deepEqual(found, { ok: true, files: 0, bytes: 0, ...clean });
});

it('what is whole is well; each file is read once, and counted with its octets', async (test) => {
  const { archive, journal, kept } = await house(test);
  const steps: number[][] = [];
  const found = await verifyFiles(archive, journal, (done, total) => steps.push([done, total]));
  const bytes = kept.reduce((sum, { size }) => sum + size, 0);
  assert.deepEqual(found, { ok: true, files: 10, bytes, ...clean });
  assert.deepEqual(
    steps,
    Array.from({ length: 10 }, (_, at) => [at + 1, 10]),
  );
});

it('a changed, a cut and an emptied file are damaged, with the reason', async (test) => {
  const { archive, journal, kept } = await house(test);
  const changes = [
    (bytes: Buffer) => bytes.fill(0x20, 0, 1),
    (bytes: Buffer) => bytes.subarray(0, -1),
    () => Buffer.alloc(0),
  ];
  for (const [at, change] of changes.entries()) spoil(archive.absolute(one(kept, at).path), change);
  const found = await verifyFiles(archive, journal);
  const damaged = kept.slice(0, 3);
  assert.equal(found.ok, false);
  assert.deepEqual([found.missing, found.orphans], [[], []]);
  assert.deepEqual(found.damaged, damaged.map(({ id }) => id).sort());
  assert.deepEqual(
    found.reasons.map(({ path }) => path),
    damaged.map(({ path }) => path).sort(),
  );
  for (const { reason } of found.reasons) assert.match(reason, /^its octets have the hash [0-9a-f]{64}$/);
});

it('a file that cannot be read is damaged, with the reason', async (test) => {
  const { archive, journal, kept } = await house(test);
  const last = kept.toSorted((a, b) => (a.path < b.path ? -1 : 1)).at(-1);
  assert.ok(last !== undefined);
  const found = await verifyFiles(archive, journal, () =>
    rmSync(archive.absolute(last.path), { force: true }),
  );
  assert.deepEqual([found.ok, found.damaged, found.missing], [false, [last.id], []]);
  assert.match(one(found.reasons, 0).reason, /^it cannot be read: ENOENT/);
});

it('a message that a journal names and that has no file is missing', async (test) => {
  const { archive, journal, kept } = await house(test);
  const { id, path } = one(kept, 5);
  rmSync(archive.absolute(path));
  const found = await verifyFiles(archive, journal);
  assert.deepEqual([found.ok, found.files, found.missing, found.damaged], [false, 9, [id], []]);
});

it('a file that lies elsewhere than a journal says is found by nobody: its message is missing', async (test) => {
  const { archive, journal, kept } = await house(test);
  const { id, path } = one(kept, 2);
  const elsewhere = `undated/${id}.eml`;
  mkdirSync(join(archive.data, 'mail/undated'));
  copyFileSync(archive.absolute(path), archive.absolute(elsewhere));
  assert.equal((await verifyFiles(archive, journal)).ok, true, 'a second copy is in nobody’s way');
  rmSync(archive.absolute(path));
  for (const accounts of [undefined, ['a']]) {
    const found = await verifyFiles(archive, journal, undefined, undefined, { accounts });
    assert.deepEqual([found.ok, found.missing, found.damaged], [false, [id], []]);
    assert.deepEqual(found.orphans, accounts === undefined ? [elsewhere] : []);
  }
});

it('a message of two accounts is looked for wherever either journal says that it lies, whichever is asked about', async (test) => {
  const { archive, journal, kept } = await house(test);
  const first = one(kept, 0);
  const other = { ...first, path: `undated/${first.id}.eml` };
  await note(journal, 'c', [other]);
  const asked = { accounts: ['c'] };
  const look = async () => verifyFiles(archive, journal, undefined, undefined, asked);
  const { ok, files, missing } = await look();
  assert.deepEqual([ok, files, missing], [true, 1, []], 'it lies where the other says');
  mkdirSync(join(archive.data, 'mail/undated'));
  copyFileSync(archive.absolute(first.path), archive.absolute(other.path));
  spoil(archive.absolute(first.path), (bytes) => bytes.fill(0x20, 0, 1));
  const found = await look();
  assert.deepEqual([found.ok, found.files, found.damaged], [false, 2, [first.id]]);
  assert.deepEqual(
    found.reasons.map(({ path }) => path),
    [first.path],
  );
});

it('a file that no journal names, and one that is no message, are orphans', async (test) => {
  const { archive, journal, kept } = await house(test);
  const [unnamed] = await store(archive, ['A: b\r\n\r\n']);
  const mail = join(archive.data, 'mail');
  writeFileSync(join(mail, '2020', 'notes.txt'), '');
  mkdirSync(join(mail, 'x'));
  symlinkSync(archive.absolute(one(kept, 0).path), join(mail, 'x', `${one(kept, 0).id}.eml`));
  writeFileSync(join(mail, '.tmp', 'being-received'), '');
  const found = await verifyFiles(archive, journal);
  assert.equal(found.ok, false);
  assert.deepEqual(found.orphans, ['2020/notes.txt', unnamed?.path, `x/${one(kept, 0).id}.eml`]);
});

it('a message that is stored while it runs is neither an orphan nor missing', async (test) => {
  const { archive, journal } = await house(test);
  const [before] = await store(archive, ['A: its line comes while files are read\r\n\r\n']);
  assert.ok(before !== undefined);
  let storing: Promise<void> | undefined;
  const slow = async (): Promise<void> => {
    await note(journal, 'b', [before]);
    await note(journal, 'c', await store(archive, ['A: file and line come while files are read\r\n\r\n']));
  };
  const found = await verifyFiles(
    archive,
    {
      accounts: async () => {
        await storing;
        return await journal.accounts();
      },
      replay: (...given: Parameters<Journal['replay']>) => journal.replay(...given),
      checkSnapshot: (account: string) => journal.checkSnapshot(account),
    },
    () => void (storing ??= slow()),
  );
  assert.deepEqual([found.ok, found.files, found.missing, found.orphans], [true, 11, [], []]);
});

it('a damaged line of a journal is told', async (test) => {
  const { archive, journal } = await house(test);
  appendFileSync(join(archive.data, 'journal', 'a.jsonl'), 'junk\n');
  const found = await verifyFiles(archive, journal);
  assert.equal(found.ok, false);
  assert.deepEqual(
    found.journal.map(({ account, kind }) => [account, kind]),
    [['a', 'damaged']],
  );
});

it('a hole that a power cut left in a journal is told, and no flaw; a file that was named there alone is one', async (test) => {
  const { archive, journal } = await house(test);
  const path = join(archive.data, 'journal', 'a.jsonl');
  const lines = readFileSync(path);
  const second = lines.indexOf('\n') + 1;
  const third = lines.indexOf('\n', second) + 1;
  const hole = Buffer.from(lines).fill(0, second + 5, third + 5);
  // What it took is written again, as when the server is asked again.
  const fourth = lines.indexOf('\n', third) + 1;
  writeFileSync(path, Buffer.concat([hole, lines.subarray(second, fourth)]));
  const found = await verifyFiles(archive, journal);
  assert.deepEqual([found.ok, found.orphans], [true, []]);
  assert.deepEqual(
    found.journal.map(({ account, kind, offset }) => [account, kind, offset]),
    [['a', 'hole', second]],
  );
  writeFileSync(path, hole);
  const without = await verifyFiles(archive, journal);
  assert.deepEqual([without.ok, without.orphans.length > 0], [false, true]);
});

it('it ends when it is asked to, at once and in the middle', async (test) => {
  const { archive, journal } = await house(test);
  const cancelled = isMailError('cancelled', 'later', /ended on request/);
  await assert.rejects(verifyFiles(archive, journal, undefined, AbortSignal.abort()), cancelled);
  const controller = new AbortController();
  let done = 0;
  const running = verifyFiles(
    archive,
    journal,
    (now) => {
      done = now;
      if (now === 3) controller.abort();
    },
    controller.signal,
  );
  await assert.rejects(running, cancelled);
  assert.ok(done < 10);
});
