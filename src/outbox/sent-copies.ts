// The copies of sent messages in the Sent folders of their accounts: one visit at a time for each account, when the plan
// says so. Whatever comes of it, the message stays sent and is never sent again because of it.
import type { Account } from '../model/account.ts';
import type { Clock } from '../model/clock.ts';
import { asMailError, MailError, textOf } from '../model/error.ts';
import type { ImapSession } from '../net/imap-session.ts';
import { hasCome } from './entry.ts';
import type { Journal } from './journal.ts';
import { Lanes } from './lanes.ts';
import { isOursById, type Letter } from './letter.ts';
import { sentCopy } from './report.ts';
import type { OutboxLog } from './outbox-log.ts';
import { visitSent, type Visited } from './sent-filing.ts';
import type { StoredCopy } from './sent-journal.ts';
import { copyRetry, copyStep, type CopyEnd, type CopyStep, type Habits } from './sent-plan.ts';
import type { Spool } from './spool.ts';

/** Runs `work` in a session with the account's IMAP server, and ends it. Rejects with what `work` throws, or a MailError. */
export type InMailbox = <T>(
  account: Account,
  signal: AbortSignal,
  work: (session: ImapSession) => Promise<T>,
) => Promise<T>;

/** What copies work with. */
export interface CopyTools {
  /** The accounts as they are now. */
  readonly accounts: () => readonly Account[];
  readonly spool: Spool;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: OutboxLog;
  /** 0 up to 1. */
  readonly random: () => number;
  /** Absent: no mailbox can be reached from here, and no copy is filed. */
  readonly inMailbox: InMailbox | undefined;
  /** Called when a copy has ended: its letter's files may go. */
  readonly over: (letter: Letter) => Promise<void>;
  /** Called when an account has nothing more to do for now. */
  readonly changed: () => void;
}

/** Failures in a row after which it is worth a warning. */
const MANY = 3;
/** A copy that was filed within so many milliseconds is looked at again: a server that files late shows itself by it. */
const LATE = 3 * 86_400_000;
/** Milliseconds for which an account rests where this machine could not store what it did. */
const BLOCKED = 60_000;

/** The copies of one outbox. */
export class SentCopies {
  readonly #tools: CopyTools;
  readonly #lanes: Lanes;
  readonly #blocked = new Map<string, number>();
  readonly #stop = new AbortController();

