// A proof of completeness as a person reads it: a line for each folder, and below it every message that is not as it
// should be, by its UID (ranges as 4-9) or its unique-id.
import type { KnownKey } from '../index/positions.ts';
import type { AccountProof, FolderProof } from '../receive/proof.ts';
import type { Language } from '../web/language.ts';
import { hintLines } from './hint-lines.ts';
import { told } from '../chinese/told.ts';
import { languageOf } from './locale.ts';
import type { Frame } from './output.ts';
import { proofWords, type Flaw } from './proof-words.ts';
import { paintFor, safeLine, type Paint } from './terminal-text.ts';

/** The lines for one account. */
export function proofLines({ name, proved, folders, error }: AccountProof, frame: Frame): string[] {
  const paint = paintFor(frame);
  const language = languageOf(frame.around.env);
  const words = proofWords[language];
  const lines = folders.flatMap((folder) => folderLines(name, folder, paint, language));
  if (error !== null) {
    lines.push(paint.red(`✗ ${words.trouble(name, safeLine(told(error.message, language)))}`));
    if (error.hint !== null) lines.push(...hintLines(frame, frame.terminal.out, error.hint, { indent: 4 }));
  }
  const shown = folders.reduce((sum, { server }) => sum + server, 0);
  const end = proved
    ? paint.green(`✓ ${words.proved(name, shown)}`)
    : paint.red(`✗ ${words.notProved(name)}`);
  return [...lines, end];
}

const FLAWS: readonly Flaw[] = ['missing', 'changed', 'damaged', 'extra'];

function folderLines(account: string, folder: FolderProof, paint: Paint, language: Language): string[] {
  const words = proofWords[language];
  const { name, server, stored, proved, notes, error } = folder;
  const where = `${account} ${safeLine(name)}`;
  if (error !== undefined)
    return [paint.red(`✗ ${words.trouble(where, safeLine(told(error.message, language)))}`)];
  const flaws = FLAWS.filter((flaw) => folder[flaw].length > 0);
  const counted = flaws.map((flaw) => [flaw, folder[flaw].length] as const);
  const head = `${proved ? '✓' : '✗'} ${words.folder(where, server, stored, counted)}`;
  return [
    proved ? paint.green(head) : paint.red(head),
    ...flaws.map((flaw) => `    ${words.flaw[flaw]}${safeLine(keyList(folder[flaw]))}`),
    ...notes.map((note) => `    ${told(note, language)}`),
  ];
}

/** UIDs in ranges, ascending; unique-ids one by one. */
export function keyList(keys: readonly KnownKey[]): string {
  const uids = keys.filter((key) => typeof key === 'number').toSorted((a, b) => a - b);
  const ranges: { from: number; to: number }[] = [];
  for (const uid of uids) {
    const last = ranges.at(-1);
    if (last?.to === uid - 1) last.to = uid;
    else ranges.push({ from: uid, to: uid });
  }
  const names = keys.filter((key) => typeof key === 'string').map((name) => name.trim());
  return [...ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)), ...names].join(', ');
}
