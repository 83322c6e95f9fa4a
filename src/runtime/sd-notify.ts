// The service manager, as whom systemd speaks sd_notify(3). Node.js has no datagram sockets of the file system, so that systemd
// hands over a connected one (OpenFile= in the unit, systemd 253 and later), which is written to as a file; else the program
// `systemd-notify` is asked; else nobody wants to hear anything.
import { execFile } from 'node:child_process';
import { writeSync } from 'node:fs';

/** Who has started the service, and waits for news of it. */
export interface Manager {
  /** Tells these lines of sd_notify(3) as one message. Messages arrive in their order; one that cannot be told is left out. */
  tell(...lines: readonly string[]): void;
  /** Resolves when all has been told. */
  told(): Promise<void>;
  /** Milliseconds within which it wants to hear WATCHDOG=1, again and again; undefined: it does not. */
  readonly watchdog: number | undefined;
}

/** The name that the unit gives to the descriptor. */
const NAME = 'sdnotify';

/** sd_listen_fds(3): the first descriptor that is handed over. */
const FIRST = 3;

/**
 * The manager of this process; `env` is the process's own, from which its words to this process are taken away: no child shall
 * take them for its own.
 */
export function serviceManager(env: NodeJS.ProcessEnv): Manager {
  const manager = managerOf(env, process.pid);
  for (const name of WORDS) delete env[name];
  return manager;
}

const WORDS = [
  'NOTIFY_SOCKET',
  'LISTEN_PID',
  'LISTEN_FDS',
  'LISTEN_FDNAMES',
  'WATCHDOG_USEC',
  'WATCHDOG_PID',
];

function managerOf(env: NodeJS.ProcessEnv, pid: number): Manager {
  const watchdog = watchdogOf(env, pid);
  const descriptor = descriptorOf(env, pid);
  if (descriptor !== undefined) {
    const tell = (...lines: readonly string[]): void => {
      try {
        writeSync(descriptor, lines.join('\n'));
      } catch {
        // It went away: that ends nothing here.
      }
    };
    return { tell, told: () => Promise.resolve(), watchdog };
  }
  const { NOTIFY_SOCKET: socket } = env;
  if (socket === undefined || socket === '')
    return { tell: () => undefined, told: () => Promise.resolve(), watchdog: undefined };
  let last = Promise.resolve();
  const tell = (...lines: readonly string[]): void => {
    last = last.then(() => byProgram(lines, { ...env, NOTIFY_SOCKET: socket }));
  };
  return { tell, told: () => last, watchdog };
}

/** sd_watchdog_enabled(3). */
function watchdogOf(
  { WATCHDOG_USEC: limit, WATCHDOG_PID: whose }: NodeJS.ProcessEnv,
  pid: number,
): number | undefined {
  const microseconds = Number(limit);
  const ours = whose === undefined || whose === '' || Number(whose) === pid;
  return ours && microseconds > 0 ? microseconds / 1000 : undefined;
}

/** sd_listen_fds_with_names(3). */
function descriptorOf(
  { LISTEN_PID: whose, LISTEN_FDNAMES: names = '' }: NodeJS.ProcessEnv,
  pid: number,
): number | undefined {
  const at = Number(whose) === pid ? names.split(':').indexOf(NAME) : -1;
  return at === -1 ? undefined : FIRST + at;
}

/** systemd-notify(1); the unit must let it speak for the service, by NotifyAccess=all. */
function byProgram(lines: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve) => {
    // It ends when the manager has heard it.
    execFile('systemd-notify', ['--', ...lines], { env, timeout: PATIENCE }, () => resolve());
  });
}

/** Milliseconds. */
const PATIENCE = 5000;
