import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { MailError } from '../../src/model/error.ts';
import type { Patience } from '../../src/read/lane.ts';
import { Reader } from '../../src/read/reader.ts';
import { QueryError } from '../../src/search/query-error.ts';
import { arrived, openHouse, uid } from '../index/archive.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const WHEN = { now: Date.UTC(2026, 5, 15), zone: 0 };

/** A folder with a name, and a question about it, that take a computer seconds to compare: each sign with each other. */
const LONG_NAME = 'a'.repeat(30_000);
const SLOW = `in:*${'a'.repeat(5000)}b`;

async function archive(test: TestContext, ...subjects: readonly string[]): Promise<string> {
  return filed(test, 'INBOX', ...subjects);
}

async function filed(test: TestContext, folder: string, ...subjects: readonly string[]): Promise<string> {
  const data = temporaryDirectory(test);
  const house = await openHouse(test, data);
  const raw = (subject: string): string =>
    `From: a@x.test\r\nSubject: ${subject}\r\nDate: Fri, 2 Jan 2026 03:04:05 +0000\r\n\r\nbody\r\n`;
  await house.keeper.keep(
    'qq',
    subjects.map((subject, index) => arrived(house, raw(subject), uid(index + 1, folder))),
  );
  await house.close();
  return data;
}

function readerOf(test: TestContext, data: string, patience?: Patience): Reader {
  const reader = new Reader(data, patience);
  test.after(() => reader.close());
  return reader;
}

