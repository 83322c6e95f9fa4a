// What a child asked of the system, as strace saw it: each call with its path, and when it began and ended among the others.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const STRACE = 'strace';

/** Why tests that need strace are left out; false where it is here and may be used. */
export const noStrace: string | false =
  spawnSync(STRACE, ['-f', '-e', 'trace=none', 'true']).status === 0 ? false : 'needs strace';

/** What to put before a command so that a call of the system fails, said as strace wants it: `fdatasync:error=EIO:when=1`. */
export function failing(inject: string): string[] {
  const [call = ''] = inject.split(':');
  return [STRACE, '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${inject}`];
}

/** A call of the system that has to do with files. */
export interface Call {
  readonly name: string;
  /** The number of its thread. */
  readonly thread: string;
  /** The file of its descriptor, or its first path. */
  readonly path: string;
  /** Its second path, of a rename. */
  readonly to: string;
  /** All that was given to it, as strace wrote it. */
  readonly given: string;
  /** `0`, `-1 EIO (Input/output error) (INJECTED)` */
  readonly result: string;
  /** Places in the order of all events. */
  readonly began: number;
  readonly ended: number;
}

/** The calls that are looked at. */
export const CALLS: string =
  'write,pwrite64,writev,pwritev,fdatasync,fsync,fchmod,rename,renameat,renameat2,mkdir,mkdirat,unlink,ftruncate';

/** Runs a command that must succeed. `options` are further ones of strace; `file` is where it may write. */
export function traced(
  command: readonly string[],
  options: readonly string[],
  file: string,
): { readonly calls: Call[]; readonly stdout: string } {
  const given = ['-f', '-y', '-s', '0', '-e', `trace=${CALLS}`, ...options, '-o', file];
  // io_uring would pass the calls by.
  const env = { ...process.env, UV_USE_IO_URING: '0' };
  const { status, stdout, stderr } = spawnSync(STRACE, [...given, ...command], { encoding: 'utf8', env });
  assert.equal(status, 0, stderr);
  return { calls: parse(readFileSync(file, 'utf8')), stdout };
}

/** The calls in what strace wrote. */
export function parse(text: string): Call[] {
  const calls: Call[] = [];
  const open = new Map<string, { began: number; start: string }>();
  for (const [now, row] of text.split('\n').entries()) {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(row) ?? [];
    const [, start] = /^(\w+\(.*) <unfinished \.\.\.>$/.exec(rest) ?? [];
    if (start !== undefined) {
      open.set(thread, { began: now, start });
      continue;
    }
    const [, end] = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest) ?? [];
    const before = end === undefined ? undefined : open.get(thread);
    const whole = before === undefined ? rest : before.start + (end ?? '');
    const [, name, given = '', result = ''] = /^(\w+)\((.*)\) += (.*)$/.exec(whole) ?? [];
    if (name === undefined) continue;
    const paths = [...given.matchAll(/"((?:[^"\\]|\\.)*)"|<([^<>]*)>/g)].map(
      (match) => match[1] ?? match[2] ?? '',
    );
    calls.push({
      name,
      thread,
      path: paths[0] ?? '',
      to: paths[1] ?? '',
      given,
      result,
      began: before?.began ?? now,
      ended: now,
    });
  }
  return calls;
}
