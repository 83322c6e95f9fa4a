// The drop folder, or an account's folder in it, held open: names are looked up in this very directory, whatever somebody
// puts into its place meanwhile, and no link in it is ever followed. The drop folder itself may be one: its owner made it.
import { constants } from 'node:fs';
import { access, link, lstat, open, readdir, rename, rm, statfs, type FileHandle } from 'node:fs/promises';
import { asMailError, MailError, textOf } from '../model/error.ts';
import { decodeText } from '../protocol/text.ts';
import { codeOf, storageError } from '../runtime/storage-error.ts';
import { openFiles } from './editors.ts';
import { isLetter, type Observation } from './settle.ts';

/** A name in the folder. File names are octets: `shown` is for people, `bytes` for the system. */
export interface DroppedName {
  readonly bytes: Buffer;
  readonly shown: string;
}

/** A letter among them. */
export interface DroppedLetter extends DroppedName {
  /** The file that tells that it is open in an editor; null where there is none. */
  readonly marker: string | null;
}

/** What the system keeps of a file beside its contents. */
interface Kept {
  readonly regular: boolean;
  readonly links: bigint;
  /** The user whose file it is. */
  readonly uid: bigint;
}

/** What `remove` did with a file: it is gone, was not there any more, another file has its name, or the system refused. */
export type Removal = 'gone' | 'absent' | 'changed' | MailError;

/**
 * File systems whose times this kernel writes, one instant to both for each write (statfs(2)): ext4, XFS, Btrfs, tmpfs, ZFS, F2FS,
 * bcachefs, overlay. All others may be written from elsewhere, or round one time and not the other, as FAT did.
 */
const LOCAL: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x2fc12fc1, 0xf2f52010, 0xca451a4e, 0x794c7630,
]);

/** What submit.ts writes before it has its name. Whoever was killed over it has handed in nothing. */
const DRAFT = /^\..+\.[0-9a-f]{8}\.eml\.tmp$/;
const ABANDONED = 36 * 60 * 60_000;

/** One open folder. Close it. */
export class DropFolder {
  /** The account whose folder it is; null for the drop folder itself. */
  readonly account: string | null;
  /** This kernel alone writes its files and their times. */
  readonly local: boolean;
  /** The device on which it lies. */
  readonly disk: bigint;
  readonly #handle: FileHandle;
  readonly #base: Buffer;

  private constructor(
    account: string | null,
    handle: FileHandle,
    base: string,
    { local, disk }: Pick<DropFolder, 'local' | 'disk'>,
  ) {
    this.account = account;
    this.local = local;
    this.disk = disk;
    this.#handle = handle;
    this.#base = Buffer.from(`${base}/`);
  }

  /** Opens the directory at `path`. Throws MailError `storage`: absent, not a directory, not readable; that of an account: a link. */
  static async open(path: string, account: string | null): Promise<DropFolder> {
    try {
      const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
      // Whoever may drop letters could put a link into the place of an account's folder.
      const handle = await open(path, O_RDONLY | O_DIRECTORY | (account === null ? 0 : O_NOFOLLOW));
      const base = `/proc/self/fd/${handle.fd}`;
      const byHandle = await access(`${base}/.`).then(
        () => true,
        () => false,
      );
      // Of the directory that is open: another one may have its name.
      const { type } = await statfs(byHandle ? base : path);
      const { dev } = await handle.stat({ bigint: true });
      return new DropFolder(account, handle, byHandle ? base : path, { local: LOCAL.has(type), disk: dev });
    } catch (thrown) {
      throw asMailError(thrown, {
        kind: 'storage',
        retry: 'later',
        message: `the drop folder ${path} cannot be read: ${textOf(thrown)}`,
        hint: 'It must be a directory that the service may read and write.',
      });
    }
  }

  /** The name under which the file of a letter is removed. */
  static hidden(id: string): DroppedName {
    return { bytes: Buffer.from(`.taken-${id}.tmp`), shown: '' };
  }

