// Wakes each account's job by its cron expression, or when push tells of news: never two runs of one account at a time, never all
// accounts in the same second, never during a pause that a failure asked for. Slots that were missed, because the machine slept or
// the service was off, are made good by one run; one that failed is tried again before a slot that is far; a run that gives no sign
// of life is cut. Jobs are functions handed in.
import type { Clock } from '../model/clock.ts';
import { MailError } from '../model/error.ts';
import { again, pause, type Failure } from './backoff.ts';
import { Calendar } from './calendar.ts';
import { Crowd } from './crowd.ts';
import { dueOf, jitter, paused, reach, setBack, type Due } from './due.ts';
import { watched, type Work } from './watch.ts';

/** Runs of different accounts start so far apart, in milliseconds, and the last one so far behind its slot. */
const APART = 250;
const SPREAD = 15_000;
/** How often the clock is looked at, in milliseconds: a machine that slept notices it by then. */
const LOOK = 20_000;

/** Who waits for a place: what ends it, and how it shows that it lives. */
export interface Waiter {
  readonly signal: AbortSignal;
  readonly alive?: () => void;
}

/** A job that the scheduler wakes. */
export interface Job {
  readonly name: string;
  /** Five or six cron fields. */
  readonly schedule: string;
  /**
   * Runs once; resolves with what it failed with, or undefined. Never rejects. `alive` is to be called when something was done:
   * without it the run is cut, by `signal`, after six hours.
   */
  readonly run: Work<Failure | undefined>;
  /**
   * When it ran last, milliseconds since 1970: if a slot was missed since then, it is woken when it is added. Default: it is,
   * as a service that was off has missed its slots.
   */
  readonly last?: number;
  /** Called after each run, when what it failed with has been counted and its pause, if any, has begun. */
  readonly over?: (() => void) | undefined;
  /** When a person last removed the cause of failures, milliseconds since 1970: a pause that began earlier is over. */
  readonly cured?: (() => number) | undefined;
}

interface State extends Due {
  readonly job: Job;
  /** Milliseconds that its runs start behind their slots. */
  readonly offset: number;
  /** Ends its run, and all that is done in its place. */
  readonly stop: AbortController;
  readonly signal: AbortSignal;
  running?: Promise<void>;
  /** It was woken while it ran: what woke it may have come too late for that run. */
  again: boolean;
  /** It was cut, and does not end. */
  stuck: boolean;
  failures: number;
}

/** The calendar of all jobs. */
export class Scheduler {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #crowd: Crowd;
  readonly #states = new Map<string, State>();
  readonly #stop = new AbortController();
  /** Ends the sleep of the calendar: there is another first slot. */
  #turn = new AbortController();
  #loop: Promise<void> | undefined;
  /** When it last looked at the clock, in monotonic milliseconds. */
  #looked: number;

  /** `random` gives 0 up to 1. */
  constructor(clock: Clock, random: () => number = Math.random) {
    this.#clock = clock;
    this.#random = random;
    this.#crowd = new Crowd(clock);
    this.#looked = clock.monotonic();
  }

