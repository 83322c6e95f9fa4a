// What the lost sessions of a push teach: when the next may begin, ever later, and how long it may wait in one IDLE.
import type { Clock } from '../model/clock.ts';
import { idleFor, reconnectAfter } from './push-plan.ts';

/** Milliseconds after which an IDLE that was cut was cut for its length. */
export const LIVED = 60_000;
/** Milliseconds after which a session that was lost had been a good one: a login so often harms nobody. */
const BORNE = 240_000;
/** Losses in a row after which it is worth a warning. */
const MANY = 5;

/** The losses of one account's push. */
export class Losses {
  readonly #clock: Clock;
  readonly #random: () => number;
  #inARow = 0;
  #silentDeaths = 0;
  /** No session begins from `from` until `until`. */
  #rest: { readonly from: number; readonly until: number } = { from: 0, until: 0 };

  /** `random`: 0 up to 1. */
  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** The longest that the next IDLE may last, in milliseconds. */
  get idle(): number {
    return idleFor(this.#silentDeaths);
  }

  /** Clock time before which no session begins. */
  get notBefore(): number {
    const { from, until } = this.#rest;
    // A clock that went back tells nothing of the time that has passed.
    return this.#clock.now() < from ? 0 : until;
  }

  /** So many in a row that it is said once. */
  get areMany(): boolean {
    return this.#inARow === MANY;
  }

  /** An IDLE that was cut after `lived` milliseconds: it was quiet for long, and then it was gone, or did not answer. */
  cut(lived: number): void {
    if (lived >= LIVED) this.#silentDeaths++;
    // Where each is cut after a minute or two, the next login waits ever longer until an IDLE is short enough.
    if (lived >= BORNE) this.#inARow = 0;
  }

  /** An IDLE came to its end after `lived` milliseconds. True where it was a good one. */
  ended(lived: number): boolean {
    if (lived >= LIVED) this.#inARow = 0;
    return lived >= LIVED;
  }

  /** A session was lost; the server wants to be left alone for `after` milliseconds. */
  lost(after: number): void {
    const wait = Math.max(after, reconnectAfter(++this.#inARow, this.#random()));
    const from = this.#clock.now();
    this.#rest = { from, until: from + wait };
  }
}
