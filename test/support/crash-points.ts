// Death at every step: the effects of a command are numbered from outside, by strace, which kills it (SIGKILL) when it is about
// to make the n-th; n grows until a run comes to its end, so that every effect is met however many there are.
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Ran, Started } from './command-line.ts';
import { install, type Installation } from './installation.ts';
import type { Protocol } from './provider/house.ts';
import type { Provider } from './provider/provider.ts';
import { temporaryDirectory, type Ending } from './temporary.ts';

/** Effects that are numbered together. */
export interface Effects {
  /** For a person: `rename`, `write to the journal`. */
  readonly name: string;
  /** Calls of the system, as strace takes them; or commands, when the server has heard them, or obeyed and not yet answered. */
  readonly calls: string | { readonly commands: 'heard' | 'obeyed'; readonly protocol: Protocol };
  /** Below the installation's directory; absent: wherever they go. */
  readonly on?: readonly string[];
  /** Only those of the thread that SQLite works in: strace counts each thread's calls by themselves, and one may hide another's. */
  readonly main?: true;
  /** Only each n-th is a moment of its own; default 1, all. With MAILKEEP_EVERY_EFFECT set, all are, which takes long. */
  readonly each?: number;
}

/** Between two moments of these effects. */
const strideOf = ({ each = 1 }: Effects): number =>
  process.env['MAILKEEP_EVERY_EFFECT'] === undefined ? each : 1;

/** The calls by which names and durability come about; io of files is named by the tests. */
export const NAMES: readonly Effects[] = [
  { name: 'link', calls: '?link,?linkat' },
  { name: 'unlink', calls: '?unlink,?unlinkat' },
  { name: 'mkdir', calls: '?mkdir,?mkdirat' },
  { name: 'rename', calls: '?rename,?renameat,?renameat2' },
  { name: 'truncate', calls: 'ftruncate' },
  { name: 'mode', calls: 'fchmod' },
  { name: 'sync of octets', calls: 'fdatasync' },
  { name: 'sync of names', calls: 'fsync' },
  // The only one of them that the main thread makes, too, after as many of the thread that works on files.
  { name: 'sync by the main thread', calls: 'fsync', main: true },
];

/** The n-th of these effects. */
export interface Moment {
  readonly effects: Effects;
  readonly nth: number;
}

/** Commands of a session, as effects on the server. */
export function commandsOf(protocol: Protocol): Effects[] {
  return [
    { name: 'command heard', calls: { commands: 'heard', protocol } },
    { name: 'changing command obeyed', calls: { commands: 'obeyed', protocol } },
  ];
}

/**
 * What to put before a command so that it dies when it is about to make that call, if it comes to it. `directory` is the one that
 * the effects' files are below.
 */
export function dyingAt({ effects, nth }: Moment, directory: string): string[] {
  const { calls, on = [], main = false } = effects;
  if (typeof calls !== 'string') throw new TypeError(`${effects.name} are no calls of the system`);
  const only = on.flatMap((path) => ['-P', join(directory, path)]);
  const when = (nth - 1) * strideOf(effects) + 1;
  const inject = ['-e', `trace=${calls}`, '-e', `inject=${calls}:signal=SIGKILL:when=${when}`];
  return ['strace', ...(main ? [] : ['-f']), '-qq', '-o', '/dev/null', ...only, ...inject];
}

/** Starts a command that dies at that moment, if it comes to it; effects on a server need the provider. One thread works on files, so that runs are alike. */
export function doomed(
  house: Pick<Installation, 'line' | 'directory'>,
  provider: Provider | undefined,
  moment: Moment,
  ...args: readonly string[]
): Started {
  const { effects, nth } = moment;
  const { calls } = effects;
  if (typeof calls !== 'string') {
    const started = house.line.start(...args);
    if (provider === undefined) throw new TypeError('commands need a server');
    killAtCommand(provider, calls.protocol, calls.commands, nth, () => void started.kill('SIGKILL'));
    return started;
  }
  return house.line.startUnder(dyingAt(moment, house.directory), ...args);
}

/** Of the others it is all the same whether they were obeyed when their answer is not heard. */
const CHANGING = /STORE|EXPUNGE|MOVE|APPEND|QUIT/;

/** What was heard is not obeyed: the connection ends there, as it does for a client that died before it could send it. */
function killAtCommand(
  { faults }: Provider,
  protocol: Protocol,
  moment: 'heard' | 'obeyed',
  nth: number,
  kill: () => void,
): void {
  let count = 0;
  faults.watch = (when, verb) => {
    if (when !== moment || (when === 'obeyed' && !CHANGING.test(verb)) || ++count !== nth) return;
    if (when === 'heard') faults.hangUp.add(`${protocol} ${verb}`);
    kill();
  };
}

/** How many moments of each kind of effect were met, and that each killed. */
export class Met extends Map<string, number> {
  /** Of which only each n-th was a moment. */
  readonly apart: Map<string, number> = new Map();
}

/**
 * Does `work` for each moment of each kind, two at a time, until for that kind it tells that the command lived. Returns how
 * many there were of each. Throws what `work` threw, with the moment.
 */
export async function atEach(
  all: readonly Effects[],
  work: (moment: Moment) => Promise<'killed' | 'lived'>,
): Promise<Met> {
  const met = new Met();
  const queue = moments(all, met);
  const lane = async (): Promise<void> => {
    for (const take of queue) {
      const { effects, nth } = take;
      try {
        if ((await work(take)) === 'lived') take.over();
        else met.set(effects.name, Math.max(nth, met.get(effects.name) ?? 0));
      } catch (thrown) {
        throw new Error(`killed at ${effects.name} number ${nth}`, { cause: thrown });
      }
    }
  };
  await Promise.all([lane(), lane()]);
  return met;
}

/** Far more than any command here has. */
const MOST = 20_000;

function* moments(all: readonly Effects[], met: Met): Generator<Moment & { over(): void }> {
  for (const effects of all) {
    let over = false;
    met.set(effects.name, 0);
    met.apart.set(effects.name, strideOf(effects));
    for (let nth = 1; !over; nth++) {
      if (nth > MOST) throw new Error(`${effects.name} comes to no end`);
      yield { effects, nth, over: () => void (over = true) };
    }
  }
}

/** `9 effects, each killed: link 2, rename 7`; of what is not met one by one, how far apart. */
export function told(met: Met): string {
  const sum = [...met.values()].reduce((total, count) => total + count, 0);
  const parts = [...met]
    .filter(([, count]) => count > 0)
    .map(([name, count]) => {
      const apart = met.apart.get(name) ?? 1;
      return apart === 1 ? `${name} ${count}` : `${name} ${count} (each ${apart}th of them)`;
    });
  return `${sum} effects, each killed: ${parts.join(', ')}`;
}

/** How a doomed command ended. Throws where it failed by itself. */
export function fate({ signal, code, stderr }: Ran): 'killed' | 'lived' {
  if (signal === 'SIGKILL') return 'killed';
  if (code === 0) return 'lived';
  throw new Error(`it ended by itself, with ${String(code)}: ${stderr}`);
}

/** A copy of an installation as it stands, for `accounts`, in a directory of its own. */
export function copyOf(test: Ending, house: Installation, accounts: readonly object[]): Installation {
  const copy = install(test, accounts, temporaryDirectory(test));
  for (const name of ['data', 'outbox']) {
    if (existsSync(join(house.directory, name)))
      cpSync(join(house.directory, name), join(copy.directory, name), {
        recursive: true,
        preserveTimestamps: true,
      });
  }
  return copy;
}
