// The deliveries: one at a time for each account, over one connection as long as there are letters, several accounts side by
// side. Each event of a delivery is stored before the next step; an account in trouble pauses, and the others never notice.
import type { Account } from '../model/account.ts';
import type { Clock } from '../model/clock.ts';
import { MailError, textOf } from '../model/error.ts';
import type { Onlooker } from '../model/onlooker.ts';
import type { Connection } from '../net/connection.ts';
import { deliver } from './deliver.ts';
import { adapted, deliveryOf } from './delivery.ts';
import type { Journal } from './journal.ts';
import type { Letter } from './letter.ts';
import { Manners } from './manners.ts';
import type { OutboxLog } from './outbox-log.ts';
import { pauseAfter, type Trouble } from './pause.ts';
import type { Circumstances, Event } from './event.ts';
import { endOf, hasCome, isDue, step } from './queue.ts';
import { mayBegin, rateWindow } from './rate.ts';
import { Route } from './route.ts';
import type { Spool } from './spool.ts';

/** What deliveries work with. */
export interface SendingTools {
  /** The accounts as they are now. */
  readonly accounts: () => readonly Account[];
  readonly spool: Spool;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: OutboxLog;
  readonly onlooker: Onlooker;
  /** 0 up to 1. */
  readonly random: () => number;
  /** Dials `send` of the account; `signal` ends the dialling only. */
  readonly connect: (account: Account, signal: AbortSignal) => Promise<Connection>;
  /** Our name in EHLO. */
  readonly name: string;
  /** Called when a delivery is over, whatever came of it. */
  readonly over: (letter: Letter) => Promise<void>;
  /** Called when an account has nothing more to do for now. */
  readonly changed: () => void;
}

/** The deliveries of one outbox. */
export class Sending {
  readonly #tools: SendingTools;
  /** Accounts with a delivery under way, and the letter of it as it stands. */
  readonly #active = new Map<string, Letter>();
  readonly #running = new Map<string, Promise<void>>();
  /** Letters whose last state could not be stored: their rows are behind, and they must not be touched by them. */
  readonly #unsaved = new Map<string, Letter>();
  /** Accounts that a fault of this machine has stopped, and until when. */
  readonly #blocked = new Map<string, number>();
  readonly #manners = new Manners();
  /** When the pauses of this process began: a person who signs in again ends one. */
  readonly #pausedAt = new Map<string, number>();
  readonly #end = new AbortController();
  #stopping = false;

  constructor(tools: SendingTools) {
    this.#tools = tools;
  }

