// The real command line as a person would start it: child processes of dist/src/main.js.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Path of the compiled command line. */
export const MAIN: string = fileURLToPath(new URL('../../src/main.js', import.meta.url));

/** How one command ended. */
export interface Ran {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface Started {
  readonly pid: number;
  readonly alive: () => boolean;
  /** Resolves when it has ended. */
  readonly ended: Promise<Ran>;
  /** What it has written to stderr so far. */
  readonly said: () => string;
  /** What it has written to stdout so far. */
  readonly printed: () => string;
  /** Sends a signal, and resolves when it has ended. */
  readonly kill: (signal: NodeJS.Signals) => Promise<Ran>;
  /** Asks it to end (SIGTERM) and waits for that. */
  readonly stop: () => Promise<Ran>;
}

/** Milliseconds after which a command that should end by itself is killed. */
const LONGEST = 600_000;

/** A command line bound to one configuration. */
export class CommandLine {
  readonly #config: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #running: Set<ChildProcess> = new Set();

  /** `env`: variables beside those of this process. */
  constructor(config: string, env: Readonly<Record<string, string>> = {}) {
    this.#config = config;
    this.#env = env;
  }

  /** Runs one command to its end; killed after ten minutes. */
  async run(...args: readonly string[]): Promise<Ran> {
    return this.#spawn(args, [], AbortSignal.timeout(LONGEST)).ended;
  }

  /** Starts a command that stays, such as `daemon`. */
  start(...args: readonly string[]): Started {
    return this.#spawn(args, []);
  }

  /** Starts a command below another, such as `strace …`; asynchronous work on files has one thread, so that runs are alike. */
  startUnder(above: readonly string[], ...args: readonly string[]): Started {
    return this.#spawn(args, above);
  }

  /** Kills what still runs. */
  kill(): void {
    for (const child of this.#running) killAll(child);
  }

  #spawn(args: readonly string[], above: readonly string[], signal?: AbortSignal): Started {
    const [program, ...rest] = [...above, process.execPath, MAIN, '--config', this.#config, ...args];
    const child = spawn(program ?? '', rest, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        NO_COLOR: '1',
        // The control socket lies in the archive, and is no other test's.
        XDG_RUNTIME_DIR: '',
        RUNTIME_DIRECTORY: '',
        // io_uring would pass strace by.
        ...(above.length === 0 ? {} : { UV_THREADPOOL_SIZE: '1', UV_USE_IO_URING: '0' }),
        ...this.#env,
      },
      // What strace runs is killed with it.
      detached: above.length > 0,
      ...(signal === undefined ? {} : { signal, killSignal: 'SIGKILL' as const }),
    });
    this.#running.add(child);
    child.once('close', () => this.#running.delete(child));
    return started(child);
  }
}

/** A program that was asked to stop ended well: by itself, or without a thread that read on, by the signal that asked it (read/leave). */
export function stoppedWell({ code, signal }: Pick<Ran, 'code' | 'signal'>): boolean {
  return code === 0 || signal === 'SIGTERM';
}

function started(child: ChildProcess): Started {
  let out = '';
  let err = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.on('error', (error) => (err += `${error.message}\n`));
  const ended = new Promise<Ran>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, stdout: out, stderr: err }));
  });
  const kill = (signal: NodeJS.Signals): Promise<Ran> => {
    child.kill(signal);
    return ended;
  };
  return {
    pid: child.pid ?? 0,
    alive: () => child.exitCode === null && child.signalCode === null,
    ended,
    said: () => err,
    printed: () => out,
    kill,
    stop: () => kill('SIGTERM'),
  };
}

function killAll(child: ChildProcess): void {
  try {
    if (child.pid !== undefined && child.spawnargs[0] === 'strace') process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch {
    // It ended in the meantime.
  }
}

/**
 * Waits until `condition` holds, by asking again and again. Throws after `ms`, with `what` did not happen: long enough for a
 * machine that has ten times as much to do.
 */
export async function until(
  condition: () => boolean,
  what: string | (() => string),
  ms: number = 120_000,
): Promise<void> {
  const end = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > end)
      throw new Error(`in ${ms} ms it did not happen: ${typeof what === 'string' ? what : what()}`);
    await sleep(20);
  }
}
