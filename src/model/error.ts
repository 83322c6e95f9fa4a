// The one error that crosses folders. It answers the scheduler ("when is it worth trying again?") and the person
// ("what happened, and what cures it?"); `cause` keeps what was thrown below it.

/** What failed; a closed list, also the `kind` of the JSON that commands print. */
export type MailErrorKind =
  | 'usage' // the command line is wrong
  | 'config' // the configuration is wrong
  | 'dns' // the host name has no address
  | 'connect' // no TCP connection
  | 'tls' // no trustworthy TLS
  | 'timeout' // no byte came within the deadline
  | 'closed' // the connection ended in the middle
  | 'protocol' // the server said what its protocol does not allow
  | 'auth' // the login was refused
  | 'refused' // the server refused for good: NO, BAD, -ERR, 5xx
  | 'busy' // the server refused for now: 4xx, in use, throttled
  | 'message' // this one message cannot be fetched or sent
  | 'storage' // disk full, read-only, input/output error
  | 'locked' // another mailkeep holds the archive
  | 'cancelled'; // a person or a stop asked for it

/** When it is worth trying again: at once (connection dropped), later (busy, disk full), or never without a person. */
export type Retry = 'now' | 'later' | 'never';

/** What a MailError is made from. `message` has one shape: `IMAP SELECT "INBOX" refused by imap.163.com: Unsafe Login`. */
export interface MailErrorParts {
  readonly kind: MailErrorKind;
  readonly message: string;
  readonly retry: Retry;
  /** One sentence for the person, which names the cure. */
  readonly hint?: string | undefined;
  /** With retry `later`: the server's own waiting time in milliseconds, where it gave one. */
  readonly after?: number | undefined;
  /** The protocol step in which it happened: `greeting`, `auth`, `rcpt`, `dot` … SMTP decides by it. */
  readonly phase?: string | undefined;
  /** The SMTP reply, IMAP response code or POP3 code that decided it: `550`, `AUTHENTICATIONFAILED`, `IN-USE`. */
  readonly code?: string | undefined;
  /** A command that this host answers by silence or by closing: leave it out on the next connection. */
  readonly avoid?: string | undefined;
  readonly cause?: unknown;
}

/** An error with an answer to "what now?". */
export class MailError extends Error {
  override readonly name = 'MailError';
  readonly kind: MailErrorKind;
  readonly retry: Retry;
  readonly hint: string | undefined;
  readonly after: number | undefined;
  readonly phase: string | undefined;
  readonly code: string | undefined;
  readonly avoid: string | undefined;

  constructor(parts: MailErrorParts) {
    super(parts.message, { cause: parts.cause });
    this.kind = parts.kind;
    this.retry = parts.retry;
    this.hint = parts.hint;
    this.after = parts.after;
    this.phase = parts.phase;
    this.code = parts.code;
    this.avoid = parts.avoid;
  }
}

/** Any thrown value as a MailError; what is not one already becomes `fallback` with the value as its cause. */
export function asMailError(thrown: unknown, fallback: Omit<MailErrorParts, 'cause'>): MailError {
  return thrown instanceof MailError ? thrown : new MailError({ ...fallback, cause: thrown });
}

/** The text of any thrown value, for a line in a log or a reason. */
export function textOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
