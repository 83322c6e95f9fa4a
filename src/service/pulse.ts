// What the service manager hears of the service: that it is ready, reloads and stops; a line on how it stands; and, as long as
// every part of it answers, that it lives. Where something takes its time for a good reason, the manager is asked to wait.
import type { Clock } from '../model/clock.ts';
import { textOf } from '../model/error.ts';
import type { Log } from '../runtime/log.ts';
import { oneLine } from '../runtime/one-line.ts';
import type { Manager } from '../runtime/sd-notify.ts';
import { complaints, type Organ } from './health.ts';

/** What a pulse works with. */
export interface PulseParts {
  readonly manager: Manager;
  readonly clock: Clock;
  readonly log: Pick<Log, 'error' | 'info'>;
}

/** What it looks at once the service is ready. */
export interface Body {
  readonly organs: readonly Organ[];
  /** How it stands, in one line. */
  readonly status: () => string;
  /** Deliveries whose final dot waits for its answer. */
  readonly inDot: () => Promise<number>;
}

/** Milliseconds between two beats. */
const BEAT = 10_000;
/** The same where a watchdog wants to be fed, at most: each time may cost a process. */
const LONGEST = 30_000;
/** Beats for which the manager is asked to wait, so that one may come late. */
const AHEAD = 6;

/** A pulse, from `begin` to `end`. */
export class Pulse {
  readonly #parts: PulseParts;
  readonly #every: number;
  readonly #end = new AbortController();
  #phase: 'starting' | 'running' | 'stopping' = 'starting';
  #body: Body | undefined;
  #beating: Promise<void> | undefined;
  #status = '';
  #unwell = '';
  /** What is said in the place of the status; a reload that failed. */
  #trouble: string | undefined;

  constructor(parts: PulseParts) {
    this.#parts = parts;
    // The manager wants to hear it in time even where one beat is late.
    const { watchdog } = parts.manager;
    this.#every = watchdog === undefined ? BEAT : Math.min(LONGEST, watchdog / 4);
  }

  /** Before anything else. */
  begin(): void {
    this.#tell([], 'starting');
    this.#beating = this.#beat();
  }

  /** All is ready. */
  ready(body: Body): void {
    this.#body = body;
    this.#phase = 'running';
    this.#tell(['READY=1'], body.status());
  }

  /** Does a reload, and tells of it before and after. Throws what `work` throws. */
  async reloading<T>(work: () => Promise<T>): Promise<T> {
    const { manager } = this.#parts;
    // CLOCK_MONOTONIC, by which systemd tells this reload from an earlier one.
    manager.tell('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`);
    try {
      const done = await work();
      this.#trouble = undefined;
      return done;
    } catch (thrown) {
      this.#trouble = `the configuration is wrong, and the old one stays: ${textOf(thrown)}`;
      throw thrown;
    } finally {
      if (this.#phase === 'running') this.#tell(['READY=1'], this.#line());
    }
  }

  /** From now on it ends. */
  async stopping(): Promise<void> {
    this.#phase = 'stopping';
    await this.#tellStopping(['STOPPING=1']);
  }

  /** Nothing more is told after this. */
  async end(): Promise<void> {
    this.#end.abort();
    await this.#beating;
    await this.#parts.manager.told();
  }

  async #beat(): Promise<void> {
    const { clock } = this.#parts;
    const { signal } = this.#end;
    for (;;) {
      await clock.sleep(this.#every, signal).catch(() => undefined);
      if (signal.aborted) return;
      if (this.#phase === 'starting') this.#tell([this.#wait()]);
      else if (this.#phase === 'running') await this.#live();
      else await this.#tellStopping([]);
    }
  }

  async #live(): Promise<void> {
    const { manager, clock } = this.#parts;
    const wrong = await complaints(this.#body?.organs ?? [], clock, this.#every * 2);
    this.#tellHealth(wrong.join('; '));
    const fed = wrong.length === 0 && manager.watchdog !== undefined ? ['WATCHDOG=1'] : [];
    if (this.#phase === 'running') this.#tell(fed, wrong.length > 0 ? wrong.join('; ') : this.#line());
  }

  /** In the log, once. */
  #tellHealth(wrong: string): void {
    const { log, manager } = this.#parts;
    if (wrong === this.#unwell) return;
    this.#unwell = wrong;
    const next =
      manager.watchdog === undefined ? '' : ', and the service manager will start it anew if that lasts';
    if (wrong === '') log.info('all parts of the service answer again');
    else log.error(`the service is not well: ${wrong}${next}`);
  }

  /** A delivery in its dot must not be killed: only its answer tells whether it was sent. All else ends in seconds. */
  async #tellStopping(first: readonly string[]): Promise<void> {
    const waiting = (await this.#body?.inDot().catch(() => 0)) ?? 0;
    if (waiting === 0) return this.#tell(first, 'stopping');
    this.#tell(
      [...first, this.#wait()],
      `stopping: waiting for the server's answer to ${waiting} ${waiting === 1 ? 'letter' : 'letters'}`,
    );
  }

  #line(): string {
    return this.#trouble ?? this.#body?.status() ?? '';
  }

  #wait(): string {
    return `EXTEND_TIMEOUT_USEC=${Math.round(this.#every * AHEAD * 1000)}`;
  }

  #tell(lines: readonly string[], status: string = this.#status): void {
    const changed = status !== this.#status ? [`STATUS=${oneLine(status)}`] : [];
    this.#status = status;
    const all = [...lines, ...changed];
    if (all.length > 0) this.#parts.manager.tell(...all);
  }
}
