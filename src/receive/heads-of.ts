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
  /** Of what tells messages apart alone: servers, and scanners before them, write into the rest, at each visit something else. */
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

/** Of a header that tells nothing, all but the `Status` that a message gets once it was read. */
function lasting(head: Buffer): string {
  const fields = head.toString('latin1').split(/\n(?![ \t])/);
  const lasts = isTelling(head) ? isTellingField : (field: string) => !/^(?:x-)?status[ \t]*:/i.test(field);
  const kept = fields.filter(lasts).map((field) => field.trimEnd());
  return headDigest(Buffer.from(kept.join('\n'), 'latin1'));
}

function isTellingField(field: string): boolean {
  return /^(?:received|message-id|date|from|to|subject)[ \t]*:/i.test(field);
}
