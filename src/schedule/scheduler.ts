// Wakes each account's job by its cron expression: never two runs of one account at a time, never all accounts in the
// same second, never during a pause that a failure asked for. Jobs are functions handed in; node-cron does the calendar.
import { schedule, type ScheduledTask } from 'node-cron';
import type { Clock } from '../model/clock.ts';
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
}

interface State {
  readonly job: Job;
  task?: ScheduledTask;
  running?: Promise<void>;
  failures: number;
  /** Clock time before which scheduled runs are left out. */
  pausedUntil: number;
}

/** The calendar of all jobs. */
export class Scheduler {
  readonly #clock: Clock;
  readonly #states = new Map<string, State>();
  readonly #stop = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Adds a job, and wakes it for the first time at once: a service that was off has missed its slots. */
  add(job: Job): void {
    const state: State = { job, failures: 0, pausedUntil: 0 };
    this.#states.set(job.name, state);
    state.task = schedule(job.schedule, () => this.#wake(state), { name: job.name });
    this.#wake(state);
  }

  /** When the job is due next, milliseconds since 1970; null when it is unknown. */
  next(name: string): number | null {
    const state = this.#states.get(name);
    const slot = state?.task?.getNextRun()?.getTime();
    if (state === undefined || slot === undefined) return null;
    return Math.max(slot, state.pausedUntil);
  }

  /** Stops the calendar, asks running jobs to end, and resolves when they have. */
  async stop(): Promise<void> {
    this.#stop.abort();
    for (const { task } of this.#states.values()) await task?.stop();
    for (const { running } of this.#states.values()) await running;
  }

  #wake(state: State): void {
    if (state.running !== undefined || this.#stop.signal.aborted || this.#clock.now() < state.pausedUntil)
      return;
    state.running = this.#run(state).finally(() => {
      delete state.running;
    });
  }

  async #run(state: State): Promise<void> {
    try {
      await this.#clock.sleep(this.#offset(state), this.#stop.signal);
    } catch {
      return; // stopped before it began
    }
    const failure = await state.job.run(this.#stop.signal);
    state.failures = failure === undefined ? 0 : state.failures + 1;
    state.pausedUntil = failure === undefined ? 0 : this.#clock.now() + pause(failure, state.failures);
  }

  /** The same offset each time, so that the time between two runs of an account stays what its schedule says. */
  #offset(state: State): number {
    const index = [...this.#states.keys()].indexOf(state.job.name);
    return Math.min(SPREAD, index * 250);
  }
}
