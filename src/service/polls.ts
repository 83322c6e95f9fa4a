// The polls of the service: by the schedule, at a push, and at the wish of a person; one at a time for each account, told in
// the log, and open to be looked at while they run.
import { makeDue } from '../index/pending.ts';
import type { Index } from '../index/database.ts';
import { MailError } from '../model/error.ts';
import type { Receiving } from '../receive/open-source.ts';
import type { AccountReport, ReportedError } from '../receive/report.ts';
import type { Log } from '../runtime/log.ts';
import type { Failure } from '../schedule/backoff.ts';
import type { Scheduler } from '../schedule/scheduler.ts';
import type { ServiceStatus } from './account-facts.ts';
import { tell, tellDeletions } from './tell.ts';

/** How a poll differs from the usual one. */
export interface PollOptions {
  readonly full?: boolean;
  readonly dryRun?: boolean;
  readonly progress?: (done: number, total: number, folder: string) => void;
}

/** What polls work with. */
export interface PollsParts {
  readonly scheduler: Scheduler;
  readonly db: Index;
  readonly log: Log;
  readonly poll: (account: Receiving, signal: AbortSignal, options: PollOptions) => Promise<AccountReport>;
  /** Called with what a poll did, unless it was a dry run. */
  readonly polled?: (report: AccountReport) => void;
}

/** A push that gives way to a poll. */
export interface Beside {
  hold(): Promise<void>;
  release(): void;
}

/** How far a poll is. */
interface Running {
  readonly done: number;
  readonly total: number;
  readonly folder: string;
}

/** All polls of the service. */
export class Polls {
  readonly #parts: PollsParts;
  readonly #accounts = new Map<string, { readonly account: Receiving; readonly push: Beside | null }>();
  readonly #running = new Map<string, Running>();
  readonly #said = new Set<string>();
  readonly #untaken = new Map<string, ReportedError>();
  #ended = 0;

  constructor(parts: PollsParts) {
    this.#parts = parts;
  }

  /** Adds an account and its push, and polls it by its schedule from now on. */
  add(account: Receiving, push: Beside | null): void {
    const { scheduler } = this.#parts;
    const polled = push === null ? account : besidePush(account);
    this.#accounts.set(account.name, { account: polled, push });
    scheduler.add({
      name: account.name,
      schedule: account.receive.schedule,
      run: async (stop, alive) => {
        await push?.hold();
        return failureOf(await this.poll(account.name, stop, { progress: alive }));
      },
      over: () => push?.release(),
      cured: account.signedIn,
    });
  }

  /** Takes an account out again; resolves when its poll has ended. */
  async remove(name: string): Promise<void> {
    await this.#parts.scheduler.remove(name);
    this.#accounts.delete(name);
    this.#untaken.delete(name);
  }

  /** How many have ended, how far those are that run now, and what the index does not know of them. */
  get standing(): Omit<ServiceStatus, 'pid' | 'since'> {
    return { polls: this.#ended, running: this.running, untaken: Object.fromEntries(this.#untaken) };
  }

  /** Those that run now, by account. */
  get running(): Readonly<Record<string, Running>> {
    return Object.fromEntries(this.#running);
  }

  /** The accounts of these names, all where none is named. Throws MailError `usage` for one that is not there. */
  named(names: readonly string[]): string[] {
    if (names.length === 0) return [...this.#accounts.keys()];
    for (const name of names) if (!this.#accounts.has(name)) throw unknown(name);
    return [...new Set(names)];
  }

  /** Polls at the wish of a person: after a poll that runs, also in a pause. `retry`: what waits for its time is tried too. */
  async now(
    name: string,
    { retry, ...options }: PollOptions & { readonly retry: boolean },
  ): Promise<AccountReport> {
    const { scheduler, db } = this.#parts;
    return scheduler.aside(name, async (stop, alive) => {
      const push = this.#accounts.get(name)?.push;
      await push?.hold();
      try {
        if (retry) makeDue(db, name);
        const report = await this.poll(name, stop, {
          ...options,
          progress: (...far) => {
            alive();
            options.progress?.(...far);
          },
        });
        if (options.dryRun !== true && report.error?.kind !== 'cancelled')
          scheduler.ended(name, failureOf(report));
        return report;
      } finally {
        push?.release();
      }
    });
  }

  /** The same, within a turn that the caller has; throws the MailError that ended it. What is wrong with folders ends none. */
  async whole(name: string, stop: AbortSignal, alive: () => void, full: boolean): Promise<void> {
    const report = await this.poll(name, stop, { progress: alive, full });
    const { error } = report;
    if (error !== null && !inFolders(report).includes(error))
      throw new MailError({ ...error, hint: error.hint ?? undefined });
  }

  /** Polls; the caller sees to it that nothing else does, and that the push gives way. */
  async poll(name: string, stop: AbortSignal, options: PollOptions = {}): Promise<AccountReport> {
    const { log, scheduler } = this.#parts;
    const found = this.#accounts.get(name);
    if (found === undefined) throw unknown(name);
    this.#running.set(name, { done: 0, total: 0, folder: '' });
    try {
      const report = await this.#parts.poll(found.account, stop, {
        ...options,
        progress: (done, total, folder) => {
          this.#running.set(name, { done, total, folder });
          options.progress?.(done, total, folder);
        },
      });
      tellDeletions(log, report, this.#said);
      if (options.dryRun !== true) {
        this.#note(report);
        this.#parts.polled?.(report);
        tell(log, report, scheduler.next(name));
      }
      return report;
    } finally {
      this.#running.delete(name);
      this.#ended += 1;
    }
  }

  /** What the index could not take, or whoever reads it may not find, is kept in mind until a later one ends otherwise. */
  #note({ name, error, unrecorded }: AccountReport): void {
    if (error !== null && (unrecorded === true || error.kind === 'storage')) this.#untaken.set(name, error);
    // Neither of them was a try, which is all that is recorded.
    else if (error?.kind !== 'cancelled' && error?.kind !== 'busy') this.#untaken.delete(name);
  }
}

/** What a poll failed with. That folders are refused is told, and the mail in the others, which are read, knows nothing of it. */
function failureOf(report: AccountReport): Failure | undefined {
  const { error, folders } = report;
  if (error === null) return undefined;
  const failures = inFolders(report);
  const isPartial =
    failures.includes(error) &&
    failures.length < folders.length &&
    failures.every(({ kind }) => kind === 'refused');
  return { ...error, isPartial };
}

/** What is wrong with single folders. */
function inFolders({ folders }: AccountReport): ReportedError[] {
  return folders.flatMap(({ error }) => error ?? []);
}

/** The account for a poll that has a push beside it: the push takes one of its connections, unless there is only one. */
function besidePush(account: Receiving): Receiving {
  const { receive } = account;
  return { ...account, receive: { ...receive, connections: Math.max(1, receive.connections - 1) } };
}

function unknown(name: string): MailError {
  return new MailError({
    kind: 'usage',
    retry: 'never',
    message: `the running service receives for no account "${name}"`,
    hint: 'If you added it to the configuration, `mailkeep reload` makes the service read it again.',
  });
}
