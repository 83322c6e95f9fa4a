// What lies in the target's open folder, held against what is to lie there; what the listing leaves in doubt is fetched and
// hashed.
import type { Kin } from '../index/kin.ts';
import type { Wanted } from './plan.ts';
import { decide, match, type Matched } from './match.ts';
import type { Target } from './target.ts';

/** Throws MailError, as the session does. */
export async function look(target: Target, wanted: readonly Wanted[], kin: Kin): Promise<Matched> {
  const found = match(wanted, await target.list(), kin);
  const uids = found.doubts.flatMap(({ rows }) => rows.map(({ uid }) => uid));
  const hashes = uids.length === 0 ? new Map<never, string>() : await target.hashes(uids);
  for (const doubt of found.doubts.splice(0)) decide(found, doubt, hashes, kin);
  return found;
}
