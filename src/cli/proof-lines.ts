// A proof of completeness as a person reads it: a line for each folder, and below it every message that is not as it
// should be, by its UID (ranges as 4-9) or its unique-id.
import type { KnownKey } from '../index/positions.ts';
import type { AccountProof, FolderProof } from '../receive/proof.ts';
import { safeLine, type Paint } from './terminal-text.ts';

/** The lines for one account. */
export function proofLines({ name, proved, folders, error }: AccountProof, paint: Paint): string[] {
  const lines = folders.flatMap((folder) => folderLines(name, folder, paint));
  if (error !== null) {
    lines.push(paint.red(`✗ ${name}: ${safeLine(error.message)}`));
    if (error.hint !== null) lines.push(`    hint: ${safeLine(error.hint)}`);
  }
  const shown = folders.reduce((sum, { server }) => sum + server, 0);
  const end = proved
    ? paint.green(`✓ ${name}: proved: all ${amount(shown)} messages that the server shows are stored`)
    : paint.red(`✗ ${name}: NOT proved`);
  return [...lines, end];
}

function folderLines(account: string, folder: FolderProof, paint: Paint): string[] {
  const { name, server, stored, missing, changed, extra, damaged, proved, notes, error } = folder;
  const where = `${account} ${safeLine(name)}`;
  if (error !== undefined) return [paint.red(`✗ ${where}: ${safeLine(error.message)}`)];
  const figures = [
    `${amount(server)} at the server, ${amount(stored)} of them stored`,
    ...told(missing, 'missing'),
    ...told(changed, 'changed'),
    ...told(damaged, 'damaged'),
    ...told(extra, 'stored and not there'),
  ];
  const head = `${proved ? '✓' : '✗'} ${where}: ${figures.join(', ')}`;
  return [
    proved ? paint.green(head) : paint.red(head),
    ...listed('missing from the archive', missing),
    ...listed('other octets at the server', changed),
    ...listed('stored, and the file is not whole', damaged),
    ...listed('stored, and not at the server', extra),
    ...notes.map((note) => `    ${note}`),
  ];
}

function told(keys: readonly KnownKey[], what: string): string[] {
  return keys.length === 0 ? [] : [`${amount(keys.length)} ${what}`];
}

function listed(what: string, keys: readonly KnownKey[]): string[] {
  return keys.length === 0 ? [] : [`    ${what}: ${safeLine(keyList(keys))}`];
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

function amount(count: number): string {
  return count.toLocaleString('en');
}
