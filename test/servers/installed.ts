// Which real servers this machine has, and how a test of them is left out where one is missing.
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';

/** The first of these paths that is an executable file, or undefined. */
export function program(...paths: readonly string[]): string | undefined {
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Dovecot, if its version is one whose configuration these tests can write (2.3). */
export const DOVECOT: string | undefined = usable(program('/usr/sbin/dovecot', '/usr/local/sbin/dovecot'));

/** Postfix's controlling program. */
export const POSTFIX: string | undefined = program('/usr/sbin/postfix', '/usr/local/sbin/postfix');

/**
 * For `test(name, { skip: without(…) }, …)`: the reason why a test is left out, or false. With MAILKEEP_REQUIRE_SERVERS=1
 * nothing is left out: the test then fails by itself, as it should.
 */
export function without(servers: Readonly<Record<string, string | undefined>>): string | false {
  if (process.env['MAILKEEP_REQUIRE_SERVERS'] === '1') return false;
  const missing = Object.entries(servers).filter(([, path]) => path === undefined);
  if (missing.length > 0) return `needs ${missing.map(([name]) => name).join(' and ')}`;
  return process.getuid?.() === 0 ? false : 'needs root, to start a mail server';
}

function usable(dovecot: string | undefined): string | undefined {
  if (dovecot === undefined) return undefined;
  return execFileSync(dovecot, ['--version'], { encoding: 'utf8' }).startsWith('2.3.') ? dovecot : undefined;
}
