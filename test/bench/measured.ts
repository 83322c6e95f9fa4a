// A program run to its end, with its time, the most memory it ever held (VmHWM, so that a short peak counts too), and how much
// it read and wrote.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a run cost. */
export interface Cost {
  readonly seconds: number;
  /** Of the processor, all threads, but for the last of its moments. */
  readonly processor: number;
  /** Octets of resident memory at the peak; all threads of the process are in it. */
  readonly peak: number;
  /** Octets that it read and wrote, of files and sockets, but for the last of its moments. */
  readonly moved: number;
  readonly output: string;
}

/** Runs a program; throws when it fails. */
export async function measured(
  path: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Cost> {
  const started = performance.now();
  const child = spawn(path, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  let peak = 0;
  let moved = 0;
  let processor = 0;
  const look = setInterval(() => {
    try {
      const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
      peak = Math.max(peak, Number(kilobytes ?? 0) * 1024);
      const io = readFileSync(`/proc/${child.pid}/io`, 'utf8');
      moved = [...io.matchAll(/^[rw]char: (\d+)/gm)].reduce((sum, [, octets]) => sum + Number(octets), 0);
      // Fields 14 and 15; Linux counts them in hundredths of a second on every machine.
      const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      processor = (Number(stat[11]) + Number(stat[12])) / 100;
    } catch {
      // it has just ended
    }
  }, 50);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve).once('error', reject);
  });
  clearInterval(look);
  if (code !== 0) throw new Error(`${path} ${args.join(' ')} ended with ${code}:\n${output}`);
  return { seconds: (performance.now() - started) / 1000, peak, moved, output, processor };
}
