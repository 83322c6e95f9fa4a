// A new account → the configuration file: a new file, or one more entry in the file that is there, whose comments stay. The
// text is checked before anything is written, and the file is replaced in one step.
import { chmod, chown, readFile, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Document, isMap, isNode, isSeq, parseDocument } from 'yaml';
import type { Node } from 'yaml';
import { MailError, textOf } from '../model/error.ts';
import { writeAtomic } from '../runtime/atomic-file.ts';
import { makeFolder } from '../runtime/make-folder.ts';
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

/**
 * The text of a configuration with `account` added to `before`; `top` holds data and outbox where they were given. What stands in
 * the file stays as it is written, comments and line ends too.
 */
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
  const inserted = before === undefined ? undefined : insertedInto(before, document, entry);
  const list = document.get('accounts');
  if (isSeq(list) && list.items.length > 0) list.add(entry);
  else document.set('accounts', [entry]);
  // Only what says the same may stand in place of what the parser writes.
  if (inserted !== undefined && sameIn(inserted, document)) return inserted;
  const text = document.toString({ lineWidth: 0 });
  return before?.includes('\r\n') === true ? text.replace(/\r?\n/g, '\r\n') : text;
}

/** `before` with the entry as lines of its own below the last account; undefined where accounts is no list of lines. */
function insertedInto(before: string, document: Document, entry: Node): string | undefined {
  const list = document.get('accounts', true);
  if (!isSeq(list) || list.flow === true) return undefined;
  const [first, last] = [list.items.at(0), list.items.at(-1)];
  if (!isNode(first) || !isNode(last) || !first.range || !last.range) return undefined;
  const line = before.lastIndexOf('\n', first.range[0]) + 1;
  const [, indent] = /^( *)- /.exec(before.slice(line)) ?? [];
  if (indent === undefined) return undefined;
  const written = before.slice(0, last.range[1]).trimEnd().length;
  const at = before.indexOf('\n', written);
  const end = before.includes('\r\n') ? '\r\n' : '\n';
  const lines = new Document([entry]).toString({ lineWidth: 0 }).trimEnd().split('\n');
  const text = lines.map((one) => `${indent}${one}${end}`).join('');
  return at === -1 ? `${before}${end}${text}` : before.slice(0, at + 1) + text + before.slice(at + 1);
}

function sameIn(text: string, document: Document): boolean {
  const found = parseDocument(text, { merge: true });
  return found.errors.length === 0 && isDeepStrictEqual(found.toJS(), document.toJS());
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
    await makeFolder(dirname(path), 0o700);
    const place = await realpath(path).catch(() => path); // a link stays a link
    const { gid } = await stat(dirname(place));
    const shared = mode === undefined && process.getuid?.() === 0 && gid !== 0;
    const before = mode === undefined ? undefined : await stat(place).catch(() => undefined);
    await writeAtomic(place, text, mode ?? 0o600);
    // The new file is root's: the service reads the old one by its group.
    if (before !== undefined && process.getuid?.() === 0) {
      await chown(place, before.uid, before.gid);
      await chmod(place, mode ?? 0o600);
    }
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
    hint: (cause instanceof MailError ? cause.hint : undefined) ?? '--config FILE names another place',
    cause,
  });
}
