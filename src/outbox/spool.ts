// <data>/spool/: the files of letters that are under way. `<id>.raw` is what lay in the drop folder, `<id>.eml` what is sent.
// A file has its name only once all of it is on disk.
import { mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncDirectory } from '../runtime/atomic-file.ts';
import { storageError } from '../runtime/storage-error.ts';

/** `raw`: as it was dropped; `eml`: as it is sent; `copy`: the same with its Bcc, for the sender; `report`: what he is told of it. */
export type Form = 'raw' | 'eml' | 'copy' | 'report';

/** A file that is being written. */
export interface Draft {
  /** Throws MailError `storage`. */
  write(chunk: Buffer): Promise<void>;
  /** Syncs it, gives it its name, and syncs the directory. */
  commit(): Promise<void>;
  /** Leaves nothing behind. Safe after commit. */
  discard(): Promise<void>;
}

/** The spool of the archive at `data`. */
export class Spool {
  readonly #folder: string;

  constructor(data: string) {
    this.#folder = join(data, 'spool');
  }

  /**
   * Makes the directory, and removes what is not wanted any more. The ids of letters as they were dropped that no row `isKnown` to
   * have come from are returned: they may be the only copy there is.
   */
  async open(wanted: ReadonlySet<string>, isKnown: (id: string) => boolean): Promise<string[]> {
    const orphans: string[] = [];
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      // Whoever made it may have been killed before this: without its own name on disk it holds nothing.
      await syncDirectory(dirname(this.#folder));
      for (const name of await readdir(this.#folder)) {
        const [, id = '', form] = /^([0-9a-f]+)\.(raw|eml|copy|report)$/.exec(name) ?? [];
        if (form === 'raw' && !isKnown(id)) orphans.push(id);
        else if (!wanted.has(id)) await rm(join(this.#folder, name), { force: true });
      }
    } catch (thrown) {
      throw storageError(thrown, 'opening the spool');
    }
    return orphans;
  }

  /** Where a letter's file lies. */
  path(id: string, form: Form): string {
    return join(this.#folder, `${id}.${form}`);
  }

  /** Begins a file. */
  async draft(id: string, form: Form): Promise<Draft> {
    const path = this.path(id, form);
    return draftAt(this.#folder, path);
  }

  /** Removes what is left of a letter. A power cut may bring it back, until `sync`. */
  async remove(id: string): Promise<void> {
    for (const form of ['raw', 'eml', 'copy', 'report'] as const)
      await rm(this.path(id, form), { force: true });
  }

  /** What was removed stays removed. Throws MailError `storage`. */
  sync(): Promise<void> {
    return syncDirectory(this.#folder);
  }
}

/** Begins a file at `path` in `folder`: it appears there, whole and durable, at `commit`, and replaces what lies there. */
export async function draftAt(folder: string, path: string, mode: number = 0o600): Promise<Draft> {
  const temporary = `${path}.tmp`;
  let file: FileHandle | undefined;
  try {
    await rm(temporary, { force: true });
    file = await open(temporary, 'wx', mode);
  } catch (thrown) {
    throw storageError(thrown, `writing ${path}`);
  }
  return new OpenDraft(folder, path, temporary, file);
}

class OpenDraft implements Draft {
  readonly #folder: string;
  readonly #path: string;
  readonly #temporary: string;
  readonly #file: FileHandle;
  #open = true;

  constructor(folder: string, path: string, temporary: string, file: FileHandle) {
    this.#folder = folder;
    this.#path = path;
    this.#temporary = temporary;
    this.#file = file;
  }

  async write(chunk: Buffer): Promise<void> {
    try {
      await this.#file.appendFile(chunk);
    } catch (thrown) {
      throw storageError(thrown, `writing ${this.#path}`);
    }
  }

  async commit(): Promise<void> {
    try {
      await this.#file.datasync();
      await this.#close();
      await rename(this.#temporary, this.#path);
      await syncDirectory(this.#folder);
    } catch (thrown) {
      throw storageError(thrown, `writing ${this.#path}`);
    }
  }

  async discard(): Promise<void> {
    await this.#close();
    await rm(this.#temporary, { force: true });
  }

  async #close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#file.close();
  }
}
