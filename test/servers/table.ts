// `npm run servers`: starts every mail server that this machine has, one after another, logs in by each mechanism that it
// offers, and prints the table.
import type { Ending } from '../support/temporary.ts';
import { without } from './installed.ts';
import { CANDIDATES, table, type Row } from './mechanisms.ts';

const all: Row[] = [];
for (const { name, installed, rows } of CANDIDATES) {
  const missing = without(installed);
  if (missing === false) all.push(...(await ended(rows)));
  else say(`${name}: ${missing}; see .ci/install-servers`);
}
say(table(all).join('\n'));

/** Runs what needs a test's end, and ends it. */
async function ended(rows: (test: Ending) => Promise<Row[]>): Promise<Row[]> {
  const ends: (() => void | Promise<void>)[] = [];
  try {
    return await rows({ after: (what) => void ends.push(what) });
  } finally {
    for (const end of ends) await end();
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
