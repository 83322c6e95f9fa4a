// Where a secret lies → a function that fetches it when it is needed. A failure names the variable, file, credential or
// program, never the secret; what a program prints is never shown.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Secret } from '../model/account.ts';
import { MailError } from '../model/error.ts';
import { expand } from './places.ts';
import type { Surroundings } from './places.ts';
import type { RawSecret } from './raw.ts';
import { isRoot } from '../runtime/owner.ts';
import { systemReason } from '../runtime/storage-error.ts';

/** How long a program may take to print a secret. Milliseconds. */
const COMMAND_LIMIT = 30_000;

/**
 * A Secret that reads from `source` each time it is asked, without the line end that closes it. `whose` stands in errors
 * (`account "qq"`); relative paths are taken from `base`.
 */
export function secretFrom(source: RawSecret, whose: string, base: string, around: Surroundings): Secret {
  const read = reader(source, whose, base, around);
  return async () => {
    const secret = (await read()).replace(/\r?\n$/, '');
    const wrong =
      secret === '' ? 'is empty' : /[\r\n\0]/.test(secret) ? 'holds more than one line' : undefined;
    if (wrong !== undefined)
      throw refused(whose, `${named(source)} ${wrong}`, 'Put the secret there, alone on one line');
    return secret;
  };
}

function reader(source: RawSecret, whose: string, base: string, around: Surroundings): Secret {
  if (typeof source === 'string') return () => Promise.resolve(source);
  const { env, file, credential, command } = source;
  if (env !== undefined) return () => fromEnvironment(env, whose, around);
  if (file !== undefined) return () => fromFile(expand(file, base, around), whose);
  if (credential !== undefined) return () => fromCredential(credential, whose, around);
  return () => fromCommand(command ?? [], whose);
}

function named(source: RawSecret): string {
  if (typeof source === 'string') return 'it';
  if (source.env !== undefined) return `the environment variable ${source.env}`;
  if (source.file !== undefined) return `the file ${source.file}`;
  if (source.credential !== undefined) return `the credential ${source.credential}`;
  return `what ${source.command?.[0] ?? 'the command'} printed`;
}

async function fromEnvironment(name: string, whose: string, around: Surroundings): Promise<string> {
  const value = around.env[name];
  if (value !== undefined) return value;
  throw refused(
    whose,
    `the environment variable ${name} is not set`,
    `Set ${name} before mailkeep starts, or use { file: … } in the configuration`,
  );
}

async function fromFile(path: string, whose: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw refused(
      whose,
      `${path} cannot be read: ${systemReason(error)}`,
      `Write the secret into ${path} so that the user who runs mailkeep, and nobody else, can read it`,
      error,
    );
  }
}

/** Where systemd looks for the sealed credential `name`. */
export function sealedCredential(name: string): string {
  return join('/etc/credstore.encrypted', basename(name));
}

/** The same in clear. */
function openCredential(name: string): string {
  return join('/etc/credstore', basename(name));
}

async function fromCredential(name: string, whose: string, around: Surroundings): Promise<string> {
  const folder = around.env['CREDENTIALS_DIRECTORY'];
  if (folder !== undefined) {
    try {
      return await readFile(join(folder, basename(name)), 'utf8');
    } catch (error) {
      throw refused(
        whose,
        `the credential ${name} cannot be read: ${systemReason(error)}`,
        toGive(name),
        error,
      );
    }
  }
  // A command by hand: root can open what the service is given.
  const [sealed, open] = [sealedCredential(name), openCredential(name)];
  if (isRoot() && existsSync(sealed))
    return fromCommand(['systemd-creds', 'decrypt', `--name=${basename(name)}`, sealed, '-'], whose);
  if (isRoot() && existsSync(open)) return fromFile(open, whose);
  throw refused(whose, `systemd gave no credentials, so ${name} cannot be read`, toGive(name));
}

function toGive(name: string): string {
  return name.startsWith('mailkeep.')
    ? `Put it into ${openCredential(name)}, or seal it there by \`mailkeep init\` or \`systemd-creds encrypt\`, and restart the service; a unit of your own needs LoadCredential=${name}`
    : `Add LoadCredential=${name}:/path/of/the/file to the service of mailkeep`;
}

function fromCommand(argv: readonly string[], whose: string): Promise<string> {
  const [program = '', ...rest] = argv;
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      rest,
      { timeout: COMMAND_LIMIT, maxBuffer: 65_536, encoding: 'utf8' },
      (error, printed, complaint) => {
        if (error === null) resolve(printed);
        else reject(commandFailed(program, whose, error, complaint));
      },
    );
    child.stdin?.end();
  });
}

function commandFailed(
  program: string,
  whose: string,
  error: Error & { killed?: boolean; code?: string | number | null },
  complaint: string,
): MailError {
  // Node puts the whole command line into error.message; its arguments may be nobody's business, nor is what it printed.
  const said = complaint.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
  const why =
    error.killed === true
      ? `did not end within ${COMMAND_LIMIT / 1000} s`
      : error.code === 'ENOENT'
        ? 'was not found'
        : `failed (${String(error.code ?? 'killed')})${said === '' ? '' : `: ${said}`}`;
  return refused(
    whose,
    `${program} ${why}`,
    `Run it by hand as the user who runs mailkeep: it must print the secret and nothing else`,
    new Error(`${program} ${why}`),
  );
}

function refused(whose: string, why: string, hint: string, cause?: unknown): MailError {
  return new MailError({
    kind: 'config',
    message: `no secret for ${whose}: ${why}`,
    retry: 'never',
    hint,
    cause,
  });
}
