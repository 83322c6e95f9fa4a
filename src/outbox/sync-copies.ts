// PURE: names that programs which keep folders in step give to a second copy of a file. Such a copy is no letter of its own: it
// appears by itself, often when the first one was just taken and sent, and nobody has asked for it.

/** By what each is known. What stands in a pattern is the program's own form, so that a letter about a conflict is a letter. */
const PATTERNS: readonly (readonly [program: string, pattern: RegExp])[] = [
  ['Syncthing', /\.sync-conflict-\d{8}-\d{6}(-[A-Z2-7]{7})?\./i],
  // (Wang's conflicted copy 2026-11-26), (conflicted copy 2026-11-26 101500), and as these programs say it in Chinese
  [
    'Dropbox or Nextcloud',
    /[(（][^()（）]*(conflicted copy|case conflict|冲突副本|冲突的副本|衝突複本)[^()（）]*[)）]/i,
  ],
  ['ownCloud', /_conflict-\d{8}-\d{6}\./i],
  ['Seafile', /\(SFConflict [^()]+\)/i],
  ['Google Drive', /\[conflict\]|_conf\(\d+\)/i],
  ['pCloud', /\[conflicted( \d+)?\]/i],
  ['Synology Drive', /_[A-Za-z]{3}-\d\d-\d{6}-\d{4}_Conflict\./i],
  ['Resilio Sync', /\.Conflict\.eml$/i],
  ['rclone', /\.(conflict|path)\d+\.eml$|\.eml\.conflict\d+/i],
];

/** Why a file of this name is held back; null where its name says nothing. */
export function conflictCopy(name: string): string | null {
  const [program] = PATTERNS.find(([, pattern]) => pattern.test(name)) ?? [];
  return program === undefined
    ? null
    : `its name says that it is a second copy of a letter, made by a program that keeps folders in step (as ${program} names them): rename it to send it`;
}

/** The name that `x (2).eml` is a copy of: `x.eml`; null for any other. Browsers and people name files so, too. */
export function numbered(name: string): string | null {
  const [, base, end] = /^(.+?) ?\(\d{1,2}\)(\.eml)$/i.exec(name) ?? [];
  return base === undefined || end === undefined ? null : base + end;
}

/** Why a file is held back that is octet for octet the letter `first`, by the name of which it is called. */
export function twinOf(first: string): string {
  return `it is octet for octet ${first}, which was taken before: rename it to send it once more`;
}
