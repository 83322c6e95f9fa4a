// `mailkeep retry`: messages that could not be fetched, and those that failed so often that they rest for minutes, hours or a
// day, are tried now.
import type { Command } from 'commander';
import type { Frame } from './output.ts';
import { example } from './register.ts';
import { syncNow } from './sync.ts';

/** Adds `retry`. */
export function register(program: Command, frame: Frame): void {
  program
    .command('retry')
    .argument('[account...]', 'names of accounts; all that receive where none is named')
    .description('try messages that could not be fetched again, now; `mailkeep status --pending` lists them')
    .addHelpText('after', example('mailkeep retry', 'mailkeep retry qq'))
    .action(async (names: string[]) => syncNow(frame, names, { full: false, dryRun: false, retry: true }));
}
