// Extensions that change what a server says are off until they are asked for (RFC 5161). Only what it answers `ENABLED` to
// is on: an OK alone says nothing (I-087).
import type { Dialogue } from '../dialogue.ts';
import type { Capabilities } from './capability.ts';
import { exchange } from './exchange.ts';
import type { Tags } from './tags.ts';

/** What is to be enabled before the folders are listed, of what is offered. */
export function forNames(offered: Capabilities): string[] {
  if (!offered.has('ENABLE')) return [];
  // RFC 6855 §3: without it messages with UTF-8 headers come in another form than they were stored in; and a server that
  // offers UTF8=ONLY serves nobody else (RFC 6855 §7, I-182).
  return offered.has('UTF8=ACCEPT') || offered.has('UTF8=ONLY') ? ['UTF8=ACCEPT'] : [];
}

/** What is to be enabled before a folder is opened, of what is offered. */
export function forFolders(offered: Capabilities): string[] {
  if (!offered.has('ENABLE')) return [];
  // RFC 9586: with a limit on messages, only UIDs reach those beyond it (I-080)
  const beyond = offered.has('UIDONLY') && [...offered].some((word) => word.startsWith('MESSAGELIMIT'));
  return [...(offered.has('QRESYNC') ? ['QRESYNC'] : []), ...(beyond ? ['UIDONLY'] : [])];
}

/** Enables `words` and returns those that are on now, in upper case; none where the server refuses. */
export function* enable(host: string, tags: Tags, words: readonly string[]): Dialogue<ReadonlySet<string>> {
  const on = new Set<string>();
  yield* exchange(
    host,
    tags,
    { name: 'ENABLE', pieces: [`ENABLE ${words.join(' ')}`] },
    {
      data: ({ text }) => {
        const [, told = ''] = /^\*[ \t]+ENABLED\b(.*)$/i.exec(text) ?? [];
        for (const word of told.toUpperCase().split(/\s+/).filter(Boolean)) on.add(word);
      },
    },
  );
  return on;
}
