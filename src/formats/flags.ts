// PURE: IMAP flags ↔ the letters that mailbox files have for them.

/** Maildir: behind `:2,` in a file's name. */
export const MAILDIR_LETTERS: ReadonlyMap<string, string> = new Map([
  ['D', '\\Draft'],
  ['F', '\\Flagged'],
  ['P', '$Forwarded'],
  ['R', '\\Answered'],
  ['S', '\\Seen'],
  ['T', '\\Deleted'],
]);

/** mbox: in `Status:` and `X-Status:`. */
export const STATUS_LETTERS: ReadonlyMap<string, string> = new Map([
  ['R', '\\Seen'],
  ['A', '\\Answered'],
  ['F', '\\Flagged'],
  ['T', '\\Draft'],
  ['D', '\\Deleted'],
]);

/** Thunderbird's `X-Mozilla-Status`, bit by bit. */
const MOZILLA_BITS: readonly (readonly [bit: number, flag: string])[] = [
  [0x0001, '\\Seen'],
  [0x0002, '\\Answered'],
  [0x0004, '\\Flagged'],
  [0x1000, '$Forwarded'],
];

/** The flags of `X-Mozilla-Status: HHHH`. */
export function mozillaFlags(status: number): string[] {
  return MOZILLA_BITS.filter(([bit]) => (status & bit) !== 0).map(([, flag]) => flag);
}

/** Deleted in Thunderbird: the message waits only for its folder to be compacted. */
export function isExpunged(status: number): boolean {
  return (status & 0x0008) !== 0;
}

/** The flags that letters stand for; letters without a meaning are left out. */
export function flagsOf(letters: string, names: ReadonlyMap<string, string>): string[] {
  return letters.split('').flatMap((letter) => names.get(letter) ?? []);
}

/** The letters for flags, in the order of `names`, and the flags that have none. */
export function lettersOf(
  flags: readonly string[],
  names: ReadonlyMap<string, string>,
): { readonly letters: string; readonly others: string[] } {
  const wanted = new Set(flags.map((flag) => flag.toLowerCase()));
  const known = [...names].filter(([, flag]) => wanted.has(flag.toLowerCase()));
  const named = new Set(known.map(([, flag]) => flag.toLowerCase()));
  return {
    letters: known.map(([letter]) => letter).join(''),
    others: flags.filter((flag) => !named.has(flag.toLowerCase())),
  };
}

/** Words that may be flags (RFC 9051 §9: atoms); what is none, or stands there twice, is left out. */
export function keywords(text: string): string[] {
  return [...new Set(text.split(/[ \t]+/).filter((word) => ATOM.test(word)))];
}

const ATOM = /^[!#$&'+-[^-z|}~]{1,100}$/;
