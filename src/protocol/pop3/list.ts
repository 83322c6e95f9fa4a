// Which messages there are, and how large the server says they are (RFC 1939 §5).
import type { Dialogue } from '../dialogue.ts';
import { during } from '../phase.ts';
import { listing, messageNumber } from './listing.ts';
import { refusal } from './refusal.ts';
import { command } from './status.ts';

/**
 * Message number → octets as claimed, null where the claim makes no sense (P-018) or two differ. Numbers may be unsorted
 * and have gaps (P-016). Throws MailError `refused` or `busy`; an empty maildrop may be refused too (P-045).
 */
export function list(host: string): Dialogue<Map<number, number | null>> {
  return during('list', 'POP3 LIST', ask(host));
}

function* ask(host: string): Dialogue<Map<number, number | null>> {
  const status = yield* command(host, 'LIST');
  if (!status.ok) throw refusal(host, 'LIST', status, { kind: 'refused', retry: 'later' });
  const sizes = new Map<number, number | null>();
  yield* listing(host, 'LIST', (text) => {
    const [, digits = '', octets = ''] = /^\s*(\d+)(?:\s+(\S+))?/.exec(text.toString('latin1')) ?? [];
    const number = messageNumber(digits);
    if (number === null) return;
    const size = /^\d{1,15}$/.test(octets) ? Number(octets) : null;
    sizes.set(number, sizes.has(number) && sizes.get(number) !== size ? null : size);
  });
  return sizes;
}
