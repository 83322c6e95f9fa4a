// PURE: what can happen to a message on its way out, and what a decision about it needs beside the message.

/** A refusal holds for now or for good. */
export type Answer = 'later' | 'never';

/** What can happen to a message. */
export type Event =
  /** It was copied into the spool. */
  | { readonly type: 'claim' }
  /** Its envelope and its octets are made. */
  | {
      readonly type: 'prepare';
      readonly recipients: readonly string[];
      readonly notBefore?: number | undefined;
    }
  /** We refuse it ourselves. */
  | { readonly type: 'refuse'; readonly reason: string }
  /** A try begins. `overdue`: for a day it was not tried although its time had come: the machine was off, or asleep. */
  | { readonly type: 'begin'; readonly overdue?: boolean }
  /** MAIL was accepted. */
  | { readonly type: 'mail' }
  /** RCPT was answered. */
  | {
      readonly type: 'recipient';
      readonly address: string;
      readonly answer: 'yes' | Answer;
      readonly reply: string;
    }
  /** DATA was answered by 354. */
  | { readonly type: 'data' }
  /** The dot goes out as soon as this is on disk. */
  | { readonly type: 'intent' }
  /** The dot was answered by 2xx. */
  | { readonly type: 'accept'; readonly reply: string }
  /** The message was refused: at MAIL, at DATA, or after the dot. `after`: not before so many milliseconds. */
  | {
      readonly type: 'reject';
      readonly answer: Answer;
      readonly reply: string;
      readonly after?: number | undefined;
    }
  /** The connection was lost before the dot: provably unsent. */
  | { readonly type: 'lost'; readonly reason: string }
  /**
   * The account is in trouble (name, network, TLS, login, 421, rate): the message has no part in it. `early`: nothing was asked
   * about it, or over a connection that had carried others: it goes before those that came later.
   */
  | { readonly type: 'account'; readonly reason: string; readonly early?: true }
  /** The server cannot keep it until then, so that we do. */
  | { readonly type: 'postpone'; readonly until: number }
  /** No answer to the dot came. */
  | { readonly type: 'silence'; readonly reason: string }
  /** Nothing more is to be asked in this try. */
  | { readonly type: 'finish' }
  /** The program was started, and found the message like this. */
  | { readonly type: 'restart' }
  /** A person: nothing is to go out until it is released. */
  | { readonly type: 'hold' }
  /** A person: what was held goes on. */
  | { readonly type: 'release' }
  /** A person: at once, whatever it waits for or has failed of. `frozen`: its octets are made, and stay as they are. */
  | { readonly type: 'retry'; readonly frozen: boolean }
  /** A person takes it back. */
  | { readonly type: 'cancel'; readonly reason: string }
  /** Evidence: what is in doubt was taken by the server. `where`: how that is known. */
  | { readonly type: 'found'; readonly where: string }
  /** What may be evidence, or another's doing: only a person can tell. `where`: what it is. */
  | { readonly type: 'trace'; readonly where: string }
  /** Evidence: the server took it, and reports that it could not bring it to these. */
  | { readonly type: 'bounce'; readonly addresses: readonly string[]; readonly reply: string }
  /** Its sender is told that it is late. */
  | { readonly type: 'late' };

/** What a decision needs beside the entry. */
export interface Circumstances {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** 0 up to 1, for the jitter. */
  readonly random: number;
  /** What becomes of a message whose dot got no answer. */
  readonly uncertain: 'retry' | 'hold';
}
