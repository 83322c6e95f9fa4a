// The first line of a POP3 session (RFC 1939 §4), before anything is sent.
import { MailError } from '../../model/error.ts';
import { cure } from '../../model/hint.ts';
import { insteadOf, POP3_PORTS } from '../cures.ts';
import { line } from '../dialogue.ts';
import type { Dialogue } from '../dialogue.ts';
import { duringGreeting } from '../phase.ts';
import { clip, decodeText } from '../text.ts';
import { refusal } from './refusal.ts';
import { parseStatus } from './status.ts';

/** What a server says of itself. */
export interface Greeting {
  readonly text: string;
  /** The timestamp for APOP with its angle brackets (RFC 1939 §7), null where there is no valid one (P-001, P-003). */
  readonly stamp: string | null;
}

/** Reads the greeting. Throws MailError `busy` or `refused` for -ERR, `protocol` where another protocol is spoken. */
export function greeting(host: string): Dialogue<Greeting> {
  return duringGreeting(host, 'POP3', read(host));
}

function* read(host: string): Dialogue<Greeting> {
  const bytes = yield* line();
  const status = parseStatus(bytes);
  if (status === null) {
    throw new MailError({
      kind: 'protocol',
      retry: 'later',
      message: `${host} does not speak POP3: ${clip(decodeText(bytes), 100)}`,
      hint: cure(insteadOf(POP3_PORTS, decodeText(bytes)), host),
    });
  }
  if (!status.ok) throw refusal(host, 'greeting', status, { kind: 'refused', retry: 'later' });
  return { text: status.text, stamp: STAMP.exec(bytes.toString('latin1'))?.[0] ?? null };
}

const STAMP = /<[\x21-\x3b\x3d\x3f\x41-\x7e]+@[\x21-\x3b\x3d\x3f\x41-\x7e]+>/;
