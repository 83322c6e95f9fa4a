// PURE: how much of a folder has to be looked at, by what its server says of it now and said when it was last looked at.
// A server may lie (I-016, I-098, I-119): what does not fit together is listed in full, and so is each folder once a day.
import type { Remembered, Told } from '../index/folders.ts';

/** Nothing of it, what changed since, or everything. */
export type Way = 'nothing' | 'changes' | 'everything';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Polls in a row with another UIDVALIDITY each, after which it is taken for a server that makes up a new one each time. */
export const RESTLESS = 2;

/** The way for a folder at `time` (ms). */
export function wayOf(now: Told, then: Remembered | undefined, time: number): Way {
  if (then === undefined || now.exists === null || now.uidNext === null || then.uidNext === null)
    return 'everything';
  // RFC 9051 §2.3.1.1: under another UIDVALIDITY nothing is known; 0 is none (I-103). I-098: UIDNEXT may not go back.
  if (now.validity === null || now.validity === 0 || now.validity !== then.validity) return 'everything';
  if (now.uidNext < then.uidNext || then.restless > 0 || isOther(now, then)) return 'everything';
  const age = time - then.full;
  if (age >= DAY || age < 0) return 'everything';
  const same = then.settled && now.exists === then.exists && now.uidNext === then.uidNext;
  if (now.modseq !== null && then.modseq !== null) {
    if (BigInt(now.modseq) < BigInt(then.modseq)) return 'everything';
    return same && now.modseq === then.modseq ? 'nothing' : 'changes';
  }
  // Without HIGHESTMODSEQ only a listing shows all changes of flags; the number of unseen ones shows the commonest.
  if (now.unseen === null || now.unseen !== then.unseen || age >= HOUR) return 'everything';
  return same ? 'nothing' : 'changes';
}

/** What a folder's messages are counted by. */
export type Counts = Pick<Told, 'validity' | 'exists' | 'uidNext' | 'modseq'>;

/** True where nothing can have changed. Without HIGHESTMODSEQ (RFC 7162 §3.1.2.1) flags may have, unseen. */
export function unchanged(now: Counts, then: Counts | undefined): boolean {
  if (then === undefined || now.validity === null || now.validity === 0) return false;
  if (now.modseq === null || now.modseq === '0' || now.uidNext === null) return false;
  const same = now.validity === then.validity && now.exists === then.exists && now.uidNext === then.uidNext;
  return same && now.modseq === then.modseq;
}

/** I-105: a folder that was made anew may have the old one's name and UIDVALIDITY, but not its MAILBOXID. */
export function isOther(now: Told, then: Told | undefined): boolean {
  return now.mailboxId !== null && then?.mailboxId != null && now.mailboxId !== then.mailboxId;
}
