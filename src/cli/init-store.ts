// Where a typed password is kept: sealed by systemd for a service of the machine, in the keyring of a person who has one open,
// else in a file that nobody else can read. A store counts only after it has given the password back.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { sealedCredential, secretFrom } from '../config/secrets.ts';
import type { RawSecret } from '../config/raw.ts';
import type { Surroundings } from '../config/places.ts';
import { writePrivate } from '../config/write.ts';
import { MailError } from '../model/error.ts';
import { makeFolder } from '../runtime/make-folder.ts';

/** The kinds of places, as `--password-store` names them. */
export const STORES = ['systemd', 'keyring', 'file'] as const;
export type StoreKind = (typeof STORES)[number];

/** A place for one password. */
export interface Store {
  readonly kind: StoreKind;
  /** What stands in the configuration. */
  readonly source: RawSecret;
  /** For a person: a path, or the name of the keyring. */
  readonly place: string;
  /** Puts it there, and reads it back. Throws MailError `storage` or `config` where that fails. */
  keep(password: string): Promise<void>;
  /** Takes away what `keep` put there: nothing names it. */
  forget(): Promise<void>;
}

/** What a place depends on. */
interface For {
  /** Name of the account. */
  readonly account: string;
  /** Path of the configuration. */
  readonly config: string;
  readonly around: Surroundings;
}

/** The best place that there is here, or that of the wanted kind. Throws MailError `usage` where that one is not here. */
export function storeFor(wanted: StoreKind | undefined, { account, config, around }: For): Store {
  const kind = wanted ?? STORES.find((one) => isHere(one, config, around)) ?? 'file';
  if (!isHere(kind, config, around)) throw notHere(kind);
  if (kind === 'systemd') return sealed(`mailkeep.${account}`, config, around);
  if (kind === 'keyring') return keyring(account, config, around);
  return file(join(dirname(config), `${account}.password`));
}

function isHere(kind: StoreKind, config: string, { env }: Surroundings): boolean {
  if (kind === 'file') return true;
  if (kind === 'keyring')
    return env['DBUS_SESSION_BUS_ADDRESS'] !== undefined && found('secret-tool', env) !== undefined;
  // A service of the machine reads /etc, and only root can seal for it.
  const system = resolve(config).startsWith(`${sep}etc${sep}`) && process.getuid?.() === 0;
  return system && found('systemd-creds', env) !== undefined;
}

function found(program: string, env: Surroundings['env']): string | undefined {
  return (env['PATH'] ?? '')
    .split(':')
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path));
}

function notHere(kind: StoreKind): MailError {
  return new MailError({
    kind: 'usage',
    message: `there is no place of the kind ${kind} here`,
    retry: 'never',
    hint:
      kind === 'systemd'
        ? 'systemd seals for a service of the machine: run it as root, with the configuration in /etc/mailkeep'
        : 'A keyring needs secret-tool (package libsecret-tools) and a session that has one open',
  });
}

function sealed(name: string, config: string, around: Surroundings): Store {
  const place = sealedCredential(name);
  const source = { credential: name };
  return {
    kind: 'systemd',
    source,
    place,
    keep: async (password) => {
      await makeFolder(dirname(place), 0o700);
      await run('systemd-creds', ['encrypt', `--name=${name}`, '-', place], password);
      await readBack(source, password, config, around);
    },
    forget: () => rm(place, { force: true }),
  };
}

function keyring(account: string, config: string, around: Surroundings): Store {
  const key = ['service', 'mailkeep', 'account', account];
  const source = { command: ['secret-tool', 'lookup', ...key] };
  return {
    kind: 'keyring',
    source,
    place: `secret-tool lookup ${key.join(' ')}`,
    keep: async (password) => {
      await run('secret-tool', ['store', `--label=mailkeep: ${account}`, ...key], password);
      await readBack(source, password, config, around);
    },
    forget: () => run('secret-tool', ['clear', ...key], ''),
  };
}

function file(wanted: string): Store {
  let place = wanted;
  // What is there may belong to another account.
  for (let next = 2; existsSync(place); next++) place = wanted.replace(/(\.password)$/, `-${next}$1`);
  return {
    kind: 'file',
    source: { file: basename(place) },
    place,
    keep: (password) => writePrivate(place, `${password}\n`),
    forget: () => rm(place, { force: true }),
  };
}

async function readBack(
  source: RawSecret,
  password: string,
  config: string,
  around: Surroundings,
): Promise<void> {
  const base = dirname(config);
  // As the command line will ask for it, outside of the service.
  const { CREDENTIALS_DIRECTORY: _, ...env } = around.env;
  const kept = await secretFrom(source, 'the new account', base, { ...around, env })();
  if (kept === password) return;
  throw new MailError({
    kind: 'storage',
    message: 'the store gave back another password than it was given',
    retry: 'never',
    hint: '--password-store file keeps it in a file',
  });
}

async function run(program: string, argv: readonly string[], input: string): Promise<void> {
  const child = spawn(program, argv, { stdio: ['pipe', 'ignore', 'pipe'] });
  const ended = new Promise<number | null>((done, fail) => child.on('error', fail).on('close', done));
  child.stdin.on('error', () => undefined).end(input);
  const [said, code] = await Promise.all([textOf(child.stderr), ended]);
  if (code === 0) return;
  throw new MailError({
    kind: 'storage',
    message: `${program} kept nothing: ${said.trim().split('\n').at(-1)?.slice(0, 200) ?? ''}`,
    retry: 'never',
    hint: '--password-store file keeps it in a file',
  });
}
