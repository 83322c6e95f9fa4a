// PURE: the files by which editors tell that they have another one open. Whoever writes a letter in the drop folder itself saves
// it now and then, and each time it looks done: it is not while the editor says so.

/** vim and nano (`.x.eml.swp`, then `.swo`, `.swn`), Emacs (`.#x.eml`, while there is something to save), LibreOffice, Kate. */
const MARKERS: readonly RegExp[] = [
  /^\.(.+)\.s[a-z]{2}$/s,
  /^\.#(.+)$/s,
  /^\.~lock\.(.+)#$/s,
  /^\.(.+)\.kate-swp$/s,
];

/** The files among `names` that are open in an editor, each with the name that tells it. */
export function openFiles(names: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const name of names) {
    const [, file] = MARKERS.flatMap((marker) => marker.exec(name) ?? []);
    if (file !== undefined) found.set(file, name);
  }
  return found;
}

/** Why a letter that lies there for long is not taken. */
export function openInEditor(marker: string): string {
  return `it is open in an editor, as ${JSON.stringify(marker)} beside it says: close it there, or remove that file where the editor is gone`;
}
