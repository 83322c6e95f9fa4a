// Which real servers this machine has, and how a test of them is left out where one is missing.
import { execFileSync, spawnSync } from 'node:child_process';
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

/** What gives such a server a view of the machine of its own. */
export const UNSHARE = '/usr/bin/unshare';

/** The place that `.ci/install-servers` chose. */
const TREES = '/opt/mailkeep-servers';

/** The trees of those that `.ci/install-servers` unpacks because they cannot be installed beside these two. */
export const CYRUS: string | undefined = tree('cyrus', 'usr/lib/cyrus/bin/master');
export const COURIER: string | undefined = tree('courier', 'usr/lib/courier/courier/imaplogin');
export const EXIM: string | undefined = tree('exim', 'usr/sbin/exim4');
export const OPENSMTPD: string | undefined = tree('opensmtpd', 'usr/sbin/smtpd');

/** A tree of Debian 13 that boots. */
export const TRIXIE: string | undefined = tree('trixie', 'usr/lib/systemd/systemd');

/**
 * For `test(name, { skip: without(…) }, …)`: the reason why a test is left out, or false. With MAILKEEP_REQUIRE_SERVERS=1
 * nothing is left out: the test then fails by itself, as it should.
 */
export function without(servers: Readonly<Record<string, string | undefined>>): string | false {
  if (process.env['MAILKEEP_REQUIRE_SERVERS'] === '1') return false;
  const missing = Object.entries(servers).filter(([, path]) => path === undefined);
  if (missing.length > 0) return `needs ${missing.map(([name]) => name).join(' and ')}`;
  if (process.getuid?.() !== 0) return 'needs root, to start a mail server';
  const laid = Object.values(servers).some((path) => path?.startsWith(TREES));
  if (laid && spawnSync(UNSHARE, ['--mount', '--pid', '--fork', 'true']).status !== 0)
    return 'needs namespaces of its own for a server that is only unpacked';
  return false;
}

function tree(name: string, proof: string): string | undefined {
  return program(`${TREES}/${name}/${proof}`) && `${TREES}/${name}`;
}

function usable(dovecot: string | undefined): string | undefined {
  if (dovecot === undefined) return undefined;
  return execFileSync(dovecot, ['--version'], { encoding: 'utf8' }).startsWith('2.3.') ? dovecot : undefined;
}