  /** Adds a job, and wakes it for the first time at once, unless its `last` says that it missed nothing. */
  add(job: Job): void {
    const stop = new AbortController();
    const calendar = new Calendar(job.schedule);
    const now = this.#clock.now();
    const missed = job.last === undefined || (calendar.next(job.last) ?? Infinity) <= now;
    const state: State = {
      job,
      calendar,
      offset: Math.min(SPREAD, this.#states.size * APART),
      stop,
      signal: AbortSignal.any([this.#stop.signal, stop.signal]),
      slot: calendar.next(now),
      reached: null,
      retry: null,
      again: false,
      stuck: false,
      failures: 0,
      pausedUntil: 0,
      pausedAt: 0,
    };
    this.#states.set(job.name, state);
    if (missed) this.#wake(state, state.offset);
    this.#loop ??= this.#follow();
    this.#turn.abort();
  }

  /** Forgets a job: its run is asked to end, and when it has, this resolves. One of the same name may follow. */
  async remove(name: string): Promise<void> {
    const state = this.#states.get(name);
    if (state === undefined) return;
    this.#states.delete(name);
    state.stop.abort(cancelled(`${name} was taken out of the schedule`));
    while (state.running !== undefined) await state.running;
  }

  /** Runs the job now; while it runs, once more after that. During a pause nothing happens: a scheduled run comes after it. */
  wake(name: string): void {
    const state = this.#states.get(name);
    if (state === undefined) return;
    state.again = state.running !== undefined;
    this.#wake(state, 0);
  }

  /**
   * Does `work` in the place of a run: after the one that is under way, and none begins meanwhile; and as a run it is cut where
   * it gives no sign of life. Rejects with what `work` throws, with `cancelled` after a stop, or where the job was removed, and
   * where the waiter is to end. Its signal aborts at each.
   */
  async aside<T>(name: string, work: Work<T>, waiter?: Waiter): Promise<T> {
    const state = this.#states.get(name);
    while (state?.running !== undefined) await this.#behind(state.running, waiter);
    const ends = [state?.signal ?? this.#stop.signal, ...(waiter === undefined ? [] : [waiter.signal])];
    for (const end of ends) end.throwIfAborted();
    if (state === undefined) return work(AbortSignal.any(ends), () => waiter?.alive?.());
    const done = this.#watched(state, ends, work, waiter?.alive);
    this.#occupy(state, done);
    return done;
  }

  /** Clock time before which the job does not run, and nothing else should log in for it; 0 for any time. */
  pausedUntil(name: string): number {
    const state = this.#states.get(name);
    return state === undefined ? 0 : pausedUntil(state, this.#clock.now());
  }

  /**
   * What was done beside the job, such as a poll that a person asked for, or the login of a push, counts as if a run had ended
   * so: with a failure, or well.
   */
  ended(name: string, failure: Failure | undefined): void {
    const state = this.#states.get(name);
    if (state !== undefined) this.#note(state, failure);
  }

  /** Throws where the calendar has stopped, or where a run that was cut does not end. */
  answer(): void {
    for (const [name, { stuck }] of this.#states) if (stuck) throw new Error(`${name} does not end`);
    if (this.#clock.monotonic() > this.#looked + 3 * LOOK) throw new Error('the calendar stands still');
  }

  /** When the job is due next, milliseconds since 1970; null when it is unknown. */
  next(name: string): number | null {
    const state = this.#states.get(name);
    const due = state === undefined ? Infinity : dueOf(state);
    if (state === undefined || due === Infinity) return null;
    return Math.max(due, pausedUntil(state, this.#clock.now()));
  }

  /** Stops the calendar, asks running jobs to end, and resolves when they have. */
  async stop(): Promise<void> {
    this.#stop.abort(cancelled('the service is stopping'));
    this.#turn.abort();
    await this.#loop;
    for (const { running } of this.#states.values()) await running;
  }

  /** Looks at the clock at each slot, and often enough in between to notice that it jumped. */
  async #follow(): Promise<void> {
    let last = this.#clock.now();
    while (!this.#stop.signal.aborted) {
      this.#turn = new AbortController();
      this.#looked = this.#clock.monotonic();
      const now = this.#clock.now();
      if (now < last) for (const state of this.#states.values()) setBack(state, now);
      last = now;
      for (const state of this.#states.values())
        if (reach(state, now)) this.#wake(state, state.offset + this.#random() * jitter(state, now));
      const first = Math.min(...[...this.#states.values()].map(dueOf));
      const wait = Math.max(0, Math.min(LOOK, first - now));
      await this.#clock.sleep(wait, this.#turn.signal).catch(() => undefined);
    }
  }

  #wake(state: State, offset: number): void {
    const now = this.#clock.now();
    if (state.running !== undefined || state.signal.aborted || now < pausedUntil(state, now)) return;
    state.again = false;
    this.#occupy(state, this.#run(state, offset));
  }

  /** Nothing else runs for the job until `done` settles. */
  #occupy(state: State, done: Promise<unknown>): void {
    state.running = this.#release(state, done);
  }

  async #release(state: State, done: Promise<unknown>): Promise<void> {
    await Promise.allSettled([done]);
    delete state.running;
    if (state.again) this.#wake(state, 0);
  }

  async #run(state: State, offset: number): Promise<void> {
    let leave: (() => void) | undefined;
    try {
      await this.#clock.sleep(offset, state.signal);
      leave = await this.#crowd.enter(state.signal);
    } catch {
      return; // stopped before it began
    }
    try {
      this.#note(state, await this.#once(state));
    } finally {
      leave();
    }
    state.job.over?.();
  }

  /** Resolves when that run has ended, which is watched itself: who waits for it lives. Rejects when the waiter is to end. */
  async #behind(running: Promise<void>, waiter: Waiter | undefined): Promise<void> {
    if (waiter === undefined) return running;
    const over = new AbortController();
    const end = AbortSignal.any([over.signal, waiter.signal]);
    const live = async (): Promise<never> => {
      for (;;) {
        waiter.alive?.();
        await this.#clock.sleep(LOOK, end);
      }
    };
    try {
      await Promise.race([running, live()]);
    } finally {
      over.abort();
    }
  }

  /** Runs the job; that it was cut is a failure as others are. */
  async #once(state: State): Promise<Failure | undefined> {
    try {
      return await this.#watched(state, [state.signal], (signal, alive) => state.job.run(signal, alive));
    } catch (thrown) {
      if (thrown instanceof MailError) return thrown;
      throw thrown;
    }
  }

  #watched<T>(state: State, ends: readonly AbortSignal[], work: Work<T>, also?: () => void): Promise<T> {
    const stuck = (isSo: boolean): void => void (state.stuck = isSo);
    return watched(this.#clock, { name: state.job.name, ends, work, also, stuck });
  }

  #note(state: State, failure: Failure | undefined): void {
    const now = this.#clock.now();
    state.failures = failure === undefined ? 0 : state.failures + 1;
    state.pausedAt = now;
    state.pausedUntil = failure === undefined ? 0 : now + pause(failure, state.failures);
    const wait = failure === undefined ? null : again(failure, state.failures);
    state.retry = wait === null ? null : now + wait;
  }
}

function cancelled(message: string): MailError {
  return new MailError({ kind: 'cancelled', retry: 'later', message });
}

/** Until when the job does not run. */
function pausedUntil(state: State, now: number): number {
  return paused(state, state.job.cured?.() ?? 0, now);
}
