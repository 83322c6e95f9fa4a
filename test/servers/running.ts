// A real server as a child process of the test: started in the foreground, awaited until its port answers, and stopped by
// its own process id. What it printed is shown when it does not come up.
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds that a program has to come up: ten times what it needs, on a machine that has ten times as much to do. */
const PATIENCE = 60_000;

/** A started program. */
export interface Running {
  readonly pid: number;
  /** All that it printed so far. */
  output(): string;
  /** Asks it to end, and after half a minute makes it; resolves when it has. */
  stop(): Promise<void>;
  /** Kills it and all its children at once (SIGKILL), as a power cut would; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Starts a program that stays in the foreground, and waits until all `ports` on loopback accept connections. */
export async function run(
  path: string,
  args: readonly string[],
  ...ports: readonly number[]
): Promise<Running> {
  // A session of its own: Postfix will not start in the group of another, and a Ctrl-C is for the test alone.
  const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = (): Promise<void> => end(child, ended);
  const until = performance.now() + PATIENCE;
  while (!(await allAnswer(ports))) {
    if (child.exitCode !== null || performance.now() > until) {
      await stop();
      throw new Error(`${path} did not come up:\n${output}`);
    }
    await sleep(50);
  }
  const kill = async (): Promise<void> => {
    killGroup(child);
    await ended;
  };
  return { pid: child.pid ?? 0, output: () => output, stop, kill };
}

/** Ports of loopback that are free now, out of those that the kernel gives to no client. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = 10_000 + Math.floor(Math.random() * 22_000);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE / 2);
    await gone;
    clearTimeout(late);
  }
  // A child of it may wait half a minute for a client that is still there.
  killGroup(child);
  await ended;
}

/** It leads a group of its own, see `run`. */
function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it is gone.
  }
}

async function allAnswer(ports: readonly number[]): Promise<boolean> {
  for (const port of ports) if (!(await answers(port))) return false;
  return true;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const finish = (up: boolean): void => {
      socket.destroy();
      resolve(up);
    };
    socket.once('connect', () => finish(true)).once('error', () => finish(false));
  });
}
