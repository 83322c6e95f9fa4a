// Run under strace: keeps three groups of messages in the archive of its first argument, appends their lines to a journal,
// and prints one JSON line for each group that is durable, or for what failed; after a failure the group is tried again.
import { writeSync } from 'node:fs';
import { Journal } from '../../src/archive/journal.ts';
import { Archive } from '../../src/archive/store.ts';
import { MailError } from '../../src/model/error.ts';
import type { Uidl } from '../../src/model/ids.ts';

const data = process.argv[2] ?? '';
const at = '2026-01-01T00:00:00.000Z';
const groups: readonly (readonly string[])[] = [
  Array.from(
    { length: 40 },
    (_, n) => `Date: 1 ${n % 2 === 0 ? 'Jan' : 'Feb'} 2020 00:00:00 +0000\r\nX: ${n}\r\n\r\n`,
  ),
  ['A: b\r\n\r\n', `Date: 1 Jan 2020 00:00:00 +0000\r\n\r\n${'x'.repeat(600_000)}`, 'A: c\r\n\r\n'],
  ['Date: 1 Jan 2020 00:00:00 +0000\r\n\r\nlast'],
];

const archive = await attempt(() => Archive.open(data, { write: true }));
const journal = new Journal(data);
for (const texts of groups) {
  const kept = await attempt(async () => {
    const arrivals = [];
    for (const text of texts) {
      const incoming = archive.incoming();
      const bytes = Buffer.from(text);
      for (let from = 0; from < bytes.length; from += 65_536)
        incoming.write(bytes.subarray(from, from + 65_536));
      arrivals.push({ incoming, received: null });
    }
    return await archive.keep(arrivals);
  });
  await attempt(() =>
    journal.append(
      'qq',
      kept.map(({ id, path, size }) => {
        const uidl = id.slice(0, 8) as Uidl;
        return { op: 'seen', folder: 'INBOX', uidl, id, path, size, received: null, flags: [], at };
      }),
    ),
  );
  say({ kept: kept.length });
}

async function attempt<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (thrown) {
      if (!(thrown instanceof MailError)) throw thrown;
      say({ error: thrown.message, kind: thrown.kind, retry: thrown.retry });
    }
  }
}

function say(value: object): void {
  writeSync(1, `${JSON.stringify(value)}\n`);
}
