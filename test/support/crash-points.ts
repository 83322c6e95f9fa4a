// Death at a chosen moment: a command runs once undisturbed under strace, its calls of the system are counted, and then it
// runs again and again, each time killed (SIGKILL) when it is about to make one of them.
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Started } from './command-line.ts';
import { install, type Installation } from './installation.ts';
import { CALLS, parse, type Call } from './strace.ts';
import { temporaryDirectory, type Ending } from './temporary.ts';

/** Before the `nth` call of that name by one thread, counted from 1; of calls on `path` only, where one is given. */
export interface Moment {
  readonly call: string;
  readonly nth: number;
  /** Below the installation's directory. */
  readonly path?: string;
}

const OPTIONS = ['-f', '-y', '-qq', '-s', '0'];

/** Starts a command whose calls are written to a file; `calls` reads them once it has ended. */
export function watched(
  house: Installation,
  ...args: readonly string[]
): { readonly started: Started; readonly calls: () => Call[] } {
  const file = join(house.directory, 'strace');
  const started = house.line.startUnder(['strace', ...OPTIONS, '-e', `trace=${CALLS}`, '-o', file], ...args);
  return { started, calls: () => parse(readFileSync(file, 'utf8')) };
}

/** Starts a command that dies at that moment. */
export function doomed(
  house: Installation,
  { call, nth, path }: Moment,
  ...args: readonly string[]
): Started {
  const only = path === undefined ? [] : ['-P', join(house.directory, path)];
  const inject = ['-e', `trace=${call}`, '-e', `inject=${call}:signal=SIGKILL:when=${nth}`];
  return house.line.startUnder(['strace', ...OPTIONS, ...only, ...inject, '-o', '/dev/null'], ...args);
}

/**
 * The moments before the calls that `wanted` picks; `before` is the one that the same thread made on the same file before it.
 * With `on`, only calls on that file are counted, and it is killed by them alone.
 */
export function moments(
  calls: readonly Call[],
  wanted: (call: Call, before: Call | undefined) => boolean,
  on?: { readonly house: Installation; readonly path: string },
): Moment[] {
  const counts = new Map<string, number>();
  const found = new Map<string, Moment>();
  let before: Call | undefined;
  for (const call of calls) {
    if (on !== undefined && call.path !== join(on.house.directory, on.path)) continue;
    const key = `${call.thread} ${call.name}`;
    const nth = (counts.get(key) ?? 0) + 1;
    counts.set(key, nth);
    if (wanted(call, before)) {
      found.set(`${call.name} ${nth}`, {
        call: call.name,
        nth,
        ...(on === undefined ? {} : { path: on.path }),
      });
    }
    before = call;
  }
  return [...found.values()];
}

/** A copy of an installation as it stands, in a directory of its own: what a crash leaves is told apart by it. */
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

/** Does `work` for each moment, two at a time. */
export async function atEach(all: readonly Moment[], work: (moment: Moment) => Promise<void>): Promise<void> {
  const queue = all.values();
  const lane = async (): Promise<void> => {
    for (const moment of queue) {
      try {
        await work(moment);
      } catch (thrown) {
        throw new Error(`killed before ${moment.call} number ${moment.nth} ${moment.path ?? ''}`, {
          cause: thrown,
        });
      }
    }
  };
  await Promise.all([lane(), lane()]);
}
