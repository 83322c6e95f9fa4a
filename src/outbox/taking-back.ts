// What lies in failed/ goes on its way again: only as it was put there. It is set aside first, by one rename, and then the row says
// so: of a person who moves it back into the outbox at that moment and of us, one has it. A crash in between puts it back, or leaves
// the row, by which the rest is done.
import { once } from 'node:events';
import { type BigIntStats, createReadStream, existsSync, lstatSync, renameSync } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncDirectory } from '../runtime/atomic-file.ts';
import { codeOf, storageError } from '../runtime/storage-error.ts';
import type { Why } from './actions.ts';
import type { Letter } from './letter.ts';
import { contentOf } from './report.ts';
import type { Spool } from './spool.ts';

/** A file in failed/ as it was when its octets were compared; or why it cannot be taken. */
type Lying = Pick<BigIntStats, 'ino' | 'size' | 'mtimeNs'> | Why;

/** Looks whether what lies in failed/ is what was put there. Throws MailError `storage`. */
export async function lying(letter: Letter, spool: Spool): Promise<Lying> {
  // Its end is not carried out yet.
  if (!letter.placed) return 'busy';
  if (letter.verdict !== null) return 'unfit';
  if (letter.landed === null || !existsSync(letter.landed)) return 'moved';
  if (!existsSync(spool.path(letter.id, 'raw'))) return 'forgotten';
  try {
    const file = await open(letter.landed, 'r');
    try {
      const found = await file.stat({ bigint: true });
      return (await isSame(file, letter, spool)) ? found : 'changed';
    } finally {
      await file.close();
    }
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return 'moved';
    throw storageError(thrown, `reading ${letter.landed}`);
  }
}

/**
 * Gives it a hidden name, so that nobody moves it any more. Why not, where that cannot be: then it lies as it did. Nothing is waited
 * for. Throws MailError `storage`.
 */
export function setAside(letter: Letter, found: Lying): Why | null {
  if (typeof found === 'string') return found;
  const { landed, id } = letter;
  if (landed === null) return 'moved';
  try {
    renameSync(landed, asideOf(landed, id));
    const { ino, size, mtimeNs } = lstatSync(asideOf(landed, id), { bigint: true });
    if (ino === found.ino && size === found.size && mtimeNs === found.mtimeNs) return null;
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return 'moved';
    throw storageError(thrown, `taking ${landed}`);
  }
  putBack(letter);
  return 'changed';
}

/** What was set aside of a letter that is over lies in failed/ again. Safe to repeat. Throws MailError `storage`. */
export function putBack({ landed, id }: Letter): void {
  // Another file that has come to its name is not replaced.
  if (landed === null || !existsSync(asideOf(landed, id)) || existsSync(landed)) return;
  try {
    renameSync(asideOf(landed, id), landed);
  } catch (thrown) {
    throw storageError(thrown, `putting ${landed} back`);
  }
}

/** Removes what was set aside. Safe to repeat. Throws MailError `storage`. */
export async function takeBack(landed: string, id: string): Promise<void> {
  try {
    await rm(asideOf(landed, id), { force: true });
    // A power cut may have taken the hidden name from it.
    await rm(landed, { force: true });
    await rm(landed.replace(/\.eml$/, '.reason.txt'), { force: true });
  } catch (thrown) {
    throw storageError(thrown, `removing ${landed}`);
  }
  await syncDirectory(dirname(landed));
}

function asideOf(landed: string, id: string): string {
  return join(dirname(landed), `.again-${id}.tmp`);
}

async function isSame(file: FileHandle, letter: Letter, spool: Spool): Promise<boolean> {
  const { from, before } = await contentOf(letter, spool);
  let at = 0;
  const next = async (wanted: Buffer): Promise<boolean> => {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(wanted.length), 0, wanted.length, at);
    at += bytesRead;
    return bytesRead === wanted.length && buffer.equals(wanted);
  };
  if (before !== null && !(await next(before))) return false;
  const stream = createReadStream(from);
  try {
    for await (const chunk of stream) if (Buffer.isBuffer(chunk) && !(await next(chunk))) return false;
  } finally {
    stream.destroy();
    if (!stream.closed) await once(stream, 'close');
  }
  return (await file.stat()).size === at;
}
