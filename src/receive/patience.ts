// Is it this message, or the server? A refusal "for now" may be about one message ([SYS/TEMP], [UNAVAILABLE]) or about all
// (throttled, over a quota); a few in a row with nothing in between are about all, and end the run.
import type { MailError } from '../model/error.ts';

/** Refusals "for now" in a row, after which it is the server. */
const MOST = 3;
/** The same where one message may well be to blame, and halves show which. */
const MORE = 6;

/** Counts the refusals of one session. */
export class Patience {
  #inARow = 0;

  /** A message came. */
  reset(): void {
    this.#inARow = 0;
  }

  /**
   * True where `refusal` can be taken for that of one message; false where the run must end with it. `isLikely`: it was said of
   * several messages together, or by a server that gave others before.
   */
  bears(refusal: MailError, isLikely: boolean = false): boolean {
    if (refusal.kind === 'message' || refusal.kind === 'refused') return true;
    // A server that names a waiting time means everything (I-051).
    if (refusal.kind !== 'busy' || refusal.after !== undefined) return false;
    return ++this.#inARow < (isLikely ? MORE : MOST);
  }
}
