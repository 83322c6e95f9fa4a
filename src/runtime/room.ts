// Room that is left alone on the disk of the archive: receiving stops before the disk is full, so that what is on its way, the
// journals, the index and the outbox can still be written.
import { statfs } from 'node:fs/promises';
import { MailError } from '../model/error.ts';
import { DISK_FULL, storageError } from './storage-error.ts';

/** Octets that receiving leaves free, at most: 512 MB. */
const MOST = 512 * 2 ** 20;
/** The same as a share of the disk: it counts where it is less. */
const SHARE = 0.02;

/** The disk of a directory, in octets. */
export interface Room {
  readonly free: number;
  /** Receiving pauses while less than this is free: 2 % of the disk, or 512 MB, whichever is less; 0 where the disk tells no size. */
  readonly least: number;
}

/** How much room there is for `directory`, which must exist. Throws MailError `storage`. */
export async function roomFor(directory: string): Promise<Room> {
  try {
    const { bavail, blocks, bsize } = await statfs(directory);
    return { free: bavail * bsize, least: Math.min(MOST, Math.floor(blocks * bsize * SHARE)) };
  } catch (thrown) {
    throw storageError(thrown, `looking at the disk of ${directory}`);
  }
}

/** Throws MailError `storage`, retry `later`, where what is being done (`what`, with its verb) is to wait for room. */
export async function needRoom(directory: string, what: string = 'receiving pauses'): Promise<void> {
  const { free, least } = await roomFor(directory);
  if (free >= least) return;
  throw new MailError({
    kind: 'storage',
    retry: 'later',
    code: 'ENOSPC',
    message: `${what}: only ${inMegabytes(free)} of disk space are left in ${directory}, and ${inMegabytes(least)} are kept free`,
    hint: DISK_FULL,
    cause: new Error(`${free} octets are free`),
  });
}

function inMegabytes(octets: number): string {
  return `${(octets / 2 ** 20).toFixed(1)} MB`;
}
