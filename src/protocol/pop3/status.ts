// One POP3 command and the status line that answers it (RFC 1939 §3). What is neither +OK nor -ERR is no answer at all:
// the conversation is out of step, and only a new connection helps.
import { MailError } from '../../model/error.ts';
import { line, send } from '../dialogue.ts';
import type { Dialogue } from '../dialogue.ts';
import { clip, decodeText } from '../text.ts';

/** A status line. */
export interface Status {
  readonly ok: boolean;
  /** The response code in upper case without its brackets, `SYS/TEMP` (RFC 2449 §8); null where there is none. */
  readonly code: string | null;
  /** What follows the indicator, the response code included; may be empty. */
  readonly text: string;
}

/** Sends `text` and reads the status; `shown` replaces a secret in traces. Throws MailError `protocol`. */
export function* command(host: string, text: string, shown?: string): Dialogue<Status> {
  yield* send(text, shown);
  return yield* readStatus(host, (shown ?? text).split(' ', 1)[0] ?? '');
}

/** Reads a status line that answers `name`. Throws MailError `protocol` with retry `now` where none came. */
export function* readStatus(host: string, name: string): Dialogue<Status> {
  return statusIn(host, name, yield* line());
}

/** The status in a line that answers `name`. Throws MailError `protocol` with retry `now` where there is none. */
export function statusIn(host: string, name: string, bytes: Buffer): Status {
  const status = parseStatus(bytes);
  if (status !== null) return status;
  throw outOfStep(host, name, bytes);
}

/** What is no status was sent in its place: the conversation is out of step. */
export function outOfStep(host: string, name: string, bytes: Buffer): MailError {
  return new MailError({
    kind: 'protocol',
    retry: 'now',
    message: `POP3 ${name} answered out of step by ${host}: ${clip(decodeText(bytes), 100)}`,
    phase: phaseOf(name),
  });
}

/** The status in a line, null where it is none. Any case, any white space, or no text at all (P-044). */
export function parseStatus(bytes: Buffer): Status | null {
  // A letter or digit behind the indicator is no status: a line of base64 may begin with +OK.
  const [, sign, rest = ''] =
    /^([+-])(?:OK|ERR)(?![A-Za-z0-9+/=])(.*)$/is.exec(bytes.toString('latin1')) ?? [];
  if (sign === undefined || (sign === '+') !== /^\+ok/i.test(bytes.toString('latin1', 0, 3))) return null;
  const text = decodeText(Buffer.from(rest, 'latin1')).trim();
  // RFC 2449 §8: a response code stands in brackets, first in the text
  const code = /^\[([^[\]]{1,64})\]/.exec(text)?.[1]?.toUpperCase() ?? null;
  return { ok: sign === '+', code, text };
}

/** The phase of an error in `name`: `auth` for the login, else the command in lower case. */
export function phaseOf(name: string): string {
  return ['USER', 'PASS', 'APOP'].includes(name) ? 'auth' : name.toLowerCase().replace(/ .*/, '');
}
