// Does a UID still name the message that was stored under it? Some servers move UIDs, or give them out twice, and keep the
// UIDVALIDITY (I-095, I-098, I-123). Size and date raise the doubt; the Message-ID alone proves it.
import { storedAt } from '../index/candidates.ts';
import { messageIdIn } from '../index/headers.ts';
import { knownAmong } from '../index/positions.ts';
import { MailError } from '../model/error.ts';
import type { Uid } from '../model/ids.ts';
import type { Folder } from '../model/mailbox.ts';
import type { Looking } from './look.ts';
import { plainKey } from './plan.ts';
import type { Listed } from './source.ts';

/** Messages whose Message-ID is asked for, to settle a doubt. */
const ASKED = 20;

/** Those of `listed` that are stored under their UID with another size or date. */
export function lookDifferent({ run, folder, state }: Looking, listed: readonly Listed[]): Listed[] {
  const { validity } = state;
  if (validity === null) return [];
  const uids = listed.map(({ key }) => plainKey(key) as Uid);
  const sizes = storedAt(run.db, run.account, folder.name, validity, uids);
  const places = knownAmong(run.db, run.account, folder.name, validity, uids);
  return listed.filter(({ key, size, received }) => {
    const stored = sizes.get(plainKey(key) as Uid);
    const date = places.get(plainKey(key))?.received ?? null;
    if (stored === undefined) return false;
    return (
      (size !== null && size !== stored.size) || (received != null && date !== null && received !== date)
    );
  });
}

/** True where one of the doubtful messages has another Message-ID than the one that is stored under its UID. */
export async function areOthers(
  { run, session, folder, state }: Looking,
  doubtful: readonly Listed[],
): Promise<boolean> {
  const { validity } = state;
  if (validity === null) return false;
  const uids = spread(doubtful, ASKED).map(({ key }) => plainKey(key) as Uid);
  const stored = storedAt(run.db, run.account, folder.name, validity, uids);
  const headers = (await session.source.messageIds?.(uids)) ?? new Map<Uid, string>();
  return [...headers].some(([uid, header]) => {
    const now = messageIdIn(header);
    const then = stored.get(uid)?.msgid ?? null;
    return now !== null && then !== null && now !== then;
  });
}

/** At most `count` of `all`, the first and the last among them. */
export function spread<T>(all: readonly T[], count: number): T[] {
  if (all.length <= count) return [...all];
  const step = (all.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, nth) => all[Math.round(nth * step)]).filter(
    (one): one is T => one !== undefined,
  );
}

/** What ends the poll of a folder whose UIDs mean other messages than they did when it was listed. */
export function validityChanged(account: string, folder: Folder, cause: unknown): MailError {
  return new MailError({
    kind: 'busy',
    retry: 'now',
    message: `the UIDVALIDITY of "${folder.name}" (${account}) changed while it was being read`,
    cause,
  });
}
