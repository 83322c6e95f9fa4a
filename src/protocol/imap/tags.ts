// Tags tie an answer to its command. One counter lasts as long as its connection, so that a late answer to an earlier
// command is never taken for the answer to this one.

/** Counts A0001, A0002 …; RFC 9051 §2.2.1. It begins with a letter: NetEase refused all-digit tags (I-003). */
export class Tags {
  #used = 0;

  /** A tag that was not used before. */
  next(): string {
    this.#used++;
    return `A${String(this.#used).padStart(4, '0')}`;
  }
}
