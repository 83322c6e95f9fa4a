// What a POP3 server can do (RFC 2449 §5). Many refuse the question, some hang up on it; neither says anything about
// what they can do.
import { MailError } from '../../model/error.ts';
import { lineWithin } from '../dialogue.ts';
import type { Dialogue } from '../dialogue.ts';
import { during } from '../phase.ts';
import { decodeText } from '../text.ts';
import { isEnd, listing, unstuffed } from './listing.ts';
import { command } from './status.ts';

/** Upper-case capability → its parameters as sent, `''` where it has none. */
export type Capabilities = ReadonlyMap<string, string>;

/** How long the first line of the list may take, in milliseconds: some servers say +OK and nothing more (P-043). */
const FIRST_LINE = 5000;

/**
 * Asks for the capabilities. Null where the server tells none: refused, or an empty list; it may have UIDL all the same. An
 * empty map where it says +OK and then nothing (P-043): it is not to be asked again. Ask again after STLS and after the login
 * (P-006): the answer changes. Throws MailError `closed` with `avoid: 'CAPA'` where the server hangs up on the question
 * (P-008).
 */
export function* capa(host: string): Dialogue<Capabilities | null> {
  try {
    return yield* during('capa', 'POP3 CAPA', ask(host));
  } catch (thrown) {
    if (!(thrown instanceof MailError) || thrown.kind !== 'closed') throw thrown;
    throw new MailError({
      kind: 'closed',
      retry: 'now',
      message: thrown.message,
      phase: 'capa',
      avoid: 'CAPA',
      cause: thrown.cause,
    });
  }
}

function* ask(host: string): Dialogue<Capabilities | null> {
  const status = yield* command(host, 'CAPA');
  if (!status.ok) return null;
  const first = yield* lineWithin(FIRST_LINE);
  const found = new Map<string, string>();
  if (first === null) return found;
  if (isEnd(first)) return null;
  const add = (text: Buffer): void => {
    const [, name, parameters = ''] = /^(\S+)\s*(.*)$/.exec(decodeText(text).trim()) ?? [];
    if (name !== undefined) found.set(name.toUpperCase(), parameters);
  };
  add(unstuffed(first));
  yield* listing(host, 'CAPA', add);
  return found;
}
