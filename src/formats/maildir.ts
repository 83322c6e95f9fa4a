// PURE: names in a Maildir. A message's flags stand behind `:2,` in its file's name; the folders of Maildir++ are directories
// that begin with a dot, with dots between the levels, in the modified UTF-7 of IMAP.
import { isInbox } from '../model/mailbox.ts';
import { encodeModifiedUtf7 } from '../protocol/imap/modified-utf7.ts';
import { flagsOf, keywords, lettersOf, MAILDIR_LETTERS } from './flags.ts';

/**
 * The flags in a file's name. `names` are the keywords of its folder by their letters (Dovecot's `dovecot-keywords`). Where a
 * file system allows no colon, programs write `!` or `;`.
 */
export function maildirFlags(name: string, names: ReadonlyMap<string, string> = new Map()): string[] {
  const letters = INFO.exec(name)?.[1] ?? '';
  return [...new Set(flagsOf(letters, new Map([...MAILDIR_LETTERS, ...names])))];
}

/** True for the name of a message in `cur`, which tells its flags, be it none. */
export function hasInfo(name: string): boolean {
  return INFO.test(name);
}

const INFO = /[:!;]2,([A-Za-z]*)$/;

/** `dovecot-keywords`: a number and a keyword a line; 0 to 25 are the letters a to z. */
export function dovecotKeywords(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, number, word] = /^(\d{1,2}) (\S+)$/.exec(line) ?? [];
    const [flag] = keywords(word ?? '');
    if (flag !== undefined && Number(number) < 26) found.set(letter(Number(number)), flag);
  }
  return found;
}

/** What `dovecotKeywords` reads. */
export function dovecotKeywordsText(names: ReadonlyMap<string, string>): string {
  return [...names].map(([one, keyword]) => `${one.charCodeAt(0) - 0x61} ${keyword}\n`).join('');
}

/** The first letter that is free for a keyword; undefined where 26 have theirs. */
export function freeLetter(names: ReadonlyMap<string, string>): string | undefined {
  return Array.from({ length: 26 }, (_, number) => letter(number)).find((one) => !names.has(one));
}

/** The letters of flags for a file's name, and the flags that have none; `names` are the keywords of its folder by letter. */
export function maildirLetters(
  flags: readonly string[],
  names: ReadonlyMap<string, string>,
): ReturnType<typeof lettersOf> {
  return lettersOf(flags, new Map([...MAILDIR_LETTERS, ...names]));
}

/** The id that is in the name of an exported file. */
export function idInName(name: string): string | undefined {
  return /^\d{1,12}\.([0-9a-f]{64})\.mailkeep(?:[:!;,]|$)/.exec(name)?.[1];
}

/** The name of an exported file without its flags; `date` in milliseconds since 1970. */
export function exportedName(id: string, date: number): string {
  return `${Math.max(0, Math.floor(date / 1000))}.${id}.mailkeep`;
}

/**
 * The directory of a folder below the Maildir: `` for INBOX, else a dot and its levels. Dots of a name, and slashes that are no
 * levels, are encoded, so that no name leads out of the Maildir.
 */
export function directoryOfFolder(folder: string): string {
  if (folder === '' || isInbox(folder)) return '';
  const parts = folder.split('/');
  const levels = parts.includes('') ? [folder] : parts;
  return `.${levels.map(encoded).join('.')}`;
}

function encoded(part: string): string {
  return encodeModifiedUtf7(part.replace(LONE, '\ufffd')).replaceAll('.', '&AC4-').replaceAll('/', '&AC8-');
}

function letter(number: number): string {
  return String.fromCharCode(0x61 + number);
}

/** Half of a surrogate pair: no text. */
const LONE = /[\ud800-\udfff]/gu;
