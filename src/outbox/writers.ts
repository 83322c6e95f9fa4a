// Which letters some program still has open for writing, as Linux tells it of the processes that we may look into (proc(5)): our
// own user's, and for root all. Whoever writes a file slowly, or waits before its last lines, is seen so, however long the pause.
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { isLetter, type Observation } from './settle.ts';

/** The files that are open for writing: who has them, a process number, by `place`. */
export type Writers = ReadonlyMap<string, number>;

/** A file as `Writers` names it. */
export function place({ dev, ino }: Pick<Observation, 'dev' | 'ino'>): string {
  return `${dev}:${ino}`;
}

/** True where the program that writes a file of the user `uid` would be seen, as far as it runs as that user. */
export function wouldBeSeen(uid: bigint): boolean {
  const own = process.geteuid?.();
  return own === 0 || (own !== undefined && BigInt(own) === uid);
}

/** Looks through the open files of all processes. A process that ends, or is not ours to look into, has none. */
export function writers(): Writers {
  const found = new Map<string, number>();
  for (const pid of named('/proc')) {
    for (const fd of named(`/proc/${pid}/fd`)) {
      try {
        const file = `/proc/${pid}/fd/${fd}`;
        // Only of letters more is asked: to stat a file of a network that is gone would take for ever.
        if (!isLetter(basename(readlinkSync(file))) || !writes(pid, fd)) continue;
        found.set(place(statSync(file, { bigint: true })), Number(pid));
      } catch {
        // It was closed meanwhile.
      }
    }
  }
  return found;
}

/** proc_pid_fdinfo(5): the flags of open(2), in octal; the last two bits are how it is open, and 0 is reading alone. */
function writes(pid: string, fd: string): boolean {
  const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'latin1'))?.[1];
  return flags !== undefined && (Number.parseInt(flags, 8) & 3) !== 0;
}

function named(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}
