// `npm run servers`: starts every mail server that this machine has, one after another, logs in by each mechanism that it
// offers, and prints the table.
import { Endings } from '../support/endings.ts';
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
  const ends = new Endings();
  try {
    return await rows(ends);
  } finally {
    await ends.end();
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
