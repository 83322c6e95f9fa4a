// What a power cut may take: the order in which octets, names and syncs reach the system, seen from outside by strace; and
// what happens where the system says that a sync or a write has failed.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { Journal } from '../../src/archive/journal.ts';
import { Archive } from '../../src/archive/store.ts';
import { verifyFiles } from '../../src/archive/verify.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { noStrace, traced, type Call } from '../support/strace.ts';

const CHILD = join(import.meta.dirname, 'durable-child.js');

/** Runs the child on `data`: three groups of messages, each followed by its journal lines. */
function run(data: string, options: readonly string[] = []): { calls: Call[]; said: unknown[] } {
  const { calls, stdout } = traced([process.execPath, CHILD, data], options, `${data}.strace`);
  return {
    calls,
    said: stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line)),
  };
}

const on = (calls: readonly Call[], name: RegExp, path: string | RegExp): Call[] =>
  calls.filter(
    (call) => name.test(call.name) && (typeof path === 'string' ? call.path === path : path.test(call.path)),
  );

function only<T>(found: readonly T[], what: string): T {
  assert.equal(found.length, 1, `${what}: once, not ${found.length} times`);
  const [one] = found;
  assert.ok(one !== undefined);
  return one;
}

describe('on the way to the disk', { skip: noStrace }, () => {
  it('a file has its octets, its mode and its sync before its name, and the name its sync before the journal', (test) => {
    const data = join(temporaryDirectory(test), 'data');
    const { calls, said } = run(data);
    assert.deepEqual(said, [{ kept: 40 }, { kept: 3 }, { kept: 1 }]);
    const journal = join(data, 'journal', 'qq.jsonl');
    const lines = on(calls, /^p?writev?(64)?$/, journal);
    assert.equal(lines.length, 3);
    const renames = on(calls, /^rename/, /\/mail\/\.tmp\//);
    assert.equal(renames.length, 44);
    for (const rename of renames) {
      const writes = on(calls, /^p?writev?(64)?$/, rename.path);
      const mode = only(on(calls, /^fchmod$/, rename.path), 'the mode');
      const sync = only(on(calls, /^fdatasync$/, rename.path), 'the sync of the file');
      assert.ok(writes.length > 0);
      for (const write of [...writes, mode])
        assert.ok(write.ended < sync.began, 'octets and mode, then the sync');
      assert.ok(sync.ended < rename.began, 'the sync has ended before the rename begins');
      const line = lines.find(({ began }) => began > rename.ended);
      assert.ok(line !== undefined, 'journal lines come behind the rename');
      const place = dirname(rename.to);
      const named = on(calls, /^fsync$/, place).filter(
        ({ began, ended }) => began > rename.ended && ended < line.began,
      );
      only(named, 'the sync of the directory between the rename and the journal');
    }
  });

  it('a new directory has its name synced in its parent before the journal speaks of what is in it', (test) => {
    const data = join(temporaryDirectory(test), 'data');
    const { calls } = run(data);
    const lines = on(calls, /^p?writev?(64)?$/, join(data, 'journal', 'qq.jsonl'));
    for (const made of [
      'mail',
      'mail/.tmp',
      'mail/2020',
      'mail/2020/01',
      'mail/2020/02',
      'mail/undated',
      'journal',
    ]) {
      const mkdir = on(calls, /^mkdir/, join(data, made))[0];
      assert.ok(mkdir !== undefined, made);
      const synced = on(calls, /^fsync$/, dirname(join(data, made))).find(({ began }) => began > mkdir.ended);
      const next = lines.find(({ began }) => began > mkdir.ended);
      assert.ok(
        synced !== undefined && next !== undefined && synced.ended < next.began,
        `${made} is durable`,
      );
    }
  });

  it('journal lines are written at once and synced before they count, and a new journal has its name synced', (test) => {
    const data = join(temporaryDirectory(test), 'data');
    const { calls } = run(data);
    const journal = join(data, 'journal', 'qq.jsonl');
    const writes = on(calls, /^p?writev?(64)?$/, journal);
    const syncs = on(calls, /^fdatasync$/, journal);
    const said = on(calls, /^write$/, /^(pipe|socket)/).filter(({ result }) => Number(result) > 8);
    assert.deepEqual([writes.length, syncs.length, said.length], [3, 3, 3]);
    for (const [at, write] of writes.entries()) {
      const [sync, word] = [syncs[at], said[at]];
      assert.ok(sync !== undefined && word !== undefined);
      assert.ok(write.ended < sync.began && sync.ended < word.began);
    }
    const named = on(calls, /^fsync$/, dirname(journal))[0];
    const [word] = said;
    assert.ok(named !== undefined && word !== undefined && named.ended < word.began);
  });

  it('a message that is there is not written again, but its name is synced again', (test) => {
    const data = join(temporaryDirectory(test), 'data');
    run(data);
    const { calls, said } = run(data);
    assert.deepEqual(said, [{ kept: 40 }, { kept: 3 }, { kept: 1 }]);
    assert.deepEqual(on(calls, /^(rename|fchmod)/, /\/mail\//), []);
    assert.ok(on(calls, /^fsync$/, join(data, 'mail', '2020', '01')).length > 0);
  });
});

describe('where the system fails', { skip: noStrace }, () => {
  // strace counts the calls of each thread: which one a thread makes second is a matter of chance, unless its path is named.
  for (const [what, inject, error, where] of [
    ['the first sync', 'fdatasync:error=EIO:when=1', /EIO/],
    ['a later sync, for want of space', 'fdatasync:error=ENOSPC:when=4', /ENOSPC/],
    ['the sync of a directory', 'fsync:error=EIO:when=1', /EIO/, 'mail/2020/01'],
    ['a rename', 'rename:error=EROFS:when=5', /EROFS/],
    ['the mode', 'fchmod:error=EPERM:when=43', /EPERM/],
    ['the sync of the journal', 'fdatasync:error=EIO:when=1', /EIO/, 'journal/qq.jsonl'],
  ] as const) {
    it(`${what}: it is told, nothing unsynced counts, and the next attempt makes it whole`, async (test) => {
      const data = join(temporaryDirectory(test), 'data');
      const { calls, said } = run(data, [
        '-e',
        `inject=${inject}`,
        ...(where === undefined ? [] : ['-P', join(data, where)]),
      ]);
      const failed = calls.filter(({ result }) => error.test(result) && result.includes('INJECTED'));
      assert.ok(failed.length > 0, 'the failure was injected');
      const isTold = (line: unknown): boolean => typeof line === 'object' && line !== null && 'error' in line;
      const told = said.filter(isTold);
      assert.ok(told.length > 0, 'the failure was told');
      for (const line of told) assert.match(JSON.stringify(line), /"kind":"storage","retry":"later"/);
      const done = said.filter((line) => !isTold(line));
      assert.deepEqual(done, [{ kept: 40 }, { kept: 3 }, { kept: 1 }]);
      for (const rename of on(calls, /^rename/, /\/mail\/\.tmp\//)) {
        const sync = only(on(calls, /^fdatasync$/, rename.path), 'the sync of the file');
        assert.match(sync.result, /^0/, 'no file has a name without a good sync');
      }
      assert.deepEqual(readdirSync(join(data, 'mail', '.tmp')), []);
      const found = await verifyFiles(await Archive.open(data), new Journal(data));
      assert.deepEqual([found.ok, found.files], [true, 44]);
      let lines = 0;
      for await (const { entry } of new Journal(data).replay('qq', 0)) lines += entry.op === 'seen' ? 1 : 0;
      assert.equal(lines, 44, 'each line is there once');
    });
  }
});
