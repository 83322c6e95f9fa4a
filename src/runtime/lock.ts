// One writer: a file that names the process which holds it. A process is known by its number and its start time, so that
// a number used again is not taken for it; a lock whose process is gone is taken over. For the archive, processes that do not see
// each other, as in two containers, are kept apart by the kernel's lock on a file beside it.
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { MailError } from '../model/error.ts';
import { mustBeFile } from './plain-file.ts';
import { codeOf, storageError } from './storage-error.ts';

/** A lock that is held until `release`, or until the process ends in whatever way. */
export interface Lock {
  /** True while its file is there and names us: somebody may have removed it with the whole folder. */
  readonly isWhole: boolean;
  /** What its file holds. */
  readonly mark: string;
  /** Gives it up. Safe to call twice. */
  release(): Promise<void>;
}

/** Against whom a lock holds. */
interface Reach {
  /** Also against processes that cannot be seen from here; `<path>.guard` stays for good. */
  readonly unseen?: boolean;
  /** The marks of those that were given up while their folder was away: they hold against nobody, should it come back. */
  readonly given?: ReadonlySet<string>;
}

interface Holder {
  readonly pid: number;
  /** Boot and start time of the process; empty where the system does not tell them. */
  readonly start: string;
}

/**
 * Takes the lock at `path`, whose directory must exist. It holds among the processes of one machine that see each other, and
 * with `unseen` among all who share the file system, where that can lock. Throws MailError `locked`, retry `later`, naming the
 * process that has it, or `storage`.
 */
export async function acquireLock(
  path: string,
  { unseen = false, given = new Set() }: Reach = {},
): Promise<Lock> {
  const text = `${JSON.stringify({ pid: process.pid, start: startOf(process.pid), token: randomBytes(8).toString('hex') })}\n`;
  const own = `${path}.${randomBytes(6).toString('hex')}`;
  let guard: Database.Database | undefined;
  try {
    if (unseen) guard = guarded(path);
    writeFileSync(own, text, { flag: 'wx', mode: 0o600 });
    try {
      take(path, own, { alone: guard !== undefined, given });
      sweep(path);
    } finally {
      unlinkSync(own);
    }
  } catch (thrown) {
    guard?.close();
    throw storageError(thrown, `locking ${path}`);
  }
  return {
    mark: text,
    get isWhole() {
      return contentOf(path) === text;
    },
    release: async () => {
      if (contentOf(path) === text) unlinkSync(path);
      guard?.close();
    },
  };
}

/**
 * The kernel's lock on `<path>.guard`, by the hand of SQLite: it ends with the process, in whatever way, and counts for whoever
 * shares the file system. Undefined where the file system cannot lock.
 */
function guarded(path: string): Database.Database | undefined {
  create(`${path}.guard`);
  mustBeFile(`${path}.guard`);
  // SQLite says of a file that is another user's only that it cannot be opened.
  accessSync(`${path}.guard`, constants.R_OK | constants.W_OK);
  const guard = new Database(`${path}.guard`, { timeout: 0 });
  try {
    guard.exec('BEGIN EXCLUSIVE');
    return guard;
  } catch (thrown) {
    guard.close();
    if (codeOf(thrown) !== 'SQLITE_BUSY') return undefined;
    throw lockedBy(parse(contentOf(path) ?? '')?.pid, path);
  }
}

/** Where it is there it is not opened: to close it would give up a lock on it that this process has. */
function create(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (thrown) {
    if (codeOf(thrown) !== 'EEXIST') throw thrown;
  }
}

/**
 * Gives `own` the name `path`, which is atomic; it fails where the name exists, and then its holder is looked at. Where the kernel
 * has said that nobody else holds it (`alone`), whoever is named there is gone, even if his number is another process's now.
 */
function take(
  path: string,
  own: string,
  { alone, given }: { readonly alone: boolean; readonly given: ReadonlySet<string> },
): void {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      return linkSync(own, path);
    } catch (thrown) {
      if (codeOf(thrown) !== 'EEXIST') throw thrown;
    }
    const found = contentOf(path);
    if (found === undefined) continue;
    const holder = parse(found);
    if (!alone && !given.has(found) && holder !== undefined && isAlive(holder))
      throw lockedBy(holder.pid, path);
    putAside(path, found, `${own}.stale`);
  }
  throw new Error('its holder changed a hundred times');
}

/** Removes a stale lock, by a rename: if another process was faster, what was moved is its lock, and goes back. */
function putAside(path: string, stale: string, aside: string): void {
  try {
    renameSync(path, aside);
    if (contentOf(aside) !== stale) linkSync(aside, path);
    unlinkSync(aside);
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code !== 'ENOENT' && code !== 'EEXIST') throw thrown;
  }
}

/** Removes what processes left that were killed while they asked. */
function sweep(path: string): void {
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.`) || !/\.[0-9a-f]{12}(?:\.stale)?$/.test(name)) continue;
    const left = join(dirname(path), name);
    const holder = parse(contentOf(left) ?? '');
    if (holder !== undefined && !isAlive(holder)) rmSync(left, { force: true });
  }
}

function lockedBy(pid: number | undefined, path: string): MailError {
  return new MailError({
    kind: 'locked',
    retry: 'later',
    message: `${dirname(path)} is in use by another mailkeep (${pid === undefined ? 'elsewhere' : `process ${pid}`})`,
    hint: 'Wait until it is done, or stop it first: a running service fetches mail by itself.',
    cause: new Error(`process ${pid ?? 'unknown'} is running`),
  });
}

/** A power cut may leave an empty or torn file; nobody holds such a lock. */
function parse(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('start' in value))
      return undefined;
    const { pid, start } = value;
    return Number.isSafeInteger(pid) && typeof pid === 'number' && pid > 0 && typeof start === 'string'
      ? { pid, start }
      : undefined;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, start }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    // EPERM: it runs, as another user.
    if (codeOf(thrown) !== 'EPERM') return false;
  }
  return start === '' || startOf(pid) === start;
}

/** `<boot id>/<clock ticks from boot to the start of the process>`, proc(5) field 22; empty without /proc. */
function startOf(pid: number): string {
  const stat = contentOf(`/proc/${pid}/stat`);
  const boot = contentOf('/proc/sys/kernel/random/boot_id');
  if (stat === undefined || boot === undefined) return '';
  // The second field is the command in brackets, and may hold anything: what counts comes behind the last bracket.
  return `${boot.trim()}/${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`;
}

/** Undefined where nothing is there. What is no file, such as a pipe that never ends, names nobody, and is not waited for. */
function contentOf(path: string): string | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const kind = fstatSync(file);
    return kind.isFile() || kind.isDirectory() ? readFileSync(file, 'utf8') : '';
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT' || codeOf(thrown) === 'ESRCH') return undefined;
    if (codeOf(thrown) === 'ENXIO') return ''; // a socket
    throw thrown;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
