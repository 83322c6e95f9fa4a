// What hosts offer and then break, as the last day has shown: it is left out when they are dialled again.

const DAY = 24 * 60 * 60_000;

/** Remembers by host, in memory alone: after a restart it costs one transaction to learn it again. */
export class Manners {
  readonly #until = new Map<string, Map<string, number>>();

  /** `keyword` of EHLO is not to be used with `host` for a day; `now` in monotonic milliseconds. */
  leaveOut(host: string, keyword: string, now: number): void {
    const known = this.#until.get(host) ?? new Map<string, number>();
    this.#until.set(host, known.set(keyword, now + DAY));
  }

  /** What is to be left out with `host`. */
  without(host: string, now: number): ReadonlySet<string> {
    const known = [...(this.#until.get(host) ?? [])];
    return new Set(known.filter(([, until]) => until > now).map(([keyword]) => keyword));
  }
}
