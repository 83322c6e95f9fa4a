// The names that outlive a session (RFC 1939 §7): a message is known again by its unique-id.
import type { Uidl } from '../../model/ids.ts';
import type { Dialogue } from '../dialogue.ts';
import { during } from '../phase.ts';
import { withoutEnd } from '../text.ts';
import { listing, messageNumber } from './listing.ts';
import { refusal } from './refusal.ts';
import { command } from './status.ts';

/** The longest unique-id that is believed, in octets. RFC 1939 §7 allows 70; servers do not obey (P-013). */
const MAX_UIDL = 1024;

/**
 * Message number → unique-id. Left out are messages whose unique-id is blank (P-010), too long, holds control characters,
 * or was given twice and differently: they have no name that can be trusted. Two numbers may share one unique-id (P-011).
 * Throws MailError `refused` where the server has no UIDL (P-009), or `busy`.
 */
export function uidl(host: string): Dialogue<Map<number, Uidl>> {
  return during('uidl', 'POP3 UIDL', ask(host));
}

function* ask(host: string): Dialogue<Map<number, Uidl>> {
  const status = yield* command(host, 'UIDL');
  if (!status.ok) throw refusal(host, 'UIDL', status, { kind: 'refused', retry: 'later' });
  const names = new Map<number, Uidl>();
  const doubtful = new Set<number>();
  yield* listing(host, 'UIDL', (text) => {
    // P-014: several spaces between the two; P-013: the name itself may hold some, and any octet above
    const [, digits = '', rest = ''] = /^[ \t]*(\d+)[ \t]+(.*)$/s.exec(text.toString('latin1')) ?? [];
    const name = withoutEnd(rest, ' \t');
    const number = messageNumber(digits);
    if (number === null || !isUidl(name)) return;
    if (names.has(number) && names.get(number) !== name) doubtful.add(number);
    names.set(number, name);
  });
  for (const number of doubtful) names.delete(number);
  return names;
}

function isUidl(name: string): name is Uidl {
  return name.length > 0 && name.length <= MAX_UIDL && !/[\x00-\x1f\x7f]/.test(name);
}