describe('a reader', () => {
  it('answers from the index, each question in its own kind', async (test) => {
    const reader = readerOf(test, await archive(test, 'apple', 'pear'));
    const [found, counted, months] = await Promise.all([
      reader.ask('search', 'apple', WHEN),
      reader.ask('facets', '', WHEN),
      reader.ask('months', WHEN),
    ]);
    assert.deepEqual(
      found.hits.map(({ subject }) => subject),
      ['apple'],
    );
    assert.equal(counted.total, 2);
    assert.deepEqual(
      months.map(({ month, messages }) => [month, messages]),
      [['2026-01', 2]],
    );
    const [hit] = found.hits;
    const id = hit?.id ?? assert.fail();
    assert.equal((await reader.ask('message', id.slice(0, 10)))?.id, id);
    assert.equal(await reader.ask('message', 'ffffffffff'), null);
    assert.equal((await reader.ask('conversation', id)).messages.length, 1);
  });

  it('brings a mistake over with its place, and goes on', async (test) => {
    const reader = readerOf(test, await archive(test, 'apple'));
    await assert.rejects(reader.ask('search', 'a "b', WHEN), (thrown) => {
      assert.ok(thrown instanceof QueryError);
      assert.deepEqual([thrown.at, thrown.length, thrown.kind], [2, 1, 'usage']);
      return true;
    });
    assert.equal((await reader.ask('search', 'apple', WHEN)).total, 1);
  });

  it('says that there is no index, and finds the one that comes', async (test) => {
    const data = await archive(test, 'apple');
    renameSync(join(data, 'index.db'), join(data, 'aside.db'));
    const reader = readerOf(test, data);
    await assert.rejects(reader.ask('search', '', WHEN), (thrown) => {
      assert.ok(thrown instanceof MailError);
      assert.deepEqual([thrown.kind, thrown.retry], ['storage', 'later']);
      assert.match(thrown.hint ?? '', /mailkeep sync/);
      return true;
    });
    renameSync(join(data, 'aside.db'), join(data, 'index.db'));
    assert.equal((await reader.ask('search', '', WHEN)).total, 1);
  });

  it('reads the index that a rebuild has put in the place of the old one', async (test) => {
    const data = await archive(test, 'apple');
    const reader = readerOf(test, data);
    assert.equal((await reader.ask('search', '', WHEN)).total, 1);
    renameSync(join(await archive(test, 'pear', 'plum'), 'index.db'), join(data, 'index.db'));
    assert.equal((await reader.ask('search', '', WHEN)).total, 2);
  });

  it('refuses what has no answer when it is closed, and begins anew when it is asked again', async (test) => {
    const reader = readerOf(test, await archive(test, 'apple'));
    const asked = assert.rejects(reader.ask('search', 'apple', WHEN), { kind: 'cancelled' });
    await reader.close();
    await asked;
    assert.equal((await reader.ask('search', 'apple', WHEN)).total, 1);
  });

  it('waits for no long step, neither when it is closed nor when the process ends', async (test) => {
    // Each sign with each other: minutes.
    const data = await filed(test, 'a'.repeat(3_000_000), 'apple');
    const script = `
      import { Reader } from ${JSON.stringify(new URL('../../src/read/reader.js', import.meta.url).href)};
      import { exitWithoutThem } from ${JSON.stringify(new URL('../../src/read/leave.js', import.meta.url).href)};
      exitWithoutThem();
      const reader = new Reader(process.argv[2]);
      let answered = false;
      process.on('SIGTERM', () => undefined);
      const asked = reader.ask('search', 'in:*' + 'a'.repeat(19_000) + 'b', { now: 0, zone: 'here' }).catch(({ kind, message }) => kind === 'cancelled' ? kind : message);
      void asked.then(() => (answered = true));
      // More than a thread needs to begin: it is in the middle of that step.
      while (!answered && process.cpuUsage().user < 2.5e6) await new Promise((resolve) => setTimeout(resolve, 50));
      await reader.close();
      console.log(await asked);`;
    const program = join(data, 'program.mjs');
    writeFileSync(program, script);
    const child = spawn(process.execPath, [program, data], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    test.after(() => child.kill('SIGKILL'));
    const said = text(child.stdout);
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    assert.deepEqual([await said, code, signal], ['cancelled\n', null, 'SIGTERM']);
  });

  it('lets nobody wait for what somebody else asked', async (test) => {
    const reader = readerOf(test, await filed(test, LONG_NAME, 'apple'), {
      before: 10,
      answer: 120_000,
      step: 600_000,
    });
    const answered: string[] = [];
    const slow = reader.ask('search', SLOW, WHEN).then(({ total }) => answered.push(`slow ${total}`));
    const quick = [1, 2, 3].map(async () => {
      const { total } = await reader.ask('search', 'apple', WHEN);
      answered.push(`quick ${total}`);
    });
    await Promise.all([slow, ...quick]);
    assert.deepEqual(answered, ['quick 1', 'quick 1', 'quick 1', 'slow 0']);
    assert.equal((await reader.ask('search', 'apple', WHEN)).total, 1);
  });

  it('gives up what has no answer in time, however often it is asked, and answers again', async (test) => {
    const patience = { before: 10, answer: 500, step: 600_000 };
    const reader = readerOf(test, await filed(test, LONG_NAME, 'apple'), patience);
    for (let round = 0; round < 2; round++) {
      const asked = Array.from({ length: 6 }, () => reader.ask('search', SLOW, WHEN));
      for (const one of await Promise.allSettled(asked)) {
        assert.ok(one.status === 'rejected' && one.reason instanceof MailError);
        assert.deepEqual([one.reason.kind, one.reason.retry], ['timeout', 'later']);
      }
    }
    assert.doesNotThrow(() => reader.answer(), 'a question that takes long is no fault of the service');
    // Where every thread hangs at such a question, it says that it has no answers; one that had not begun with it is no such one.
    patience.step = 0;
    const answers = (): boolean => {
      try {
        reader.answer();
        return true;
      } catch (thrown) {
        assert.match(String(thrown), /3 questions to the index come to no end/);
        return false;
      }
    };
    while (answers())
      await Promise.allSettled(Array.from({ length: 6 }, () => reader.ask('search', SLOW, WHEN)));
    // On a machine that is busy elsewhere the first thread begins late.
    patience.answer = 600_000;
    const { total } = await reader.ask('search', 'apple', WHEN);
    assert.equal(total, 1);
    assert.ok(answers());
  });
});
