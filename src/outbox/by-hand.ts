// PURE: what a person, and what evidence from elsewhere, makes of a message: held, released, tried at once, taken back; found
// where it proves that the server took it, or bounced. A try whose dot is not out is ended by it; one whose dot is out is not.
import { type Entry, inDoubt, move, moveBack, type RecipientState, UNSENT, waits } from './entry.ts';

/** Nothing more is begun until it is released. */
export function held(entry: Entry, now: number): Entry {
  return { ...(UNSENT.includes(entry.state) ? back(entry, now) : entry), held: true };
}

/** It goes on where it stood; one that was not stopped, but is held for its doubt, is sent once more. */
export function released(entry: Entry, now: number): Entry {
  if (!entry.held && !entry.recipients.some(({ state }) => state === 'held'))
    throw new RangeError('release cannot happen to a message that is not held');
  const begun = { held: false, renewed: now } as const;
  if (entry.held) return { ...entry, ...begun };
  const free = move(entry, ['held'], 'uncertain');
  return { ...free, ...begun, state: 'uncertain', next: entry.next ?? now };
}

/** At once. One that had failed begins anew; `frozen`: with the octets that it has. */
export function retried(entry: Entry, now: number, frozen: boolean): Entry {
  const begun = { held: false, renewed: now, notBefore: now, next: now } as const;
  if (entry.state !== 'failed' && entry.state !== 'cancelled') {
    const again = move(entry, ['held'], 'uncertain');
    return { ...again, ...begun, state: inDoubt(again).length > 0 ? 'uncertain' : entry.state };
  }
  const anew = { attempts: 0, reason: null, late: null } as const;
  if (!frozen) return { ...entry, ...begun, ...anew, state: 'claimed', next: null };
  return { ...move(entry, ['failed', 'cancelled'], 'waiting'), ...begun, ...anew, state: 'due' };
}

/** Nobody gets it any more. */
export function cancelled(entry: Entry, reason: string): Entry {
  const moved = move(entry, OPEN, 'cancelled', reason);
  return { ...moved, state: 'cancelled', next: null, reason };
}

/** The server took what is in doubt: `where` says how that is known. */
export function found(entry: Entry, where: string): Entry {
  if (inDoubt(entry).length === 0)
    throw new RangeError('found cannot happen to a message that is not in doubt');
  return move(entry, DOUBTFUL, 'sent', where);
}

/** The server may have taken what is in doubt, and nobody but a person can tell: it is not sent again by itself. */
export function traced(entry: Entry, where: string): Entry {
  if (!entry.recipients.some(({ state }) => state === 'uncertain'))
    throw new RangeError('trace cannot happen to a message that is not in doubt, or waits for a person');
  return move(entry, ['uncertain'], 'held', where);
}

/** A report says that the server took it and could not bring it to `addresses`. */
export function bounced(entry: Entry, addresses: readonly string[], reply: string): Entry {
  const recipients = entry.recipients.map((recipient) =>
    DOUBTFUL.includes(recipient.state) && addresses.includes(recipient.address)
      ? { ...recipient, state: 'failed' as const, reply }
      : recipient,
  );
  if (recipients.every((recipient, i) => recipient === entry.recipients[i]))
    throw new RangeError('bounced cannot happen to a recipient that is not in doubt');
  return { ...entry, recipients };
}

/** The try is over, nothing was sent, and it costs none. */
function back(entry: Entry, now: number): Entry {
  const attempts = entry.attempts - 1;
  const moved = moveBack({ ...entry, attempts }, TRIED, attempts > 0 ? 'deferred' : 'waiting');
  return { ...moved, state: waits(moved), next: now };
}

const TRIED: readonly RecipientState[] = ['waiting', 'accepted'];
const DOUBTFUL: readonly RecipientState[] = ['uncertain', 'held'];
const OPEN: readonly RecipientState[] = ['waiting', 'accepted', 'deferred', ...DOUBTFUL];
