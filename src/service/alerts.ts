// Watches over the service itself: each minute it looks what is wrong, notes what began and what ended before anybody is told, and
// has it told: by the log, by the alert command, and by mail through an account that works.
import type { Config } from '../config/load.ts';
import type { Clock } from '../model/clock.ts';
import { MailError, textOf } from '../model/error.ts';
import type { AccountReport } from '../receive/report.ts';
import type { Log } from '../runtime/log.ts';
import { changed, type AlertEvent, type Found, type OpenAlert } from './alert.ts';
import { Notebook, type AlertBook, type Untold } from './alert-book.ts';
import { Crier } from './alert-crier.ts';
import { indexWords, unreadableWords } from './alert-words.ts';
import type { RecentStatus } from './recent-status.ts';

/** What alerts work with. */
export interface AlertsParts {
  /** As it is now. */
  readonly config: () => Config;
  readonly clock: Clock;
  readonly log: Pick<Log, 'error' | 'warn' | 'info'>;
  readonly status: RecentStatus;
  /** Why this start had to make the index anew; null where it did not. */
  readonly lost: string | null;
}

const MINUTE = 60_000;
/** Between two looks, at least. */
const REST = 5000;
/** After a start, or a sleep of the machine, an account may be behind that has not been asked yet. */
const GRACE = 10 * MINUTE;

/** The watch. Looks at once and then each minute, from `start` to `stop`. */
export class Alerts {
  readonly #parts: AlertsParts;
  readonly #end = new AbortController();
  #wake = new AbortController();
  /** As of the last look. */
  #open: readonly OpenAlert[] = [];
  #loop: Promise<void> | undefined;
  #lost: string | null;
  /** Since when the clock goes on without a jump, by both clocks. */
  #steady: { readonly wall: number; readonly monotonic: number };
  readonly #crier: Crier;
  readonly #notebook = new Notebook();
  /** That the book cannot be noted is said once. */
  #saidUnnoted = false;

  constructor(parts: AlertsParts) {
    this.#parts = parts;
    this.#lost = parts.lost;
    this.#crier = new Crier({ ...parts, signal: this.#end.signal, note: (book) => this.#note(book) });
    this.#steady = { wall: parts.clock.now(), monotonic: parts.clock.monotonic() };
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** A poll is over: a failure may begin an alert, and a good one may end it. */
  polled({ name, error }: AccountReport): void {
    const ends = ({ account, kind }: OpenAlert): boolean => account === name || kind === 'storage';
    if (error !== null || this.#open.some(ends)) this.#wake.abort();
  }

  async stop(): Promise<void> {
    this.#end.abort();
    this.#wake.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#parts;
    let said = '';
    while (!this.#end.signal.aborted) {
      try {
        await this.look();
        said = '';
      } catch (thrown) {
        // It is said once, and looked at again in a minute.
        if (said !== textOf(thrown)) log.error(`alerts cannot be watched: ${textOf(thrown)}`);
        said = textOf(thrown);
      }
      // However often it is woken, a look costs something.
      await clock.sleep(REST, this.#end.signal).catch(() => undefined);
      await clock.sleep(MINUTE - REST, this.#wake.signal).catch(() => undefined);
      this.#wake = new AbortController();
    }
  }

  /** One look. Throws what keeps it from looking, and MailError `storage` where a letter cannot be written. */
  async look(): Promise<void> {
    const { config, clock, status } = this.#parts;
    const { data, accounts, alerts } = config();
    const now = clock.now();
    const seen = await status.latest(0).then(({ alerts: found }) => found, unseen);
    const before = await this.#notebook.read(data);
    const found = 'kind' in seen ? [...others(before.open), seen] : this.#told(seen, before);
    const { open, events } = changed(before.open, found, new Date(now).toISOString());
    const watched = Object.fromEntries(
      accounts.map(({ name }) => [name, Math.min(before.watched[name] ?? now, now)]),
    );
    const fresh = events.map((event): Untold => ({
      event,
      command: alerts?.command === undefined ? null : { failures: 0, next: now },
      mail: alerts?.mail !== undefined,
    }));
    const untold = [...before.untold, ...fresh].filter(({ command, mail }) => command !== null || mail);
    const book = { ...before, open, untold, watched };
    if (this.#notebook.waits || JSON.stringify(book) !== JSON.stringify(before)) await this.#note(book);
    this.#lost = null;
    this.#open = open;
    for (const event of events) this.#say(event);
    await this.#crier.tell(book);
  }

  /** A full disk is no reason to be silent, least of all about the full disk. */
  async #note(book: AlertBook): Promise<void> {
    const { config, log } = this.#parts;
    const why = await this.#notebook.note(config().data, book);
    if (why !== null && !this.#saidUnnoted)
      log.warn(`what alerts were told cannot be noted, and a restart may tell them again: ${why}`);
    this.#saidUnnoted = why !== null;
  }

  /** What of the alerts counts now. */
  #told(alerts: readonly Found[], { open }: AlertBook): Found[] {
    const isOpen = (one: Found): boolean =>
      open.some(({ kind, subject }) => kind === one.kind && subject === one.subject);
    const early = this.#isEarly();
    const found = alerts.filter((one) => one.kind !== 'stale' || isOpen(one) || !early);
    if (this.#lost === null || found.some(({ kind }) => kind === 'index')) return found;
    return [...found, { kind: 'index', subject: '', account: null, ...indexWords(this.#lost) }];
  }

  #isEarly(): boolean {
    const wall = this.#parts.clock.now();
    const monotonic = this.#parts.clock.monotonic();
    const passed = monotonic - this.#steady.monotonic;
    if (Math.abs(wall - this.#steady.wall - passed) > MINUTE) this.#steady = { wall, monotonic };
    return monotonic - this.#steady.monotonic < GRACE;
  }

  #say({ event, kind, account, message, hint, since }: AlertEvent): void {
    const { log } = this.#parts;
    if (event === 'start') log.error(`alert: ${message.en}`, { alert: kind, account, hint: hint.en });
    else log.info(`alert is over: ${message.en}`, { alert: kind, account, since });
  }
}

/** What keeps a look from seeing anything is itself wrong. Throws what is no MailError. */
function unseen(thrown: unknown): Found {
  if (!(thrown instanceof MailError)) throw thrown;
  return { kind: 'index', subject: '', account: null, ...unreadableWords(thrown.message) };
}

/** What nobody can look at now stays as it was. */
function others(open: readonly OpenAlert[]): readonly OpenAlert[] {
  return open.filter(({ kind }) => kind !== 'index');
}
