// The first line of an IMAP session (RFC 9051 §7.1), before anything is sent.
import { MailError } from '../../model/error.ts';
import { cure } from '../../model/hint.ts';
import { IMAP_PORTS, IN_CLEAR, insteadOf } from '../cures.ts';
import { line } from '../dialogue.ts';
import type { Dialogue } from '../dialogue.ts';
import { duringGreeting } from '../phase.ts';
import { clip, decodeText } from '../text.ts';
import { capabilitiesIn } from './capability.ts';
import type { Capabilities } from './capability.ts';
import { farewell, refusal } from './refusal.ts';
import { parseStatus } from './response.ts';
import type { Status } from './response.ts';

/** What a server says of itself. */
export interface Greeting {
  /** Logged in already (RFC 9051 §7.1.4): no login follows. */
  readonly preauth: boolean;
  /** Null where the greeting tells none: ask. */
  readonly capabilities: Capabilities | null;
  readonly text: string;
}

/**
 * Reads the greeting. `wantsTls`: STARTTLS is to follow, which PREAUTH makes impossible. Throws MailError `busy` (later)
 * for BYE, NO and BAD, `tls` for PREAUTH where TLS is wanted, `protocol` where another protocol is spoken (I-153).
 */
export function greeting(host: string, wantsTls: boolean): Dialogue<Greeting> {
  return duringGreeting(host, 'IMAP', read(host, wantsTls));
}

function* read(host: string, wantsTls: boolean): Dialogue<Greeting> {
  let bytes = yield* line();
  for (let empty = 0; empty < 5 && isEmpty(bytes); empty++) bytes = yield* line(); // I-155
  const status = parseStatus(bytes.toString('latin1').replace(/^\0+/, ''));
  if (status?.tag !== null) throw notImap(host, bytes);
  if (status.word === 'BYE') throw farewell(host, 'greeting', status, 'greeting');
  if (status.word === 'NO' || status.word === 'BAD') throw unwilling(host, status);
  const preauth = status.word === 'PREAUTH';
  // CVE-2021-39272 (I-152): who removes the TLS also makes up the login
  if (preauth && wantsTls) throw preauthInClear(host);
  return { preauth, capabilities: capabilitiesIn(status.code), text: status.text };
}

function isEmpty(bytes: Buffer): boolean {
  return bytes.every((octet) => octet === 0);
}

/** Nothing was asked yet, so nothing was wrong with it: the server does not want to, for now. Referrals are not followed. */
function unwilling(host: string, status: Status): MailError {
  const word = status.word === 'NO' ? 'NO' : 'BAD';
  const error = refusal(host, 'greeting', 'greeting', { ...status, word, warnings: [] });
  if (error.kind === 'busy') return error;
  const { message, code, hint, cause } = error;
  return new MailError({ kind: 'busy', retry: 'later', message, phase: 'greeting', code, hint, cause });
}

function notImap(host: string, bytes: Buffer): MailError {
  return new MailError({
    kind: 'protocol',
    retry: 'later',
    message: `${host} does not speak IMAP: ${clip(decodeText(bytes), 100)}`,
    hint: cure(insteadOf(IMAP_PORTS, decodeText(bytes)), host),
  });
}

function preauthInClear(host: string): MailError {
  return new MailError({
    kind: 'tls',
    retry: 'later',
    message: `${host} greets with PREAUTH, which leaves no way to start TLS`,
    hint: cure(IN_CLEAR, host),
  });
}