  /** The letters in it, by name. */
  async letters(): Promise<DroppedLetter[]> {
    const names = await readdir(this.#base, { encoding: 'buffer' });
    const open = openFiles(names.map((bytes) => bytes.toString('latin1')));
    return names
      .map((bytes) => ({
        bytes,
        shown: decodeText(bytes),
        marker: open.get(bytes.toString('latin1')) ?? null,
      }))
      .filter(({ shown }) => isLetter(shown))
      .sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  }

  /** What the system says of a file, itself and not what it points to; undefined where it is gone. */
  async stat(name: DroppedName): Promise<(Observation & Kept) | undefined> {
    try {
      const { dev, ino, size, mtimeNs, ctimeNs, nlink, mode, uid } = await lstat(this.#at(name.bytes), {
        bigint: true,
      });
      const regular = (mode & BigInt(constants.S_IFMT)) === BigInt(constants.S_IFREG);
      return { dev, ino, size, mtimeNs, ctimeNs, regular, links: nlink, uid };
    } catch (thrown) {
      if (codeOf(thrown) === 'ENOENT') return undefined;
      throw thrown;
    }
  }

  /** Opens a file for reading; a FIFO does not block, and a link is an error (ELOOP). */
  open(name: DroppedName): Promise<FileHandle> {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    return open(this.#at(name.bytes), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  }

  /** Why no file can be removed from here; null where one can. `by`: for us alone, or for everybody. */
  async closed(): Promise<{ readonly why: string; readonly by: 'rights' | 'disk' } | null> {
    try {
      await access(this.#base, constants.W_OK);
      return null;
    } catch (thrown) {
      return codeOf(thrown) === 'EROFS'
        ? { why: 'its folder is on a read-only file system: mount that for writing', by: 'disk' }
        : { why: 'the service may not remove files from this folder: let it write there', by: 'rights' };
    }
  }

  /**
   * Removes `name` if it still is the file that `same` recognises, and syncs the directory. It first gets a hidden name: a
   * file that somebody renames over it between our look and our removal must not be the one that goes.
   */
  async remove(name: DroppedName, id: string, same: (file: Observation) => boolean): Promise<Removal> {
    const hidden = DropFolder.hidden(id);
    try {
      const before = await this.stat(name);
      if (before === undefined || !same(before)) return before === undefined ? 'absent' : 'changed';
      await rename(this.#at(name.bytes), this.#at(hidden.bytes));
      const after = await this.stat(hidden);
      if (after === undefined) return 'absent';
      if (!same(after)) {
        await link(this.#at(hidden.bytes), this.#at(name.bytes));
        await rm(this.#at(hidden.bytes));
        return 'changed';
      }
      await rm(this.#at(hidden.bytes), { force: true });
      await this.#handle.sync();
      return 'gone';
    } catch (thrown) {
      if (codeOf(thrown) === 'ENOENT') return 'absent';
      return asMailError(thrown, {
        kind: 'storage',
        retry: 'later',
        message: `${name.shown} cannot be removed from the drop folder: ${textOf(thrown)}`,
        hint: 'It was taken, and will be sent once; give the service the right to remove files there.',
      });
    }
  }

  /**
   * Files that a crash left between the two steps of `remove`: `mayGo` gets each id, and says whether it may go. What a `send` that
   * was killed had begun goes as well, a day and a half after its last write. What cannot be tidied up is returned, and holds up
   * nothing else.
   */
  async sweep(now: number, mayGo: (id: string, file: Observation) => boolean): Promise<MailError[]> {
    const errors: MailError[] = [];
    for (const bytes of await readdir(this.#base, { encoding: 'buffer' })) {
      const text = bytes.toString('latin1');
      const id = /^\.taken-([0-9a-f]+)\.tmp$/.exec(text)?.[1];
      const isDraft = DRAFT.test(text);
      if (id === undefined && !isDraft) continue;
      const name: DroppedName = { bytes, shown: decodeText(bytes) };
      try {
        const file = await this.stat(name);
        if (file === undefined || !file.regular) continue;
        if (isDraft && now - Number(file.mtimeNs / 1_000_000n) < ABANDONED) continue;
        // A crash may also have come between its new name and the end of the hidden one.
        if (id !== undefined && !mayGo(id, file) && !(await this.#hasOtherName(name, file))) {
          await link(this.#at(bytes), this.#at(Buffer.from(`recovered-${id}.eml`)));
        }
        await rm(this.#at(bytes));
      } catch (thrown) {
        errors.push(storageError(thrown, `tidying up ${name.shown} in the drop folder`));
      }
    }
    await this.#handle.sync();
    return errors;
  }

  async #hasOtherName(name: DroppedName, { ino, links }: Observation & { links: bigint }): Promise<boolean> {
    if (links < 2n) return false;
    for (const other of await this.letters()) {
      if (!other.bytes.equals(name.bytes) && (await this.stat(other))?.ino === ino) return true;
    }
    return false;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  #at(name: Buffer): Buffer {
    return Buffer.concat([this.#base, name]);
  }
}
