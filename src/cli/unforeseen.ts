// What nobody caught, and no command foresaw, ends the program like any other failure: one line, the cure, and code 1. Node itself
// would show all that the error carries, such as the arguments of a program that failed, which may be secret.
import { writeSync } from 'node:fs';
import { textOf } from '../model/error.ts';
import { MISTAKE } from '../runtime/last-words.ts';
import { safeText } from './terminal-text.ts';

/** From now on; the service, which has a log, tells it there. */
export function foreseeNothing(): void {
  process.on('uncaughtException', (thrown) => {
    if (process.listenerCount('uncaughtException') > 1) return;
    try {
      writeSync(2, `mailkeep: internal error: ${safeText(textOf(thrown))}\n  hint: ${MISTAKE}\n`);
    } finally {
      // The program is in no known state: it must not go on.
      process.exit(1);
    }
  });
}
