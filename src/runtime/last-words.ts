// What ends the program against its will is told in the log like any other event, as its last one.
import { textOf } from '../model/error.ts';
import type { Log } from './log.ts';

/** What a person can do about it. */
export const MISTAKE =
  'This is a mistake in mailkeep: nothing stored is lost. Please report it with this line.';

/** From now on an error that nobody catches is logged, and ends the program with code 1; until the result is called. */
export function lastWords(log: Log): () => void {
  const say = (thrown: unknown): void => {
    process.removeListener('uncaughtException', say);
    log.error(`internal error: ${textOf(thrown)}`, {
      stack: thrown instanceof Error ? thrown.stack : undefined,
      hint: MISTAKE,
    });
    // The program is in no known state: it must not go on.
    void log.flush().then(() => process.exit(1));
  };
  // A rejection that nobody handles is thrown, and comes here too.
  process.on('uncaughtException', say);
  return () => void process.removeListener('uncaughtException', say);
}
