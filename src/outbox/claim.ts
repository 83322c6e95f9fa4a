// One file of the drop folder becomes a letter of the queue: copied and hashed, looked at again, synced, written down, and
// only then removed. A crash anywhere leaves either the file or the row and never takes a letter twice. It is copied, not
// renamed, because whoever wrote it may still have it open.
import { createHash, randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { MailError } from '../model/error.ts';
import { codeOf } from '../runtime/storage-error.ts';
import type { DropFolder, DroppedName, Removal } from './drop-folder.ts';
import type { Journal } from './journal.ts';
import type { Letter, Origin } from './letter.ts';
import { type Observation, sameFile } from './settle.ts';
import type { Draft, Spool } from './spool.ts';
import { type Facts, Structure } from './structure.ts';
import { numbered } from './sync-copies.ts';

/** What became of a claim. */
export type Claimed =
  | { readonly letter: Letter; readonly removal: MailError | null }
  /** It is quiet and not whole. */
  | { readonly incomplete: string }
  /** It is quiet, and nothing in it says where it ends. */
  | { readonly openEnded: true }
  /** It is octet for octet the letter of this name, which was taken before. */
  | { readonly twin: string }
  /** Somebody writes it, or it is gone: look again later. */
  | { readonly unsettled: true }
  /** Not ours to touch, for this reason. */
  | { readonly left: string };

/** What a claim works with. */
export interface ClaimTools {
  readonly spool: Spool;
  readonly journal: Journal;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const CHUNK = 256 * 1024;

/** Why a file is never opened; null where it may be. */
export function untouchable(file: { readonly regular: boolean; readonly links: bigint }): string | null {
  if (!file.regular) return 'it is no regular file (links, pipes and directories are never opened)';
  if (file.links > 1n) return 'it has a second name (a hard link): copy it instead';
  return null;
}

/** How a file is to be taken. */
export interface Terms {
  /** It is taken in order to fail with this reason, whole or not. */
  readonly verdict: string | null;
  /** It was whole before it had its name: where its last line has no line end, it is to have none. */
  readonly renamed: boolean;
  /** Whoever writes it may not be done: only what says where it ends is taken. */
  readonly mayGrow: boolean;
}

/**
 * Takes `name` if it still is what was observed.
 * Throws MailError `storage` where the spool or the queue cannot be written: then nothing was taken.
 */
export async function claim(
  folder: DropFolder,
  name: DroppedName,
  observed: Observation,
  { verdict, renamed, mayGrow }: Terms,
  { spool, journal, now }: ClaimTools,
): Promise<Claimed> {
  const closed = await folder.closed();
  if (closed !== null) return { left: closed.why };
  let file: FileHandle;
  try {
    file = await folder.open(name);
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code === 'ENOENT') return { unsettled: true };
    if (code === 'ELOOP' || code === 'ENXIO') return { left: 'it is no regular file' };
    if (code === 'EACCES' || code === 'EPERM') return { left: 'the service may not read it' };
    throw thrown;
  }
  const id = randomBytes(6).toString('hex');
  const draft = await spool.draft(id, 'raw').catch(async (thrown: unknown) => {
    await file.close();
    throw thrown;
  });
  try {
    const copied = await copy(file, observed, draft);
    if (!('origin' in copied)) return copied;
    const done = copied.unended && (renamed || copied.endsItself);
    if (copied.missing !== null && !done && verdict === null) return { incomplete: copied.missing };
    if (mayGrow && !copied.endsItself) return { openEnded: true };
    const first = numbered(name.shown);
    if (first !== null && journal.knows(first, copied.origin.sha256)) return { twin: first };
    await draft.commit();
    const letter = journal.claim(
      { id, file: name.shown, folder: folder.account, verdict, origin: copied.origin },
      now,
    );
    const removal = await removeOriginal(folder, name, letter, journal);
    const goesOn = removal === 'changed' && (await folder.stat(name))?.ino === letter.origin.ino;
    if (removal !== 'absent' && !goesOn)
      return { letter: journal.letter(id) ?? letter, removal: removal instanceof MailError ? removal : null };
    // Whoever took it away meanwhile, or gave it another name, has taken it back; and what is written on was not whole.
    journal.withdraw(id);
    await spool.remove(id);
    return { unsettled: true };
  } catch (thrown) {
    if (journal.letter(id) === undefined) await spool.remove(id);
    throw thrown;
  } finally {
    await draft.discard();
    await file.close();
  }
}

/**
 * Removes the file that a letter was, and notes that it is gone. `absent`: it has not been there any more, and nothing is
 * noted; an error: it could not be removed, and is not taken again.
 */
export async function removeOriginal(
  folder: DropFolder,
  name: DroppedName,
  letter: Letter,
  journal: Journal,
): Promise<Removal> {
  const removal = await folder.remove(name, letter.id, (file) => isOrigin(letter.origin, file));
  // `changed`: another file has the name now, or the old one has grown; it is a letter of its own.
  if (removal === 'gone' || removal === 'changed') journal.unlinked(letter.id);
  return removal;
}

/** True where a file can be the one that was claimed. Device numbers change with a restart, and so are not compared. */
export function isOrigin(origin: Origin, file: Observation): boolean {
  return file.ino === origin.ino && file.size === BigInt(origin.size) && file.mtimeNs === origin.mtimeNs;
}

/** True where the octets are those that were claimed, too. */
export async function isTaken(folder: DropFolder, name: DroppedName, origin: Origin): Promise<boolean> {
  return (await hashOf(folder, name)) === origin.sha256;
}

/** The SHA-256 of a file's octets, in lower-case hexadecimal. */
export async function hashOf(folder: DropFolder, name: DroppedName): Promise<string> {
  const file = await folder.open(name);
  try {
    const hash = createHash('sha256');
    for await (const chunk of file.createReadStream({ autoClose: false, highWaterMark: CHUNK }))
      hash.update(chunk);
    return hash.digest('hex');
  } finally {
    await file.close();
  }
}

async function copy(
  file: FileHandle,
  observed: Observation,
  draft: Draft,
): Promise<
  | Exclude<Claimed, { letter: Letter }>
  | ({ readonly origin: Origin } & Pick<Facts, 'missing' | 'unended' | 'endsItself'>)
> {
  const before = await statOf(file);
  const why = untouchable(before);
  if (why !== null) return { left: why };
  if (!sameFile(before, observed)) return { unsettled: true };
  const hash = createHash('sha256');
  const structure = new Structure();
  const buffer = Buffer.alloc(CHUNK);
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, CHUNK);
    if (bytesRead === 0) break;
    const chunk = buffer.subarray(0, bytesRead);
    hash.update(chunk);
    structure.push(chunk);
    await draft.write(chunk);
  }
  const { size, missing, unended, endsItself } = structure.facts();
  if (!sameFile(await statOf(file), observed) || BigInt(size) !== observed.size) return { unsettled: true };
  const { dev, ino, mtimeNs } = observed;
  return { origin: { dev, ino, mtimeNs, size, sha256: hash.digest('hex') }, missing, unended, endsItself };
}

async function statOf(
  file: FileHandle,
): Promise<Observation & { readonly regular: boolean; readonly links: bigint }> {
  const stat = await file.stat({ bigint: true });
  const { dev, ino, size, mtimeNs, ctimeNs, nlink } = stat;
  return { dev, ino, size, mtimeNs, ctimeNs, regular: stat.isFile(), links: nlink };
}
