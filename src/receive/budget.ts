// How much may still come from a server today. Providers lock an account out for a day where it fetches more (I-031), so less
// is fetched: the rest waits, the newest first, until there is room, and that is kept over restarts.
import type { Index } from '../index/database.ts';
import { addTraffic, trafficIn, type Traffic } from '../index/traffic.ts';
import type { Clock } from '../model/clock.ts';

const HOUR = 3_600_000;
/** Hours that count. */
const DAY = 24;
/** Octets that may be lost by a crash. */
const UNSAVED = 2 ** 20;

/** The budget of one account. */
export class Budget {
  /** Octets in 24 hours. */
  readonly limit: number;
  readonly #db: Index;
  readonly #account: string;
  readonly #clock: Clock;
  /** Octets that came and are not written down yet. */
  #unsaved = 0;
  /** Octets that were asked for and may come. */
  #taken = 0;

  constructor(db: Index, account: string, limit: number, clock: Clock) {
    this.#db = db;
    this.#account = account;
    this.limit = limit;
    this.#clock = clock;
  }

  /** What old mail may not take, so that new mail comes all the day. */
  get reserve(): number {
    return this.limit / 10;
  }

  /** Counts octets that came, whatever they were. Never throws. */
  spend(octets: number): void {
    this.#unsaved += octets;
    if (this.#unsaved >= UNSAVED) this.save();
  }

  /** Takes `octets` that will be asked for, where `least` are left behind; false where they are not. */
  take(octets: number, least: number): boolean {
    if (this.limit - sum(this.#traffic()) - this.#unsaved - this.#taken - octets < least) return false;
    this.#taken += octets;
    return true;
  }

  /** Gives back what was taken: what came of it has been spent. */
  give(octets: number): void {
    this.#taken -= octets;
  }

  /** When there is room again beside `least`: milliseconds since 1970, in the future and within a day. */
  roomAt(least: number): number {
    this.save();
    const traffic = this.#traffic();
    const enough = least + (this.limit - least) / 20;
    let left = this.limit - sum(traffic) - this.#unsaved;
    for (const { hour, octets } of traffic) {
      left += octets;
      if (left >= enough) return (hour + DAY) * HOUR;
    }
    return (this.#hour() + 1) * HOUR;
  }

  /** Writes down what came. What cannot be written now is, with what comes next. */
  save(): void {
    if (this.#unsaved === 0) return;
    try {
      addTraffic(this.#db, this.#account, { hour: this.#hour(), octets: this.#unsaved });
      this.#unsaved = 0;
    } catch {
      // The disk is full: whoever stores messages tells so.
    }
  }

  /** Of this hour and the 23 before it; what a clock that went back left in the future does not count. */
  #traffic(): Traffic[] {
    const now = this.#hour();
    return trafficIn(this.#db, this.#account, now - DAY + 1, now);
  }

  #hour(): number {
    return Math.floor(this.#clock.now() / HOUR);
  }
}

function sum(traffic: readonly Traffic[]): number {
  return traffic.reduce((total, { octets }) => total + octets, 0);
}
