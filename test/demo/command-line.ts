// The real command line as a person would start it: child processes of dist/src/main.js.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Path of the compiled command line. */
export const MAIN: string = fileURLToPath(new URL('../../src/main.js', import.meta.url));

/** How one command ended. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command line bound to one configuration. */
export class CommandLine {
  readonly #config: string;
  readonly #running: Set<ChildProcess> = new Set();

  constructor(config: string) {
    this.#config = config;
  }

  /** Runs one command to its end; killed after 20 seconds. */
  async run(...args: readonly string[]): Promise<Ran> {
    const child = this.#spawn(args, AbortSignal.timeout(20_000));
    return ended(child);
  }

  /** Starts a command that stays, such as `daemon`; `stop` asks it to end (SIGTERM) and waits for that. */
  start(...args: readonly string[]): { readonly stop: () => Promise<Ran>; readonly alive: () => boolean } {
    const child = this.#spawn(args);
    const end = ended(child);
    return {
      alive: () => child.exitCode === null && child.signalCode === null,
      stop: () => {
        child.kill('SIGTERM');
        return end;
      },
    };
  }

  /** Kills what still runs. */
  kill(): void {
    for (const child of this.#running) child.kill('SIGKILL');
  }

  #spawn(args: readonly string[], signal?: AbortSignal): ChildProcess {
    const child = spawn(process.execPath, [MAIN, '--config', this.#config, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
      ...(signal === undefined ? {} : { signal, killSignal: 'SIGKILL' as const }),
    });
    this.#running.add(child);
    child.once('close', () => this.#running.delete(child));
    return child;
  }
}

async function ended(child: ChildProcess): Promise<Ran> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
  child.on('error', (error) => err.push(Buffer.from(`${error.message}\n`)));
  await once(child, 'close').catch(() => {}); // an error is told above, and its close may have come before
  return {
    code: child.exitCode,
    stdout: Buffer.concat(out).toString(),
    stderr: Buffer.concat(err).toString(),
  };
}
