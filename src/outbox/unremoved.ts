// Letters that were taken, and whose files may lie in the drop folder yet: a crash came before the removal, or the system refuses it.
// Such a file is known for what it is wherever it was moved since, is no letter a second time, and goes as soon as it can.
import { MailError } from '../model/error.ts';
import { isOrigin, isTaken, removeOriginal } from './claim.ts';
import type { DropFolder, DroppedName } from './drop-folder.ts';
import type { Gathered } from './gathered.ts';
import type { Journal } from './journal.ts';
import { type Observation, sameFile } from './settle.ts';

/** The files of letters that were taken. */
export class Unremoved {
  readonly #journal: Journal;
  /** Files that cannot be removed, by the letters that they are, as they were when their octets were compared. */
  readonly #compared = new Map<string, Observation>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** True where this file is one of them. It is removed now if it can be, and told in `all` where it cannot. */
  async has(
    folder: DropFolder,
    name: DroppedName,
    file: Observation,
    shown: string,
    all: Gathered,
  ): Promise<boolean> {
    for (const letter of all.pending) {
      if (!isOrigin(letter.origin, file)) continue;
      const compared = this.#compared.get(letter.id);
      const isSame = compared !== undefined && sameFile(compared, file);
      if (!isSame && !(await isTaken(folder, name, letter.origin))) continue;
      this.#compared.set(letter.id, file);
      const removal = await removeOriginal(folder, name, letter, this.#journal);
      if (removal instanceof MailError) all.left.push({ file: shown, reason: removal.message });
      else this.#compared.delete(letter.id);
      all.present.add(letter.id);
      return true;
    }
    return false;
  }

  /**
   * After a look at all folders: a crash after the unlink left the row behind, and the file is gone, as it should be. What could not
   * be read may be it, and so may what lies on a disk that is not there now, or in the folder of an account that is out of the
   * configuration.
   */
  forgetGone({ blind, pending, present, disks }: Gathered): void {
    if (blind) return;
    for (const { id, folder, origin } of pending)
      if (!present.has(id) && disks.get(folder) === origin.dev) this.#journal.unlinked(id);
  }
}
