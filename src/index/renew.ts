// The index at the start of whatever writes it: one that is missing or damaged is noticed, and an empty one takes its place. Nothing is
// lost by that: the journals bring back the places, the files the text; what else it knew is carried over as far as it can be read.
import { existsSync, rmSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { MailError } from '../model/error.ts';
import { carryOver } from './carry-over.ts';
import { hasJournals, INDEX_FILE, isSound, openIndex, type Index } from './database.ts';

/** An index to work with. */
export interface Opened {
  readonly db: Index;
  /** Why it is a new one, for a person; null where it is the old one, or where nothing is stored yet. */
  readonly lost: string | null;
}

/**
 * Opens the index of `data` for writing; the caller holds the writer's lock. `all` of it is read to see whether it is sound, a
 * second or so for each gigabyte; otherwise only what opening it tells. Throws MailError as openIndex does.
 */
export function openOrRenew(data: string, all: boolean): Opened {
  const path = join(data, INDEX_FILE);
  const isThere = existsSync(path) && statSync(path).size > 0;
  const old = isThere ? opened(data) : undefined;
  if (old !== undefined && (!all || isSound(old))) return { db: old, lost: null };
  old?.close();
  const aside = `${path}.damaged`;
  if (isThere) putAside(path, aside);
  const db = openIndex(data, 'write');
  carryOver(db, aside);
  remove(aside);
  if (isThere) return { db, lost: `${path} is damaged` };
  return { db, lost: hasJournals(data) ? `${path} is missing` : null };
}

/** The log goes first: a cut between the two leaves a file that is damaged still, never a log beside a new file. */
function putAside(path: string, aside: string): void {
  remove(aside);
  for (const end of ['-wal', '-shm', ''])
    if (existsSync(`${path}${end}`)) renameSync(`${path}${end}`, `${aside}${end}`);
}

/** Undefined where it is so damaged that it does not open. */
function opened(data: string): Index | undefined {
  try {
    return openIndex(data, 'write');
  } catch (thrown) {
    if (thrown instanceof MailError && /^SQLITE_(CORRUPT|NOTADB)/.test(thrown.code ?? '')) return undefined;
    throw thrown;
  }
}

function remove(path: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
}