  /** Deliveries whose dot waits for its answer. */
  get inDot(): number {
    return [...this.#active.values()].filter(({ state }) => state === 'intent').length;
  }

  /** Begins what is due, and returns at once. */
  begin(): void {
    if (this.#stopping) return;
    for (const account of this.#tools.accounts()) {
      if (this.#running.has(account.name) || this.#due(account).length === 0) continue;
      const run = this.#run(account)
        .catch((thrown: unknown) => {
          // The queue or the spool cannot be written or read: no server is bothered while that lasts.
          this.#blocked.set(account.name, this.#tools.clock.now() + BLOCKED);
          this.#tools.log.error(`sending by ${account.name} stops for a minute: ${textOf(thrown)}`);
        })
        .finally(() => {
          this.#running.delete(account.name);
          this.#tools.changed();
        });
      this.#running.set(account.name, run);
    }
  }

  /** Resolves when no delivery is under way. Never rejects. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  /** Begins no more; deliveries that are not in their dot are ended when `grace` milliseconds are over. */
  async stop(grace: number): Promise<void> {
    this.#stopping = true;
    const timer = new AbortController();
    const late = this.#tools.clock.sleep(grace, timer.signal).then(
      () => this.#end.abort(),
      () => undefined,
    );
    await this.idle();
    timer.abort();
    await late;
    try {
      this.#saveUnsaved();
    } catch (thrown) {
      this.#tools.log.error(
        `what became of ${this.#unsaved.size} messages cannot be stored: ${textOf(thrown)}`,
      );
    }
  }

  /**
   * Stores what could not be stored, and brings back letters that a crash, or a disk that was full, left in the middle of a
   * try. Call it before each round. Throws MailError `storage`.
   */
  recover(): void {
    const { journal, clock, log } = this.#tools;
    this.#saveUnsaved();
    for (const letter of journal.open()) {
      if (!MIDWAY.includes(letter.state) || this.#isActive(letter.id)) continue;
      const type = letter.state === 'accepted' || letter.state === 'rejected' ? 'finish' : 'restart';
      const after: Letter = { ...letter, ...step(letter, { type }, this.#circumstances(letter)) };
      journal.save(after, clock.now());
      const say = after.doubts > letter.doubts ? log.warn.bind(log) : log.info.bind(log);
      say(`${letter.file} was ${letter.state} when the program ended, and is ${after.state} now`, {
        id: letter.id,
      });
    }
  }

  #saveUnsaved(): void {
    for (const [id, letter] of this.#unsaved) {
      this.#tools.journal.save(letter, this.#tools.clock.now());
      this.#unsaved.delete(id);
    }
  }

  /** When the next delivery is to begin, milliseconds since 1970; null where nothing waits for a time. */
  nextTime(): number | null {
    const times = this.#tools.accounts().flatMap((account) => {
      if (account.send === undefined || this.#running.has(account.name)) return [];
      const waiting = this.#letters(account).map(({ next }) => next ?? Infinity);
      return waiting.length === 0 ? [] : [Math.max(Math.min(...waiting), this.#freeAt(account))];
    });
    const first = Math.min(...times);
    return Number.isFinite(first) ? first : null;
  }

  /** Ends letters of accounts that are no more: they wait for their account as long as for a server. */
  refuseOrphans(): Letter[] {
    const { journal, clock, accounts } = this.#tools;
    const names = new Set(
      accounts()
        .filter(({ send }) => send !== undefined)
        .map(({ name }) => name),
    );
    return journal
      .open()
      .filter((l) => isDue(l, clock.now()) && !names.has(l.account ?? '') && endOf(l) <= clock.now())
      .map((letter) => {
        const reason = `the account ${letter.account} has no send: in the configuration any more`;
        const after = { ...letter, ...step(letter, { type: 'refuse', reason }, this.#circumstances(letter)) };
        journal.save(after, clock.now());
        return after;
      });
  }

  async #run(account: Account): Promise<void> {
    const { connect, clock, journal, name } = this.#tools;
    const route = new Route(account, {
      connect: (signal) => connect(account, signal),
      clock,
      manners: this.#manners,
      name,
      signal: this.#end.signal,
    });
    try {
      for (let due = this.#due(account); due.length > 0; due = this.#due(account)) {
        for (const { id } of due) {
          // Since it was listed it may have been held or taken back, and the account may have paused.
          const letter = journal.letter(id);
          if (letter === undefined || !isDue(letter, clock.now()) || !this.#isFree(account)) continue;
          await this.#try(letter, account, route);
        }
      }
    } finally {
      await route.close();
    }
  }

  async #try(letter: Letter, account: Account, route: Route): Promise<void> {
    const { clock, onlooker } = this.#tools;
    const began = clock.monotonic();
    let trouble: Trouble | null = null;
    try {
      trouble = await this.#deliver(letter, account, route);
    } finally {
      const last = this.#active.get(account.name) ?? letter;
      this.#active.delete(account.name);
      onlooker.delivered(account.name, last.state, (clock.monotonic() - began) / 1e3);
      await this.#tools.over(last);
    }
    if (trouble !== null) this.#pause(account, trouble);
    else if (this.#tools.journal.pause(account.name) !== undefined) {
      this.#tools.journal.setPause(account.name, null);
    }
  }

  /** What may be sent now, those that wait longest first. */
  #due(account: Account): Letter[] {
    if (!this.#isFree(account)) return [];
    return this.#letters(account).filter((letter) => isDue(letter, this.#tools.clock.now()));
  }

  #isFree(account: Account): boolean {
    // An account that was changed goes on as another one, when the letter under way is over.
    const goesOn = !this.#stopping && this.#tools.accounts().includes(account);
    return account.send !== undefined && goesOn && this.#freeAt(account) <= this.#tools.clock.now();
  }

  #letters(account: Account): Letter[] {
    return this.#tools.journal
      .open()
      .filter(
        (l) => l.account === account.name && l.next !== null && isDue(l, l.next) && !this.#isActive(l.id),
      )
      .sort((a, b) => (a.next ?? 0) - (b.next ?? 0));
  }

  #freeAt({ name, send, signedIn }: Account): number {
    const { journal, clock } = this.#tools;
    const now = clock.now();
    const rate = send === undefined ? now : mayBegin(journal.sendings(name, rateWindow(now)), send.rate, now);
    const cured = (signedIn?.() ?? 0) > (this.#pausedAt.get(name) ?? 0);
    const pause = cured ? 0 : (journal.pause(name)?.until ?? 0);
    const until = Math.max(pause, this.#blocked.get(name) ?? 0);
    return hasCome(until, now) ? rate : Math.max(rate, until);
  }

  async #deliver(first: Letter, account: Account, route: Route): Promise<Trouble | null> {
    const { spool, journal, clock } = this.#tools;
    const record = (...events: readonly Event[]): void => this.#record(account.name, events);
    this.#active.set(account.name, { ...first, hint: null });
    record({ type: 'begin' });
    const letter = this.#active.get(account.name) ?? first;
    const delivery = await deliveryOf(letter, spool).catch((thrown: unknown) => {
      // It holds up no other one.
      if (!(thrown instanceof MailError) || thrown.phase !== 'body') throw thrown;
      record({ type: 'lost', reason: thrown.message });
    });
    if (delivery === undefined) return null;
    return deliver(delivery, route, {
      record,
      adapt: async (unwanted) => {
        const made = await adapted(letter, unwanted, spool);
        if ('refused' in made) return made;
        journal.save(made, clock.now());
        this.#active.set(account.name, made);
        return deliveryOf(made, spool);
      },
      now: () => clock.now(),
      hint: (hint) => this.#hint(account.name, hint),
      signal: this.#end.signal,
    });
  }

  #hint(account: string, hint: string): void {
    const letter = this.#active.get(account);
    if (letter !== undefined) this.#active.set(account, { ...letter, hint });
  }

  /** The events in order, stored as one. */
  #record(account: string, events: readonly Event[]): void {
    const { journal, clock, log } = this.#tools;
    const letter = this.#active.get(account);
    if (letter === undefined) throw new RangeError('an event without a delivery');
    for (const event of events)
      if ((event.type === 'reject' || event.type === 'recipient') && event.answer !== 'yes')
        this.#tools.onlooker.refused(account, 'send', event.answer === 'never' ? 'refused' : 'busy');
    const has = (type: Event['type']): boolean => events.some((event) => event.type === type);
    const stored = events.reduce((before, event) => this.#after(before, event), letter);
    try {
      journal.together(() => {
        journal.save(stored, clock.now());
        if (has('intent')) journal.noteSending(account, clock.now(), stored.recipients.length);
      });
      this.#unsaved.delete(stored.id);
    } catch (thrown) {
      // The dot is out: what came of it is known here alone now, and must not be lost for want of disk.
      if (!BEYOND.includes(letter.state)) throw thrown;
      this.#unsaved.set(stored.id, stored);
      log.error(`${stored.file} is ${stored.state}, and that cannot be stored yet: ${textOf(thrown)}`, {
        id: stored.id,
      });
    }
    this.#active.set(account, stored);
    if (!has('silence')) return;
    log.warn(
      `${stored.file} may have been sent, and no answer came; it is ${stored.state} (possible duplicate)`,
      { id: stored.id, messageId: stored.messageId },
    );
  }

  #after(letter: Letter, event: Event): Letter {
    const after: Letter = { ...letter, ...step(letter, event, this.#circumstances(letter)) };
    return event.type === 'accept' ? { ...after, reply: event.reply } : after;
  }

  #pause(account: Account, trouble: Trouble): void {
    const { journal, clock, log, onlooker, random } = this.#tools;
    onlooker.refused(account.name, 'send', trouble.kind);
    const failures = (journal.pause(account.name)?.failures ?? 0) + 1;
    const until = clock.now() + pauseAfter(trouble, failures, random());
    journal.setPause(account.name, { until, failures, reason: trouble.message });
    this.#pausedAt.set(account.name, clock.now());
    log.warn(`sending by ${account.name} pauses until ${new Date(until).toISOString()}: ${trouble.message}`, {
      account: account.name,
      ...(trouble.hint === undefined ? {} : { hint: trouble.hint }),
    });
  }

  #isActive(id: string): boolean {
    return this.#unsaved.has(id) || [...this.#active.values()].some((letter) => letter.id === id);
  }

  #circumstances(letter: Letter): Circumstances {
    const { clock, random, accounts } = this.#tools;
    const policy = accounts().find(({ name }) => name === letter.account)?.send?.uncertain ?? 'hold';
    return { now: clock.now(), random: random(), uncertain: policy };
  }
}

const MIDWAY: readonly string[] = ['connecting', 'envelope', 'streaming', 'intent', 'accepted', 'rejected'];
const BEYOND: readonly string[] = ['intent', 'accepted', 'rejected'];
/** Milliseconds. */
const BLOCKED = 60_000;
