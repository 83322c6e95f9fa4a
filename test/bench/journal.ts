// What a journal of years costs: so many messages, each with its flags changed so many times, replayed into a new index, as it is
// and with its snapshot. Usage: node dist/test/bench/journal.js [MESSAGES [CHANGES]]
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entryLine, headerLine } from '../../src/archive/journal-line.ts';
import { Journal } from '../../src/archive/journal.ts';
import { closeIndex, openIndexFile } from '../../src/index/database.ts';
import { LATER } from '../../src/index/late-text.ts';
import { replay } from '../../src/index/replay.ts';
import type { MessageId, Uid, UidValidity } from '../../src/model/ids.ts';

const [messages = 100_000, changes = 20] = process.argv.slice(2).map(Number);
const home = mkdtempSync(join(tmpdir(), 'mailkeep-bench-'));
try {
  write(join(home, 'journal'));
  const journal = new Journal(home);
  const whole = await replayed(journal);
  const began = performance.now();
  const made = await journal.compact('qq');
  const compacting = seconds(began);
  const short = await replayed(journal);
  console.log(
    `journal     ${messages} messages, ${changes} changes of flags each: ${megabytes(statSync(join(home, 'journal/qq.jsonl')).size)}`,
  );
  console.log(`replay      ${whole.seconds} s, ${whole.entries} entries`);
  console.log(`compaction  ${compacting} s, snapshot ${megabytes(made?.snapshot.octets ?? 0)}`);
  console.log(`replay      ${short.seconds} s, ${short.entries} entries, with the snapshot`);
  console.log(`peak        ${peak()} (all of it in one process)`);
} finally {
  rmSync(home, { recursive: true });
}

async function replayed(journal: Journal): Promise<{ readonly seconds: string; readonly entries: number }> {
  const path = join(home, 'index.db');
  const began = performance.now();
  const db = openIndexFile(path, 'write');
  const entries = await replay({ db, journal, extractor: LATER });
  closeIndex(db);
  rmSync(path);
  return { seconds: seconds(began), entries };
}

function write(directory: string): void {
  mkdirSync(directory);
  const file = join(directory, 'qq.jsonl');
  appendFileSync(file, headerLine('qq'));
  const at = '2026-01-01T00:00:00.000Z';
  const lines: string[] = [];
  for (let change = 0; change <= changes; change++) {
    for (let n = 1; n <= messages; n++) {
      const place = { folder: 'INBOX', validity: 1_694_589_120 as UidValidity, uid: n as Uid };
      const flags = change % 2 === 0 ? ['\\Seen'] : ['\\Seen', '\\Flagged'];
      const id = n.toString(16).padStart(64, '0') as MessageId;
      const path = `2026/03/${id}.eml`;
      lines.push(
        entryLine(
          change === 0
            ? { op: 'seen', ...place, id, path, size: 18_342, received: at, flags, at }
            : { op: 'flags', ...place, flags, at },
        ),
      );
      if (lines.length >= 10_000) appendFileSync(file, lines.splice(0).join(''));
    }
  }
  appendFileSync(file, lines.join(''));
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}

function megabytes(octets: number): string {
  return `${Math.round(octets / 2 ** 20)} MB`;
}

function peak(): string {
  const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return megabytes(Number(kilobytes ?? 0) * 1024);
}
