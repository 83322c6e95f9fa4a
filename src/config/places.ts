// Where things lie on this machine: the configuration file, the data folder, and paths as a person writes them.
// The environment is handed in, so that it is read in one place only.
import { access } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { MailError } from '../model/error.ts';

/** What the places depend on. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Root's, on a machine where the service is installed: what it sets up is the service's. */
  readonly machine?: boolean;
}

const MACHINE = '/etc/mailkeep/config.yaml';

/** This process's. */
export function surroundings(): Surroundings {
  const machine = process.getuid?.() === 0 && existsSync(dirname(MACHINE));
  return { env: process.env, home: process.env['HOME'] ?? homedir(), machine };
}

/** An absolute path: `~` is the home folder, and a relative path is taken from `base`. */
export function expand(path: string, base: string, { home }: Surroundings): string {
  if (path === '~') return home;
  if (path.startsWith('~/')) return join(home, path.slice(2));
  return isAbsolute(path) ? path : resolve(base, path);
}

/** `data` where the configuration does not say: $STATE_DIRECTORY (its first path), else below $XDG_DATA_HOME. */
export function defaultData({ env, home }: Surroundings): string {
  const [state = ''] = (env['STATE_DIRECTORY'] ?? '').split(':');
  if (state !== '') return state;
  return join(env['XDG_DATA_HOME'] || join(home, '.local/share'), 'mailkeep');
}

/**
 * Where a new configuration is written: `given` (--config), else $MAILKEEP_CONFIG, else the service's for root where it is
 * installed, else the person's own.
 */
export function ownConfig(given: string | undefined, around: Surroundings): string {
  const own = around.machine === true ? MACHINE : personal(around);
  return given ?? (around.env['MAILKEEP_CONFIG'] || own);
}

/**
 * The configuration file to read: `given` (--config), else $MAILKEEP_CONFIG, else the first that exists of
 * $XDG_CONFIG_HOME/mailkeep/config.yaml and /etc/mailkeep/config.yaml. Throws MailError `config` where there is none.
 */
export async function findConfig(given: string | undefined, around: Surroundings): Promise<string> {
  const named = given ?? (around.env['MAILKEEP_CONFIG'] || undefined);
  if (named !== undefined) return named;
  const places = [personal(around), MACHINE];
  for (const place of places) {
    if (await exists(place)) return place;
  }
  throw new MailError({
    kind: 'config',
    message: `no configuration found; looked for ${places.join(' and ')}`,
    retry: 'never',
    hint: '`mailkeep init` writes one; --config FILE or MAILKEEP_CONFIG names one elsewhere',
  });
}

function personal({ env, home }: Surroundings): string {
  return join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'mailkeep/config.yaml');
}

/** True where something is there, be it unreadable: the reader then says why. */
async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
  );
}
