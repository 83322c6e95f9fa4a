// The keywords of one folder of a Maildir: each has a letter, a to z, and `dovecot-keywords` tells which. A letter is on the disk
// before a name bears it. A folder that Dovecot keeps itself has its letters from Dovecot, and none is added.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dovecotKeywords, dovecotKeywordsText, freeLetter, maildirLetters } from '../formats/maildir.ts';
import { keywords } from '../formats/flags.ts';
import { writeAtomic } from '../runtime/atomic-file.ts';

const FILE = 'dovecot-keywords';

/** Gives letters to keywords. */
export class MaildirKeywords {
  readonly #path: string;
  readonly #names: Map<string, string>;
  readonly #isOurs: boolean;
  #written: Promise<void> = Promise.resolve();

  private constructor(path: string, names: Map<string, string>) {
    this.#path = path;
    this.#names = names;
    this.#isOurs = !existsSync(join(path, 'dovecot-uidlist'));
  }

  /** Those that a folder has. */
  static async of(path: string): Promise<MaildirKeywords> {
    const text = await readFile(join(path, FILE), 'utf8').catch(() => '');
    return new MaildirKeywords(path, dovecotKeywords(text));
  }

  /** The letters for a message's flags; what has none goes into `unkept`. Rejects where the file cannot be written. */
  async letters(flags: readonly string[], unkept: Set<string>): Promise<string> {
    let added = false;
    for (const flag of maildirLetters(flags, this.#names).others) {
      const letter = this.#isOurs && keywords(flag).length > 0 ? freeLetter(this.#names) : undefined;
      if (letter === undefined) unkept.add(flag);
      else this.#names.set(letter, flag);
      added ||= letter !== undefined;
    }
    if (added) {
      const text = dovecotKeywordsText(this.#names);
      this.#written = this.#written.then(() => writeAtomic(join(this.#path, FILE), text, 0o600));
    }
    await this.#written;
    return maildirLetters(flags, this.#names).letters;
  }
}
