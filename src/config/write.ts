// A new account → the configuration file: a new file, or one more entry in the file that is there, whose comments stay. The
// text is checked before anything is written, and the file is replaced in one step.
import { chmod, chown, mkdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Document, isMap, parseDocument } from 'yaml';
import { MailError, textOf } from '../model/error.ts';
import { writeAtomic } from '../runtime/atomic-file.ts';
import type { RawAccount } from './raw.ts';

/** What is there before. */
export interface Existing {
  readonly text: string;
  /** Permission bits. */
  readonly mode: number;
}

/** The file at `path`, or undefined where there is none. Throws MailError `config` where it cannot be read. */
export async function existing(path: string): Promise<Existing | undefined> {
  try {
    return { text: await readFile(path, 'utf8'), mode: (await stat(path)).mode & 0o777 };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw cannot('read', path, error);
  }
}

/** The text of a configuration with `account` added to `before`; `top` holds data and outbox where they were given. */
export function withAccount(
  before: string | undefined,
  account: RawAccount,
  top: { readonly data?: string | undefined; readonly outbox?: string | undefined },
): string {
  const document = before === undefined ? blank() : parseDocument(before, { merge: true });
  for (const [key, value] of Object.entries(top)) if (value !== undefined) document.set(key, value);
  const entry = document.createNode(account);
  const password = entry.get('password', true);
  if (isMap(password)) password.flow = true;
  if (document.has('accounts')) document.addIn(['accounts'], entry);
  else document.set('accounts', [entry]);
  return document.toString({ lineWidth: 0 });
}

function blank(): Document {
  const document = new Document({});
  document.commentBefore = ' mailkeep reads this; config/mailkeep.example.yaml shows every key';
  return document;
}

/**
 * Writes `text` to `path` in one step, with its folder (0700) where there is none. A new file that root writes into the folder
 * of another group, like /etc/mailkeep, is for that group to read: the service is in it. Throws MailError `storage`.
 */
export async function writePrivate(path: string, text: string, mode?: number): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const place = await realpath(path).catch(() => path); // a link stays a link
    const { gid } = await stat(dirname(place));
    const shared = mode === undefined && process.getuid?.() === 0 && gid !== 0;
    await writeAtomic(place, text, mode ?? 0o600);
    if (!shared) return;
    await chown(place, 0, gid);
    await chmod(place, 0o640);
  } catch (error) {
    throw cannot('written', path, error);
  }
}

function cannot(what: string, path: string, cause: unknown): MailError {
  return new MailError({
    kind: what === 'read' ? 'config' : 'storage',
    message: `${path} cannot be ${what}: ${textOf(cause)}`,
    retry: 'never',
    hint: '--config FILE names another place',
    cause,
  });
}
