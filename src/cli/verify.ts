// `mailkeep verify`: every file re-hashed, and every message that a journal names looked for.
import { join } from 'node:path';
import type { Command } from 'commander';
import { Journal } from '../archive/journal.ts';
import { Archive } from '../archive/store.ts';
import { verifyFiles } from '../archive/verify.ts';
import { createProgress } from '../runtime/progress.ts';
import { stopSignal } from '../runtime/shutdown.ts';
import type { Frame } from './output.ts';
import { example } from './register.ts';
import { octets } from './octets.ts';
import { safeLine } from './terminal-text.ts';
import { count } from './words.ts';

/** Adds `verify`. */
export function register(program: Command, frame: Frame): void {
  program
    .command('verify')
    .description('read every stored message and compare it with its hash, and the archive with the journals')
    .addHelpText('after', example('mailkeep verify', 'mailkeep verify --json'))
    .action(async () => verify(frame));
}

const CURE =
  'Put these files back from a copy of the data folder, under the same names (`mailkeep show ID` tells where one lies); `mailkeep search id:ID` shows which messages they are.';

async function verify(frame: Frame): Promise<void> {
  const config = await frame.config();
  const archive = await Archive.open(config.data);
  const stop = stopSignal();
  const progress = createProgress({ silent: frame.quiet || frame.json });
  try {
    const found = await verifyFiles(
      archive,
      new Journal(config.data),
      (done, total) => progress.update(done, total, 'files'),
      stop.signal,
    );
    progress.end();
    if (!found.ok) frame.exit(1);
    if (frame.json) return frame.document({ ...found, accounts: [] });
    frame.print(`${count(found.files, 'file')} (${octets(found.bytes)}) read`);
    for (const id of found.damaged) frame.print(`damaged: ${id}`);
    for (const id of found.missing) frame.print(`missing: ${id}`);
    for (const path of found.orphans)
      frame.print(`in no journal: ${safeLine(join(config.data, 'mail', path))}`);
    frame.print(found.ok ? 'all is well' : 'the archive is NOT whole: see above');
    if (found.damaged.length + found.missing.length > 0) frame.say(`  hint: ${CURE}`);
  } finally {
    progress.end();
    stop.release();
  }
}
