// What a test of sending asks of a real server, whichever it is: ports, and what arrived in its users' mailboxes.
import type { Ending } from '../support/temporary.ts';
import type { Users } from './receiver.ts';

/**
 * Starts a server for the domain `mail.test` with mailboxes for these local parts, and lets `senders` log in, who may send
 * only to these: any other recipient is refused with 550. It is stopped when the test ends.
 */
export type StartSubmission = (
  test: Ending,
  mailboxes: readonly string[],
  senders: Users,
) => Promise<Submission>;

/** A running SMTP server. */
export interface Submission {
  readonly host: '127.0.0.1';
  /** `smtps`: implicit TLS. `submission`: STARTTLS required before AUTH. */
  readonly ports: { readonly smtps: number; readonly submission: number };
  /** What `ca:` points at. */
  readonly ca: string;
  /** An access token that lets this sender in; absent where the server takes none. */
  readonly token?: (sender: string) => string;
  /** Every message that arrived for `user@mail.test`, with the server's own trace headers on top and LF line ends; latin1. */
  arrived(user: string): string[];
}
