// Does a UID still name the message that was stored under it? Some servers move UIDs, or give them out twice, and keep the
// UIDVALIDITY (I-095, I-098, I-123). Size and date raise the doubt; the Message-ID settles it, or the octets where there is none.
import { storedAt, type Candidate } from '../index/candidates.ts';
import { messageIdIn } from '../index/headers.ts';
import { MailError } from '../model/error.ts';
import type { Uid } from '../model/ids.ts';
import type { Folder } from '../model/mailbox.ts';
import { fetchedIds } from './hashes-of.ts';
import type { Looking } from './look.ts';
import { isUnlike, plainKey } from './plan.ts';
import type { Listed } from './source.ts';

/** Where so many sizes differ, and a twentieth of all, the server counts in a way of its own: a sample of them is asked about. */
const ASKED = 20;
/** Messages without a Message-ID that are fetched to settle a doubt, at most. */
const FETCHED = 100;

/** Those of `listed` that are stored under their UID with another size or date. */
export function lookDifferent(at: Looking, listed: readonly Listed[]): Listed[] {
  const stored = storedUnder(at, listed);
  return listed.filter((item) => {
    const then = stored.get(plainKey(item.key) as Uid);
    return then !== undefined && isUnlike(item, then);
  });
}

/** True where one of the doubtful messages, of `known` in all, is another than the one that is stored under its UID. */
export async function areOthers(at: Looking, doubtful: readonly Listed[], known: number): Promise<boolean> {
  const acquitted = at.run.acquitted.in(at.run.account, at.folder.name, at.state.validity);
  const open = doubtful.filter((item) => !acquitted.has(item));
  const stored = storedUnder(at, open);
  const isDated = (item: Listed): boolean => {
    const then = stored.get(plainKey(item.key) as Uid);
    return then !== undefined && isUnlike({ ...item, size: null }, then);
  };
  const dated = open.filter(isDated);
  const sized = open.filter((item) => !isDated(item));
  const lies = sized.length > ASKED && sized.length * 20 > known;
  const asked = [...dated, ...(lies ? spread(sized, ASKED) : sized)];
  const headers = await at.session.source.messageIds?.(asked.map(({ key }) => plainKey(key) as Uid));
  const silent: Listed[] = [];
  for (const item of asked) {
    const uid = plainKey(item.key) as Uid;
    const now = messageIdIn(headers?.get(uid) ?? '');
    const then = stored.get(uid)?.msgid ?? null;
    if (now === null || then === null) silent.push(item);
    else if (now !== then) return true;
  }
  const fetched = spread(silent, FETCHED);
  const ids = await fetchedIds(at.session.source, fetched);
  if ([...ids].some(([uid, id]) => stored.get(uid as Uid)?.id !== id)) return true;
  const unread = new Set(fetched.filter(({ key }) => !ids.has(plainKey(key))));
  for (const item of open) if (!unread.has(item)) acquitted.add(item);
  return false;
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

function storedUnder(
  { run, folder, state: { validity } }: Looking,
  listed: readonly Listed[],
): Map<Uid, Pick<Candidate, 'id' | 'size' | 'msgid' | 'received'>> {
  if (validity === null) return new Map();
  const uids = listed.map(({ key }) => plainKey(key) as Uid);
  return storedAt(run.db, run.account, folder.name, validity, uids);
}
