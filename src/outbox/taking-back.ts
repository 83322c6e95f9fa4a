// What lies in failed/ goes on its way again: only as it was put there, and only after the row says so; then the file is
// removed, so that nobody moves it back beside it. A crash in between leaves the row, by which the rest is done.
import { once } from 'node:events';
import { createReadStream, existsSync } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory } from '../runtime/atomic-file.ts';
import { codeOf, storageError } from '../runtime/storage-error.ts';
import type { Why } from './actions.ts';
import type { Letter } from './letter.ts';
import { contentOf } from './report.ts';
import type { Spool } from './spool.ts';

/** Why a letter cannot be taken from failed/; null where it can. Throws MailError `storage`. */
export async function whyNotBack(letter: Letter, spool: Spool): Promise<Why | null> {
  if (letter.verdict !== null) return 'unfit';
  if (letter.landed === null || !existsSync(letter.landed)) return 'moved';
  if (!existsSync(spool.path(letter.id, 'raw'))) return 'forgotten';
  try {
    const file = await open(letter.landed, 'r');
    try {
      return (await isSame(file, letter, spool)) ? null : 'changed';
    } finally {
      await file.close();
    }
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return 'moved';
    throw storageError(thrown, `reading ${letter.landed}`);
  }
}

/** Removes what lies in failed/. Safe to repeat. Throws MailError `storage`. */
export async function takeBack(landed: string): Promise<void> {
  try {
    await rm(landed, { force: true });
    await rm(landed.replace(/\.eml$/, '.reason.txt'), { force: true });
  } catch (thrown) {
    throw storageError(thrown, `removing ${landed}`);
  }
  await syncDirectory(dirname(landed));
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
