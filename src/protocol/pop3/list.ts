// Which messages there are, and how large the server says they are (RFC 1939 §5).
import { send } from '../dialogue.ts';
import type { Dialogue } from '../dialogue.ts';
import { during } from '../phase.ts';
import { listing, messageNumber } from './listing.ts';
import { refusal } from './refusal.ts';
import { command, readStatus } from './status.ts';

/**
 * Message number → octets as claimed, null where the claim makes no sense (P-018) or two differ. Numbers may be unsorted
 * and have gaps (P-016). Throws MailError `refused` or `busy`; an empty maildrop may be refused too (P-045).
 */
export function list(host: string): Dialogue<Map<number, number | null>> {
  return during('list', 'POP3 LIST', ask(host));
}

function* ask(host: string): Dialogue<Map<number, number | null>> {
  yield* send('LIST');
  return yield* read(host);
}

/** The answer to a LIST that was sent before. */
export function readList(host: string): Dialogue<Map<number, number | null>> {
  return during('list', 'POP3 LIST', read(host));
}

function* read(host: string): Dialogue<Map<number, number | null>> {
  const status = yield* readStatus(host, 'LIST');
  if (!status.ok) throw refusal(host, 'LIST', status, { kind: 'refused', retry: 'later' });
  const sizes = new Map<number, number | null>();
  yield* listing(host, 'LIST', (text) => {
    const { number, size } = scan(text.toString('latin1'));
    if (number === null) return;
    sizes.set(number, sizes.has(number) && sizes.get(number) !== size ? null : size);
  });
  return sizes;
}

/**
 * What the server says of one message now: its octets, null where the message is refused, another one is named, or the claim
 * makes no sense (P-019).
 */
export function listOne(host: string, n: number): Dialogue<number | null> {
  return during('list', `POP3 LIST ${n}`, askOne(host, n));
}

function* askOne(host: string, n: number): Dialogue<number | null> {
  const { ok, text } = yield* command(host, `LIST ${n}`);
  const { number, size } = scan(text);
  return ok && number === n ? size : null;
}

/** RFC 1939 §5: a scan listing is the message number, a space, and the exact size. */
function scan(text: string): { readonly number: number | null; readonly size: number | null } {
  const [, digits = '', octets = ''] = /^\s*(\d+)(?:\s+(\S+))?/.exec(text) ?? [];
  return { number: messageNumber(digits), size: /^\d{1,15}$/.test(octets) ? Number(octets) : null };
}
