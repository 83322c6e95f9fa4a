// The headers of messages of a maildrop, asked for by TOP, as what is kept of each: twenty thousand of them whole would fill
// the memory. And the same of stored files, to hold one against the other.
import type { Archive } from '../archive/store.ts';
import { headEnd } from '../archive/head.ts';
import type { MaildropPlace } from '../index/maildrop.ts';
import type { Uidl } from '../model/ids.ts';
import type { RemoteKey } from '../model/mailbox.ts';
import { headDigest, isTelling } from './content-name.ts';
import type { Item } from './sort-out.ts';
import type { Source } from './source.ts';

/** What is kept of a header. */
export interface Head {
  readonly digest: string;
  /** The same without what servers write into it by themselves: a message that was read gets a `Status`. */
  readonly lasting: string;
  /** See `isTelling`. */
  readonly telling: boolean;
}

/** The headers of these; undefined where the server gives none. */
export async function headsOf(source: Source, items: readonly Item[]): Promise<Map<Uidl, Head> | undefined> {
  const heads = new Map<Uidl, Head>();
  const given = await source.heads?.(keysOf(items), (key, head) => {
    if (head === null || !('uidl' in key)) return;
    const bare = head.subarray(0, headEnd(head));
    heads.set(key.uidl, { digest: headDigest(bare), lasting: lasting(bare), telling: isTelling(bare) });
  });
  return given === true ? heads : undefined;
}

/** The digests of a stored file's header, empty where it cannot be read: such a file is like nothing. */
export async function fileHead(
  archive: Archive,
  { path }: MaildropPlace,
): Promise<Pick<Head, 'digest' | 'lasting'>> {
  try {
    const head = await archive.head(path);
    return { digest: headDigest(head), lasting: lasting(head) };
  } catch {
    return { digest: '', lasting: '' };
  }
}

/** Their names, to be asked for. */
export function keysOf(items: readonly Item[]): RemoteKey[] {
  return items.map(({ uidl }) => ({ uidl }));
}

function lasting(head: Buffer): string {
  const lines = head.toString('latin1').split('\n');
  const kept = lines.filter((line) => !/^(?:x-)?status[ \t]*:/i.test(line));
  return headDigest(Buffer.from(kept.join('\n'), 'latin1'));
}
