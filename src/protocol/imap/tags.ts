// Tags tie an answer to its command. One counter lasts as long as its connection, so that a late answer to an earlier
// command is never taken for the answer to this one; and so does what that connection bears of literals.
import type { Capabilities } from './capability.ts';

/** Counts A0001, A0002 …; RFC 9051 §2.2.1. It begins with a letter: NetEase refused all-digit tags (I-003). */
export class Tags {
  #used = 0;
  /** Octets of the longest literal that may be sent without being asked for; 0: none. */
  unasked = 0;

  /** A tag that was not used before. */
  next(): string {
    this.#used++;
    return `A${String(this.#used).padStart(4, '0')}`;
  }

  /** Heeds what is offered after the login. */
  heed(offered: Capabilities): void {
    // RFC 7888 §4 and §5: LITERAL+ sets no limit, LITERAL- one of 4096 octets
    this.unasked = offered.has('LITERAL+') ? Infinity : offered.has('LITERAL-') ? 4096 : 0;
  }
}
