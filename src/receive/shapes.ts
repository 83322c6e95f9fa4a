// What a server says of the names of its folders goes into the journal where it is new: a mailbox put back elsewhere, years later, has
// its levels, and its Sent folder, though the first server is there no more.
import type { Entry } from '../archive/entry.ts';
import type { Index } from '../index/database.ts';
import type { Keeper } from '../index/keep.ts';
import { shapesOf } from '../index/shapes.ts';
import type { Clock } from '../model/clock.ts';
import type { Folder } from '../model/mailbox.ts';

/** Writes down how the server names these folders of an account, as far as it is not known. Throws MailError `storage`. */
export async function noteShapes(
  { keeper, db, clock }: { readonly keeper: Pick<Keeper, 'keep'>; readonly db: Index; readonly clock: Clock },
  account: string,
  folders: readonly Folder[],
): Promise<void> {
  const known = shapesOf(db, account);
  const at = new Date(clock.now()).toISOString();
  const fresh = folders.flatMap(({ name: folder, delimiter, attributes }): Entry[] => {
    const use = attributes.filter((one) => USES.test(one)).toSorted();
    const before = known.get(folder);
    // Some answers tell no use of any folder: that is no news of it, and no line at each poll.
    const isSame = before?.delimiter === delimiter && (use.length === 0 || before.uses === use.join(' '));
    if (isSame) return [];
    return [{ op: 'folder', folder, delimiter, use, at }];
  });
  if (fresh.length > 0) await keeper.keep(account, [], fresh);
}

/** RFC 6154 §2 */
const USES = /^\\(?:all|archive|drafts|flagged|junk|sent|trash)$/i;
