// What a person asks for with `mailkeep import`, done in a house that is open for writing: by the command itself, or by the running
// service at its wish.
import { realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { MailError } from '../model/error.ts';
import { octetsBelow } from './octets-below.ts';
import type { Imported } from './report.ts';
import { importMail, type Import } from './run.ts';

/** What to import. */
export interface ImportWish {
  /** Absolute. */
  readonly paths: readonly string[];
  /** To whom it belongs. */
  readonly account: string;
  /** The folder of all of it; null: each message's is named by where it lies. */
  readonly folder: string | null;
  /** Only counts. */
  readonly dryRun: boolean;
}

/** How far it is: octets of all that is to be read, and the messages found in them. */
export type ImportProgress = (done: number, total: number, messages: number) => void;

/**
 * Imports. What ended it early is in the answer: cut, it may be begun again, and goes on. Throws MailError `usage` for what is the
 * archive's own.
 */
export async function importWished(
  house: Pick<Import, 'archive' | 'keeper' | 'db'>,
  { paths, account, folder, dryRun }: ImportWish,
  signal: AbortSignal,
  progress?: ImportProgress,
): Promise<Imported> {
  for (const path of paths) await refuseOwn(path, house.archive.data);
  const total = progress === undefined ? 0 : await octetsBelow(paths, signal);
  const { archive, keeper, db } = house;
  const tell: Import['progress'] = ({ messages }, done) => progress?.(done, total, messages);
  return importMail(
    { archive, keeper, db, account, folder: folder ?? undefined, dryRun, signal, progress: tell },
    paths,
  );
}

/** The archive's own files are no mailbox to import from: each would get a second place. */
async function refuseOwn(path: string, data: string): Promise<void> {
  const [real, own] = await Promise.all([path, data].map((name) => realpath(name).catch(() => name)));
  if (real === undefined || own === undefined) return;
  if (!`${real}${sep}`.startsWith(`${own}${sep}`) && !`${own}${sep}`.startsWith(`${real}${sep}`)) return;
  throw new MailError({
    kind: 'usage',
    retry: 'never',
    message: `${path} holds this archive itself, or is a part of it`,
    hint: 'see `mailkeep import --help`',
  });
}