  constructor(tools: CopyTools) {
    this.#tools = tools;
    this.#lanes = new Lanes({
      accounts: () => tools.accounts(),
      isDue: (account) => this.#due(account) !== undefined,
      run: (account) => this.#run(account),
      failed: ({ name }, thrown) => {
        this.#blocked.set(name, tools.clock.now() + BLOCKED);
        tools.log.error(`copies of ${name} stop for a minute: ${textOf(thrown)}`);
      },
      changed: () => tools.changed(),
    });
  }

  /** Begins what is due, and returns at once. */
  begin(): void {
    if (this.#stop.signal.aborted) return;
    this.#endOrphans();
    this.#lanes.begin();
  }

  /** Resolves when no visit is under way. Never rejects. */
  idle(): Promise<void> {
    return this.#lanes.idle();
  }

  /** Ends visits at once, and resolves when they have ended: whatever was begun is looked for first the next time. */
  async stop(): Promise<void> {
    this.#stop.abort(
      new MailError({ kind: 'cancelled', retry: 'later', message: 'the service is stopping' }),
    );
    await this.idle();
  }

  /** When the next visit is to begin, milliseconds since 1970; null where nothing waits for a time. */
  nextTime(): number | null {
    return this.#lanes.first((account) => this.#waiting(account).map(({ at }) => at));
  }

  async #run(account: Account): Promise<void> {
    for (let due = this.#due(account); due !== undefined; due = this.#due(account)) {
      const letter = this.#tools.journal.letter(due.entry);
      if (letter === undefined) return;
      const done = await this.#step(account, due, letter);
      if (done) await this.#tools.over(letter);
      if (this.#stop.signal.aborted || !this.#tools.accounts().includes(account)) return;
    }
  }

  #due(account: Account): StoredCopy | undefined {
    const { clock } = this.#tools;
    return this.#waiting(account).find(({ at }) => at <= clock.now())?.copy;
  }

  /** The open copies of an account, and when each is due. */
  #waiting(account: Account): { readonly copy: StoredCopy; readonly at: number }[] {
    const { journal, clock } = this.#tools;
    const now = clock.now();
    const ahead = (time: number): number => (hasCome(time, now) ? 0 : time);
    const blocked = ahead(this.#blocked.get(account.name) ?? 0);
    return journal.copies
      .ready(account.name)
      .map((copy) => {
        const step = copyStep(copy, this.#habits(account), now);
        const at = Math.max(ahead(copy.next ?? 0), step.do === 'wait' ? step.until : 0, blocked);
        return { copy, at };
      })
      .toSorted((a, b) => a.at - b.at);
  }

  #habits(account: Account): Habits {
    const { receive, send } = account;
    const mailbox = receive?.protocol === 'imap' && this.#tools.inMailbox !== undefined;
    return {
      policy: send?.saveSent ?? 'never',
      mailbox,
      provider: send?.filesSent === true,
      learnt: mailbox ? this.#tools.journal.copies.habit(account.name, receive.host) : null,
    };
  }

  /** One step; true when the copy has ended. */
  async #step(account: Account, copy: StoredCopy, letter: Letter): Promise<boolean> {
    const { clock } = this.#tools;
    const habits = this.#habits(account);
    const step = copyStep(copy, habits, clock.now());
    if (step.do === 'wait') return false;
    if (step.do === 'end') return this.#end(copy, letter, step.end, step.reason);
    try {
      return this.#came(account, copy, letter, step, await this.#visit(account, copy, letter, step, habits));
    } catch (thrown) {
      const error = asMailError(thrown, { kind: 'storage', retry: 'later', message: textOf(thrown) });
      if (error.kind === 'cancelled' && this.#stop.signal.aborted) return false;
      return this.#failed(copy, letter, error);
    }
  }

  async #visit(
    account: Account,
    copy: StoredCopy,
    letter: Letter,
    step: CopyStep & { readonly do: 'look' | 'file' },
    { policy }: Habits,
  ): Promise<Visited> {
    const { inMailbox, journal, spool, clock } = this.#tools;
    if (inMailbox === undefined || letter.messageId === null) return { came: 'nowhere' };
    const { messageId } = letter;
    return inMailbox(account, this.#stop.signal, (session) =>
      visitSent(session, {
        messageId,
        date: copy.date,
        path: () => sentCopy(letter, spool),
        look: step.do === 'look',
        file: step.do === 'file' || step.file,
        make: policy === 'always',
        // With `always` two are what is wanted.
        before: policy === 'always' ? null : journal.copies.lastFiled(copy, clock.now() - LATE),
        begun: () => journal.copies.save({ ...copy, tries: copy.tries + 1 }),
      }),
    );
  }

  /** What follows from a visit. */
  #came(account: Account, copy: StoredCopy, letter: Letter, step: CopyStep, visited: Visited): boolean {
    const { journal, clock } = this.#tools;
    const learn = (files: boolean): void => {
      if (account.receive !== undefined)
        journal.copies.learn(account.name, account.receive.host, files, clock.now());
    };
    switch (visited.came) {
      case 'nowhere':
        return this.#end(copy, letter, 'none', 'the account has no Sent folder at its server');
      case 'absent':
        journal.copies.save({ ...copy, looks: copy.looks + 1, failures: 0, next: null, reason: null });
        return false;
      case 'doubled':
        learn(true);
        journal.copies.save({ ...copy, failures: 0, next: null, reason: null });
        return false;
      case 'found':
        // After a try that nobody knows the end of, or where this was sent before, it is ours, and tells nothing of the server.
        if (copy.tries > 0 || journal.copies.filedBefore(copy))
          return this.#end(copy, letter, 'filed', `in "${visited.folder}"`);
        // One that a mail program has put there tells nothing of the server either.
        if (!isOursById(letter)) return this.#end(copy, letter, 'found', `it lies in "${visited.folder}"`);
        learn(true);
        return this.#end(copy, letter, 'found', `the server has filed it in "${visited.folder}"`);
      case 'filed':
        if (step.do === 'look' && copy.tries === 0) learn(false);
        return this.#end(copy, letter, 'filed', `in "${visited.folder}"`);
    }
  }

  #end(copy: StoredCopy, letter: Letter, end: CopyEnd, reason: string): boolean {
    const { journal, log } = this.#tools;
    const now = journal.copies.of(copy.entry) ?? copy;
    journal.copies.save({ ...now, state: end, next: null, reason });
    const fields = { id: letter.id, account: copy.account, messageId: letter.messageId };
    if (end === 'filed') log.info(`the copy of ${letter.file} was filed ${reason}`, fields);
    if (end === 'found') log.info(`no copy of ${letter.file} is filed: ${reason}`, fields);
    if (end === 'failed') log.warn(`no copy of ${letter.file} in the Sent folder: ${reason}`, fields);
    return true;
  }

  #failed(copy: StoredCopy, letter: Letter, error: MailError): boolean {
    const { journal, clock, log, random } = this.#tools;
    // Whether filing was begun is in the row, and must stay there.
    const stored = journal.copies.of(copy.entry) ?? copy;
    const failures = copy.failures + 1;
    const hopeless = error.kind === 'message' && error.retry === 'never';
    const next = hopeless ? null : copyRetry(copy, failures, clock.now(), random(), error.after);
    if (next === null) return this.#end(copy, letter, 'failed', error.message);
    journal.copies.save({ ...stored, failures, next, reason: error.message });
    if (failures === MANY) {
      log.warn(`the copy of ${letter.file} cannot be filed yet: ${error.message}`, {
        id: letter.id,
        account: copy.account,
        next: new Date(next).toISOString(),
        ...(error.hint === undefined ? {} : { hint: error.hint }),
      });
    }
    return false;
  }

  /** Copies of accounts that are no more. */
  #endOrphans(): void {
    const { journal, accounts } = this.#tools;
    const names = new Set(
      accounts()
        .filter(({ send }) => send !== undefined)
        .map(({ name }) => name),
    );
    for (const copy of journal.copies.open()) {
      if (names.has(copy.account)) continue;
      journal.copies.save({ ...copy, state: 'none', reason: 'the account does not send any more' });
    }
  }
}
