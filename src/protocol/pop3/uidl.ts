// The names that outlive a session (RFC 1939 §7): a message is known again by its unique-id.
import type { Uidl } from '../../model/ids.ts';
import { line, send } from '../dialogue.ts';
import type { Dialogue } from '../dialogue.ts';
import { during } from '../phase.ts';
import { withoutEnd } from '../text.ts';
import { listing, messageNumber } from './listing.ts';
import { refusal } from './refusal.ts';
import { outOfStep, parseStatus, readStatus } from './status.ts';

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
  yield* send('UIDL');
  return yield* read(host);
}

/** The answer to a UIDL that was sent before. */
export function readUidl(host: string): Dialogue<Map<number, Uidl>> {
  return during('uidl', 'POP3 UIDL', read(host));
}

function* read(host: string): Dialogue<Map<number, Uidl>> {
  const status = yield* readStatus(host, 'UIDL');
  if (!status.ok) throw refusal(host, 'UIDL', status, { kind: 'refused', retry: 'later' });
  const names = new Map<number, Uidl>();
  const doubtful = new Set<number>();
  yield* listing(host, 'UIDL', (text) => {
    const { number, name } = scan(text.toString('latin1'));
    if (number === null || !isUidl(name)) return;
    if (names.has(number) && names.get(number) !== name) doubtful.add(number);
    names.set(number, name);
  });
  for (const number of doubtful) names.delete(number);
  return names;
}

/** The unique-id of one message now; null where it is refused, another one is named, or it is none that can be trusted. */
export function uidlOne(host: string, n: number): Dialogue<Uidl | null> {
  return during('uidl', `POP3 UIDL ${n}`, askOne(host, n));
}

function* askOne(host: string, n: number): Dialogue<Uidl | null> {
  yield* send(`UIDL ${n}`);
  const bytes = yield* line();
  if (parseStatus(bytes) === null) throw outOfStep(host, 'UIDL', bytes);
  // Not the text of the status: a name is octets, and is not to be decoded.
  const { number, name } = scan(bytes.toString('latin1').replace(/^\+OK/i, ''));
  return number === n && isUidl(name) ? name : null;
}

/** P-014: several spaces between number and name; P-013: the name itself may hold some, and any octet above. */
function scan(text: string): { readonly number: number | null; readonly name: string } {
  const [, digits = '', rest = ''] = /^[ \t]*(\d+)[ \t]+(.*)$/s.exec(text) ?? [];
  return { number: messageNumber(digits), name: withoutEnd(rest, ' \t') };
}

function isUidl(name: string): name is Uidl {
  return name.length > 0 && name.length <= MAX_UIDL && !/[\x00-\x1f\x7f]/.test(name);
}
