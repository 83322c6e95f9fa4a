// A Maildir, with the folders below it as Maildir++ has them: a message lies in each folder that it was in, with its flags in its
// name and its date as the file's; keywords have letters of the folder's own, as Dovecot has them. What is there already by its id, under whatever flags, is left.
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { directoryOfFolder, exportedName, idInName } from '../formats/maildir.ts';
import { MaildirKeywords } from './maildir-keywords.ts';
import { withLf } from '../formats/line-ends.ts';
import { MailError } from '../model/error.ts';
import { shortened } from '../model/ids.ts';
import { syncDirectory } from '../runtime/atomic-file.ts';
import { makeFolder } from '../runtime/make-folder.ts';
import { codeOf } from '../runtime/storage-error.ts';
import type { Chosen } from './chosen.ts';
import type { Content } from './content.ts';
import { writeNewFile } from './new-file.ts';
import type { Target } from './target.ts';
import { targetError } from './target-error.ts';

/** Opens the Maildir at `path`, making it where it is not. Throws MailError `usage` for what is none, and `storage`. */
export async function maildir(path: string): Promise<Target> {
  const names = await namesIn(path);
  if (names.length > 0 && !names.includes('cur'))
    throw new MailError({
      kind: 'usage',
      retry: 'never',
      message: `${path} is no Maildir, and not empty`,
      hint: 'Give the path of a Maildir, or of a directory that is not there yet.',
    });
  const folders = new Map<string, Promise<Folder>>();
  const folderOf = (name: string): Promise<Folder> => {
    const directory = directoryFor(name);
    const known = folders.get(directory) ?? open(join(path, directory));
    folders.set(directory, known);
    return known;
  };
  await folderOf('INBOX'); // a Maildir is one also where all is in folders below it
  const unkept = new Set<string>();
  return {
    lanes: 16,
    unkept,
    put: async (message, content) => {
      let written = false;
      for (const { name, flags, received } of message.folders) {
        const folder = await folderOf(name);
        // Several folders of accounts may be one here.
        if (folder.ids.has(shortened(message.id))) continue;
        folder.ids.add(shortened(message.id));
        const letters = await folder.keywords.letters(flags, unkept);
        await write(folder, message, content, letters, received);
        written = true;
      }
      return written ? 'written' : 'known';
    },
    end: async () => {
      for (const folder of folders.values()) await syncDirectory(join((await folder).path, 'cur'));
      await syncDirectory(path);
    },
    abandon: async () => undefined,
  };
}

interface Folder {
  readonly path: string;
  /** What it holds, `shortened`. */
  readonly ids: Set<string>;
  readonly keywords: MaildirKeywords;
}

async function open(path: string): Promise<Folder> {
  try {
    for (const part of ['cur', 'new', 'tmp']) await makeFolder(join(path, part), 0o700);
    const ids = new Set<string>();
    for (const part of ['cur', 'new']) {
      for (const name of await readdir(join(path, part))) {
        const id = idInName(name);
        if (id !== undefined) ids.add(shortened(id));
      }
    }
    await syncDirectory(path);
    return { path, ids, keywords: await MaildirKeywords.of(path) };
  } catch (thrown) {
    throw targetError(thrown, `making the Maildir ${path}`);
  }
}

async function write(
  folder: Folder,
  { id, date }: Chosen,
  content: Content,
  letters: string,
  received: number | null,
): Promise<void> {
  const at = received ?? date;
  const name = exportedName(id, at ?? 0);
  const place = join(folder.path, 'cur', `${name}:2,${letters}`);
  await writeNewFile(place, join(folder.path, 'tmp', name), octets(content), at);
}

async function* octets(content: Content): AsyncGenerator<Buffer> {
  for await (const { piece } of content.pieces()) yield content.ends === 'crlf' ? withLf(piece) : piece;
}

/** A name that no file system can have is cut, and told from others by its hash. */
function directoryFor(folder: string): string {
  const directory = directoryOfFolder(folder);
  if (directory.length <= 200) return directory;
  return `${directory.slice(0, 180)}-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`;
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return [];
    throw targetError(thrown, `opening the Maildir ${path}`);
  }
}
