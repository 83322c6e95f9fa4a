// Wakes each account's job by its cron expression, or when push tells of news: never two runs of one account at a time,
// never all accounts in the same second, never during a pause that a failure asked for. Jobs are functions handed in;
// node-cron does the calendar.
import { schedule, type ScheduledTask } from 'node-cron';
import type { Clock } from '../model/clock.ts';
import { MailError } from '../model/error.ts';
import { pause, type Failure } from './backoff.ts';

/** Runs of different accounts start up to this far apart, in milliseconds. */
const SPREAD = 5000;

/** A job that the scheduler wakes. */
export interface Job {
  readonly name: string;
  /** Five or six cron fields. */
  readonly schedule: string;
  /** Runs once; resolves with what it failed with, or undefined. Never rejects. */
  readonly run: (signal: AbortSignal) => Promise<Failure | undefined>;
  /**
   * Whether it is woken when it is added; `period` is the time between its next two slots, in milliseconds. Default: yes, as a
   * service that was off has missed its slots.
   */
  readonly atStart?: (period: number) => boolean;
  /** Called after each run, when what it failed with has been counted and its pause, if any, has begun. */
  readonly over?: (() => void) | undefined;
  /** When a person last removed the cause of failures, milliseconds since 1970: a pause that began earlier is over. */
  readonly cured?: (() => number) | undefined;
}

interface State {
  readonly job: Job;
  /** Ends its run, and all that is done in its place. */
  readonly stop: AbortController;
  readonly signal: AbortSignal;
  task?: ScheduledTask;
  running?: Promise<void>;
  /** It was woken while it ran: what woke it may have come too late for that run. */
  again: boolean;
  failures: number;
  /** Clock time before which scheduled runs are left out. */
  pausedUntil: number;
  /** When the pause began. */
  pausedAt: number;
}

/** The calendar of all jobs. */
export class Scheduler {
  readonly #clock: Clock;
  readonly #states = new Map<string, State>();
  readonly #stop = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Adds a job, and wakes it for the first time at once, unless its `atStart` says no. */
  add(job: Job): void {
    const stop = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, stop.signal]);
    const state: State = { job, stop, signal, again: false, failures: 0, pausedUntil: 0, pausedAt: 0 };
    this.#states.set(job.name, state);
    state.task = schedule(job.schedule, () => this.#wake(state, this.#offset(state)), { name: job.name });
    if (job.atStart?.(periodOf(state.task)) ?? true) this.#wake(state, this.#offset(state));
  }

  /** Forgets a job: its run is asked to end, and when it has, this resolves. One of the same name may follow. */
  async remove(name: string): Promise<void> {
    const state = this.#states.get(name);
    if (state === undefined) return;
    this.#states.delete(name);
    state.stop.abort(cancelled(`${name} was taken out of the schedule`));
    await state.task?.destroy();
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
   * Does `work` in the place of a run: after the one that is under way, and none begins meanwhile. Rejects with what `work`
   * throws, and with `cancelled` after a stop, or where the job was removed. `signal` aborts at either.
   */
  async aside<T>(name: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const state = this.#states.get(name);
    while (state?.running !== undefined) await state.running;
    const signal = state?.signal ?? this.#stop.signal;
    if (signal.aborted) throw signal.reason;
    const done = work(signal);
    if (state !== undefined) this.#occupy(state, done);
    return done;
  }

  /** Clock time before which the job does not run, and nothing else should log in for it; 0 for any time. */
  pausedUntil(name: string): number {
    const state = this.#states.get(name);
    return state === undefined ? 0 : paused(state, this.#clock.now());
  }

  /**
   * What was done beside the job, such as a poll that a person asked for, or the login of a push, counts as if a run had ended
   * so: with a failure, or well.
   */
  ended(name: string, failure: Failure | undefined): void {
    const state = this.#states.get(name);
    if (state !== undefined) this.#note(state, failure);
  }

  /** Throws where a job has no next slot: the calendar has lost it. */
  answer(): void {
    for (const [name, { task }] of this.#states)
      if (task === undefined || task.getNextRun() === null) throw new Error(`${name} has no next slot`);
  }

  /** When the job is due next, milliseconds since 1970; null when it is unknown. */
  next(name: string): number | null {
    const state = this.#states.get(name);
    const slot = state?.task?.getNextRun()?.getTime();
    if (state === undefined || slot === undefined) return null;
    return Math.max(slot, paused(state, this.#clock.now()));
  }

  /** Stops the calendar, asks running jobs to end, and resolves when they have. */
  async stop(): Promise<void> {
    this.#stop.abort(cancelled('the service is stopping'));
    for (const { task } of this.#states.values()) await task?.stop();
    for (const { running } of this.#states.values()) await running;
  }

  #wake(state: State, offset: number): void {
    const now = this.#clock.now();
    if (state.running !== undefined || state.signal.aborted || now < paused(state, now)) return;
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
    try {
      await this.#clock.sleep(offset, state.signal);
    } catch {
      return; // stopped before it began
    }
    this.#note(state, await state.job.run(state.signal));
    state.job.over?.();
  }

  #note(state: State, failure: Failure | undefined): void {
    state.failures = failure === undefined ? 0 : state.failures + 1;
    state.pausedAt = this.#clock.now();
    state.pausedUntil = failure === undefined ? 0 : this.#clock.now() + pause(failure, state.failures);
  }

  /** The same offset each time, so that the time between two runs of an account stays what its schedule says. */
  #offset(state: State): number {
    const index = [...this.#states.keys()].indexOf(state.job.name);
    return Math.min(SPREAD, index * 250);
  }
}

function periodOf(task: ScheduledTask): number {
  const [first, second] = task.getNextRuns(2);
  return first === undefined || second === undefined ? Infinity : second.getTime() - first.getTime();
}

function cancelled(message: string): MailError {
  return new MailError({ kind: 'cancelled', retry: 'later', message });
}

/** Until when the job does not run; 0 where its cause is gone, and where the clock went back: a pause must not last for years. */
function paused({ job, pausedUntil, pausedAt }: State, now: number): number {
  return (job.cured?.() ?? 0) > pausedAt || now < pausedAt ? 0 : pausedUntil;
}
