// Paths → files, in order, each with the folder that its messages go into: that of a Maildir by Maildir++, that of an mbox by its
// own name, that of an `.eml` by its directory. Directories are walked, links to directories are told and not followed.
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { systemReason } from '../runtime/storage-error.ts';
import { dovecotKeywords, hasInfo, maildirFlags } from '../formats/maildir.ts';
import { decodeModifiedUtf7 } from '../protocol/imap/modified-utf7.ts';
import { entriesAt, type Entry } from './entries.ts';
import type { Left } from './letter.ts';
import { asOctets, pathOctets, readable } from './paths.ts';

/** A file that may hold mail. */
export interface Source {
  /** Octets as latin1. */
  readonly path: string;
  /** Of the directory's entry, octets as latin1. */
  readonly name: string;
  /** What its messages go into, where the file is an mbox or a message. */
  readonly folders: { readonly mbox: string; readonly message: string };
  /** Of a message of a Maildir: the flags in its name. */
  readonly maildir?: { readonly flags: readonly string[] };
}

/** All files below the paths, as typed. */
export async function* walk(paths: readonly string[]): AsyncGenerator<Source | Left> {
  for (const path of paths) {
    const octets = asOctets(resolve(path));
    const name = asOctets(basename(resolve(path)));
    try {
      const found = await stat(pathOctets(octets));
      if (found.isDirectory()) yield* below(octets, { base: readable(name) || '/', levels: [] });
      else if (found.isFile())
        yield fileAt(octets, name, {
          base: readable(asOctets(basename(dirname(resolve(path))))) || '/',
          levels: [],
        });
      else yield { place: path, reason: 'it is neither a file nor a directory', isMail: true };
    } catch (thrown) {
      yield { place: path, reason: systemReason(thrown), isMail: true };
    }
  }
}

/** Where the walk is. */
interface Here {
  /** The readable name of the directory that the walk began in. */
  readonly base: string;
  /** The names from there on, octets as latin1. */
  readonly levels: readonly string[];
}

async function* below(directory: string, here: Here): AsyncGenerator<Source | Left> {
  const entries = await entriesOf(directory);
  if (!Array.isArray(entries)) return yield entries;
  const names = new Set(entries.filter(({ is }) => is === 'directory').map(({ name }) => name));
  const isMaildir =
    names.has('cur') && (names.has('new') || names.has('tmp') || (await bearsFlags(`${directory}/cur`)));
  if (isMaildir) yield* maildir(directory, here);
  for (const entry of entries) {
    if (isMaildir && MAILDIR.has(entry.name)) continue;
    const path = `${directory}/${entry.name}`;
    if (entry.is === 'directory') yield* below(path, into(entry.name, here, isMaildir));
    else yield await fileOrLeft(path, entry, here);
  }
}

const MAILDIR: ReadonlySet<string> = new Set(['cur', 'new', 'tmp']);

/** A copy may have lost `new` and `tmp`, empty as they were: git, `rsync -m` and zip keep no empty directories. */
async function bearsFlags(cur: string): Promise<boolean> {
  const entries = await entriesOf(cur);
  return Array.isArray(entries) && entries.some(({ name }) => hasInfo(name));
}

/** In a Maildir, `.Archive.2020` is two levels. */
function into(name: string, { base, levels }: Here, isMaildir: boolean): Here {
  const more = isMaildir && name.startsWith('.') ? name.slice(1).split('.') : [name];
  return { base, levels: [...levels, ...more] };
}

/** The messages of one Maildir; `tmp` holds what was never delivered. */
async function* maildir(directory: string, here: Here): AsyncGenerator<Source | Left> {
  const folder = here.levels.length === 0 ? 'INBOX' : here.levels.map(ofMaildir).join('/');
  const keywords = dovecotKeywords(await textOfFile(`${directory}/dovecot-keywords`));
  for (const part of ['cur', 'new', 'tmp']) {
    const entries = await entriesOf(`${directory}/${part}`);
    if (!Array.isArray(entries)) {
      if (part === 'cur') yield entries;
      continue;
    }
    for (const entry of entries) {
      const path = `${directory}/${part}/${entry.name}`;
      const place = readable(path);
      if (part === 'tmp') yield { place, reason: 'its delivery was never finished', isMail: false };
      else if (entry.name.startsWith('.'))
        yield { place, reason: 'its name begins with a dot: it is no message of a Maildir', isMail: false };
      else if (entry.is !== 'file') yield { place, reason: 'it is no regular file', isMail: true };
      else {
        const flags = part === 'cur' ? maildirFlags(entry.name, keywords) : [];
        yield { path, name: entry.name, folders: { mbox: folder, message: folder }, maildir: { flags } };
      }
    }
  }
}

async function fileOrLeft(path: string, entry: Entry, here: Here): Promise<Source | Left> {
  const place = readable(path);
  if (entry.is === 'file') return fileAt(path, entry.name, here);
  if (entry.is !== 'link') return { place, reason: 'it is no regular file', isMail: false };
  try {
    const target = await stat(pathOctets(path));
    if (target.isFile()) return fileAt(path, entry.name, here);
    return { place, reason: 'it is a link to a directory, which is not followed', isMail: false };
  } catch (thrown) {
    return { place, reason: systemReason(thrown), isMail: false };
  }
}

function fileAt(path: string, name: string, { base, levels }: Here): Source {
  const names = levels.map((level) => readable(level).replace(/\.(?:sbd|mbox)$/i, ''));
  const own = readable(name).replace(/\.(?:mbox|mbx|zip)$/i, '');
  // Apple Mail keeps a folder as NAME.mbox/mbox.
  const isInside = own === 'mbox' && /\.mbox$/i.test(levels.at(-1) ?? '');
  return {
    path,
    name,
    folders: {
      mbox: [...names, ...(isInside ? [] : [own === '' ? 'mbox' : own])].join('/'),
      message: [base, ...names].join('/'),
    },
    // The name of a message in a Maildir, whose octets are read as those of one wherever it is found.
    ...(hasInfo(name) ? { maildir: { flags: maildirFlags(name) } } : {}),
  };
}

/** Maildirs have modified UTF-7 in their names, or UTF-8. */
function ofMaildir(level: string): string {
  return readable(asOctets(decodeModifiedUtf7(readable(level))));
}

async function entriesOf(directory: string): Promise<Entry[] | Left> {
  try {
    return await entriesAt(directory);
  } catch (thrown) {
    return { place: readable(directory), reason: systemReason(thrown), isMail: true };
  }
}

async function textOfFile(path: string): Promise<string> {
  return readFile(pathOctets(path), 'utf8').catch(() => '');
}
