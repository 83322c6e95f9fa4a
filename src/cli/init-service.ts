// The service that reads what `init` wrote: how systemd has it, and its start. systemd is spoken to only where a person is there
// to be asked, or --start was said; and nothing is started or enabled but by that word.
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { ownConfig } from '../config/places.ts';
import type { Surroundings } from '../config/places.ts';
import { MailError } from '../model/error.ts';
import { commandsFor, PROPERTIES, questionFor, standingOf, takeIn } from './init-begin.ts';
import type { Standing } from './init-begin.ts';

/** A service whose unit is installed, under a systemd that answers. */
export interface Service {
  /** A person's own, not the machine's. */
  readonly own: boolean;
  /** `systemctl`, or `systemctl --user`. */
  readonly systemctl: string;
  readonly standing: Standing;
  /** False: it ends when its person logs out. */
  readonly lingers: boolean;
}

/** The service that reads the configuration at `path`; undefined where none is installed, or this user may not start it. */
export async function serviceOf(path: string, around: Surroundings): Promise<Service | undefined> {
  const root = process.getuid?.() === 0;
  const own = ownConfig(undefined, { env: { ...around.env, MAILKEEP_CONFIG: undefined }, home: around.home });
  if (resolve(path) !== (root ? '/etc/mailkeep/config.yaml' : resolve(own))) return undefined;
  const systemctl = root ? 'systemctl' : 'systemctl --user';
  const standing = await standingNow(systemctl, around);
  if (standing === undefined) return undefined;
  const user = String(process.getuid?.());
  const lingers =
    root ||
    (await ran(['loginctl', 'show-user', '--value', '--property=Linger', user], around)).said.trim() ===
      'yes';
  return { own: !root, systemctl, standing, lingers };
}

/** A sealed password is nowhere that an older systemd would look. */
export function reaches(service: Service, sealed: boolean): boolean {
  return service.standing.finds || !sealed;
}

/** Starts it, now and from now on; one that runs takes the account in. What failed, or undefined where it runs. */
export async function begin(
  { systemctl, own, standing }: Service,
  sealed: boolean,
  around: Surroundings,
): Promise<MailError | undefined> {
  for (const command of commandsFor(standing, sealed)) {
    const { code, failed } = await ran([...systemctl.split(' '), ...command], around);
    if (code !== 0) return notBegun(failed);
  }
  // systemd ends well where a condition of the unit does not hold, too.
  const now = await standingNow(systemctl, around);
  return now !== undefined && questionFor(now) === 'takeIn' ? undefined : notBegun('it does not run');

  function notBegun(why: string): MailError {
    const again = standing.runs === 'no' ? ['start', 'mailkeep'] : takeIn(standing, sealed);
    const what = standing.runs === 'no' ? 'did not start' : 'did not take the account in';
    return new MailError({
      kind: 'connect',
      message: `the service ${what}: ${why}`,
      retry: 'later',
      hint: `The account is written. \`journalctl ${own ? '--user ' : ''}--unit=mailkeep --lines=20\` tells why; then \`${systemctl} ${again.join(' ')}\``,
    });
  }
}

/** --start, where nothing is there to be started. */
export function noService(path: string): MailError {
  return new MailError({
    kind: 'usage',
    message: `--start: systemd has no service here that reads ${path}`,
    retry: 'never',
    hint: 'The Debian package or `sh systemd/install.sh` (with --user for yourself) installs one; or leave --start out',
  });
}

/** --start, where the service would be without its password. */
export function notReached(): MailError {
  return new MailError({
    kind: 'usage',
    message: '--start: this older systemd gives the service a sealed password only by its installation',
    retry: 'never',
    hint: 'Leave --start out, and run `sh systemd/install.sh` afterwards; or choose --password-store file',
  });
}

async function standingNow(systemctl: string, around: Surroundings): Promise<Standing | undefined> {
  const { code, said } = await ran(
    [...systemctl.split(' '), 'show', `--property=${PROPERTIES}`, 'mailkeep'],
    around,
  );
  return code === 0 ? standingOf(said) : undefined;
}

/** Runs a program to its end; one that is not there has failed. */
async function ran(
  [program = '', ...argv]: readonly string[],
  { env }: Surroundings,
): Promise<{ code: number | null; said: string; failed: string }> {
  const child = spawn(program, argv, { stdio: ['ignore', 'pipe', 'pipe'], env });
  const ended = new Promise<number | null>((done) =>
    child.on('error', () => done(null)).on('close', (code) => done(code)),
  );
  const [said, news, code] = await Promise.all([all(child.stdout), all(child.stderr), ended]);
  const why = news.split('\n').filter((line) => line.trim() !== '' && !/^(See|Created) /.test(line));
  return { code, said, failed: why.at(-1)?.slice(0, 200) ?? `${program} ended with ${code}` };
}

/** A program that was never there has nothing to say. */
function all(stream: Readable): Promise<string> {
  return textOf(stream).catch(() => '');
}
