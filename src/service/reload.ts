// The configuration is read again, while the service runs: what changed is taken over, and what did not goes on undisturbed. A file
// that is wrong changes nothing, and is told.
import type { Config } from '../config/load.ts';
import { MailError, textOf } from '../model/error.ts';
import type { Log } from '../runtime/log.ts';
import { changesBetween, takenOver, type Changes } from './changes.ts';

/** What a reload works with. */
export interface ReloadParts {
  /** As it is now. */
  readonly config: () => Config;
  /** Reads the file. Throws MailError `config`. */
  readonly read: () => Promise<Config>;
  /** Takes it over. */
  readonly adopt: (config: Config) => Promise<void>;
  readonly log: Log;
}

/** Reloads, one after another. */
export interface Reloader {
  /** Reads the configuration again. Throws MailError `config` where the file is wrong: then nothing is changed. */
  readonly reload: () => Promise<Changes>;
  /** Resolves when none is under way. */
  readonly idle: () => Promise<void>;
}

/** Makes a reloader. */
export function reloader({ config, read, adopt, log }: ReloadParts): Reloader {
  let turn: Promise<unknown> = Promise.resolve();
  const once = async (): Promise<Changes> => {
    const before = config();
    const now = await readWell(read, log);
    const changes = changesBetween(before, now);
    await adopt(takenOver(before, now));
    const { restart, ...accounts } = changes;
    log.info('the configuration was read again', told(accounts));
    if (restart.length > 0) log.warn(`${restart.join(', ')}: counts from the next start of the service on`);
    return changes;
  };
  return {
    reload: () => {
      const done = turn.then(once);
      turn = done.catch(() => undefined);
      return done;
    },
    idle: async () => {
      await turn;
    },
  };
}

async function readWell(read: () => Promise<Config>, log: Log): Promise<Config> {
  try {
    return await read();
  } catch (thrown) {
    const hint = thrown instanceof MailError ? thrown.hint : undefined;
    log.error(`the configuration is not taken over, and the old one stays: ${textOf(thrown)}`, { hint });
    throw thrown;
  }
}

/** Without what is empty. */
function told(lists: Readonly<Record<string, readonly string[]>>): Record<string, string> {
  const some = Object.entries(lists).filter(([, names]) => names.length > 0);
  return Object.fromEntries(some.map(([key, names]) => [key, names.join(',')]));
}
