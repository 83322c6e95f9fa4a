// Journals and snapshots of each form there ever was: they are read in full for ever. The fixtures were written by the mailkeep of
// that form.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Entry } from '../../src/archive/entry.ts';
import { VERSION as JOURNAL_VERSION } from '../../src/archive/journal-line.ts';
import { Journal, type Replayed } from '../../src/archive/journal.ts';
import type { Notice } from '../../src/archive/notice.ts';
import { VERSION as SNAPSHOT_VERSION } from '../../src/archive/snapshot-line.ts';
import type { Labelled } from '../../src/model/mailbox.ts';
import { FIXTURES, formsOf } from '../support/forms.ts';
import { temporaryDirectory } from '../support/temporary.ts';

test('a journal of each form, and its snapshot, come to the state that they came to when they were written', async (t) => {
  for (const [of, now] of [
    ['journal', JOURNAL_VERSION],
    ['snapshot', SNAPSHOT_VERSION],
  ] as const) {
    const wanted = Array.from({ length: now }, (_, n) => n + 1);
    assert.deepEqual(formsOf(of), wanted, `whoever makes a form of a ${of} keeps a fixture of it`);
  }
  for (const form of formsOf('journal')) {
    const data = temporaryDirectory(t);
    mkdirSync(join(data, 'journal'));
    cpSync(join(FIXTURES, `journal-${form}.jsonl`), join(data, 'journal/qq.jsonl'));
    const notices: Notice[] = [];
    const journal = new Journal(data, (notice) => notices.push(notice));
    const whole = await collect(journal.replay('qq', 0));
    assert.deepEqual(standing(whole), STANDING, `journal of form ${form}`);
    assert.equal(whole.length, 15);
    const snapshot = join(FIXTURES, `snapshot-${form}.snapshot`);
    if (existsSync(snapshot)) {
      cpSync(snapshot, join(data, 'journal/qq.snapshot'));
      const short = await collect(journal.present('qq'));
      assert.equal(short.length, 12, 'the snapshot is read');
      assert.deepEqual(standing(short), STANDING);
      assert.equal(await journal.checkSnapshot('qq'), undefined);
    }
    assert.deepEqual(notices, []);
    // What is appended now goes behind it.
    const { entry } = whole.at(-1) ?? assert.fail();
    await journal.append('qq', [{ ...entry, op: 'gone' } as Entry]);
    assert.equal((await collect(journal.replay('qq', 0))).length, 16);
  }
});

/** What the fixtures of journals come to. */
const STANDING: readonly string[] = [
  'INBOX / ',
  'INBOX 0001abc 1004 flags= gone=false',
  'INBOX 7 1 1001 flags=\\Seen gone=false',
  'INBOX 7 2 1002 flags=\\Flagged \\Seen gone=false',
  'asked INBOX 7 1',
  '工作/2026 / \\Archive',
  '工作/2026 9 1 1003 flags= labels=旅行 e3 t1 gone=false',
  '工作/2026 9 2 1005 flags=\\Seen gone=false',
];

function standing(lines: readonly Replayed[]): string[] {
  const places = new Map<string, { what: string; flags: string; more: string; gone: boolean }>();
  const said: string[] = [];
  for (const { entry } of lines) {
    if (entry.op === 'folder') {
      said.push(`${entry.folder} ${entry.delimiter} ${entry.use.join()}`);
      continue;
    }
    const key = `${entry.folder} ${'uid' in entry ? `${entry.validity} ${entry.uid}` : entry.uidl}`;
    const labelled = (now: Labelled): string =>
      now.labels === undefined ? '' : ` labels=${now.labels.join()}`;
    const place = places.get(key);
    if (entry.op === 'seen') {
      const ids = [entry.emailId, entry.threadId].map((id) => (id === undefined ? '' : ` ${id}`)).join('');
      const more = labelled(entry) + ids;
      places.set(key, { what: String(entry.size), flags: entry.flags.join(' '), more, gone: false });
    } else if (entry.op === 'delete') said.push(`asked ${key}`);
    else if (place === undefined) assert.fail(`${key} was never seen`);
    else if (entry.op === 'flags') {
      place.flags = entry.flags.join(' ');
      place.more = place.more.replace(/ labels=\S+/, (old) => labelled(entry) || old);
    } else place.gone = entry.op === 'gone';
  }
  const all = [...places].map(
    ([key, { what, flags, more, gone }]) => `${key} ${what} flags=${flags}${more} gone=${gone}`,
  );
  return [...said, ...all].toSorted();
}

async function collect(lines: AsyncIterable<Replayed>): Promise<Replayed[]> {
  const all: Replayed[] = [];
  for await (const line of lines) all.push(line);
  return all;
}
