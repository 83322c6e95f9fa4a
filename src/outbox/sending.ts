// The deliveries: one at a time for each account, over one connection as long as there are letters, several accounts side by
// side. Each event of a delivery is stored before the next step; an account in trouble pauses, and the others never notice.
import type { Account } from '../model/account.ts';
import { MailError, textOf } from '../model/error.ts';
import { Attempt, unstored } from './attempt.ts';
import { Breaker } from './breaker.ts';
import { deliver } from './deliver.ts';
import { adapted, deliveryOf } from './delivery.ts';
import { Lanes } from './lanes.ts';
import type { Letter } from './letter.ts';
import { Manners } from './manners.ts';
import type { Trouble } from './pause.ts';
import { DAY, endOf, isDue, type State } from './entry.ts';
import type { Circumstances, Event } from './event.ts';
import { step } from './queue.ts';
import { Route } from './route.ts';
import type { SendingTools } from './sending-tools.ts';

/** The deliveries of one outbox. */
export class Sending {
  readonly #tools: SendingTools;
  /** The try that is under way, by account. */
  readonly #active = new Map<string, Attempt>();
  readonly #lanes: Lanes;
  /** Letters whose last state could not be stored: their rows are behind, and they must not be touched by them. */
  readonly #unsaved = new Map<string, Letter>();
  /** When each account may send. */
  readonly breaker: Breaker;
  readonly #manners = new Manners();
  readonly #end = new AbortController();
  #stopping = false;

  constructor(tools: SendingTools) {
    this.#tools = tools;
    this.breaker = new Breaker(tools);
    this.#lanes = new Lanes({
      accounts: () => tools.accounts(),
      isDue: (account) => this.#due(account).length > 0,
      run: (account) => this.#run(account),
      failed: ({ name }, thrown) => {
        // The queue or the spool cannot be written or read: no server is bothered while that lasts.
        this.breaker.block(name);
        tools.log.error(`sending by ${name} stops for a minute: ${textOf(thrown)}`);
      },
      changed: () => tools.changed(),
    });
  }

  /** Deliveries whose dot waits for its answer. */
  get inDot(): number {
    return [...this.#active.values()].filter(({ letter }) => letter.state === 'intent').length;
  }

  /** Begins what is due, and returns at once. */
  begin(): void {
    if (!this.#stopping) this.#lanes.begin();
  }

  /** Resolves when no delivery is under way. Never rejects. */
  idle(): Promise<void> {
    return this.#lanes.idle();
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
    for (const letter of journal.inState(...MIDWAY)) {
      if (this.isActive(letter.id)) continue;
      const type = letter.state === 'accepted' || letter.state === 'rejected' ? 'finish' : 'restart';
      const after: Letter = { ...letter, ...step(letter, { type }, this.#circumstances(letter)) };
      const text = `was ${letter.state} when the program ended, and is ${after.state} now`;
      journal.together(() => {
        journal.save(after, clock.now());
        journal.history.note(letter.id, { at: clock.now(), what: 'restart', text });
      });
      const say = after.doubts > letter.doubts ? log.warn.bind(log) : log.info.bind(log);
      say(`${letter.file} ${text}`, { id: letter.id });
    }
  }

  #saveUnsaved(): void {
    for (const [id, letter] of this.#unsaved) {
      this.#tools.journal.save(letter, this.#tools.clock.now());
      this.#unsaved.delete(id);
    }
  }

  /** True while it is sent, or what became of it could not be stored yet: its row is behind. */
  isActive(id: string): boolean {
    return this.#unsaved.has(id) || this.#attemptAt(id) !== undefined;
  }

  /** A letter as it stands; undefined where there is none of that id. */
  letter(id: string): Letter | undefined {
    return this.#attemptAt(id)?.letter ?? this.#unsaved.get(id) ?? this.#tools.journal.letter(id);
  }

  /**
   * Does to a letter what a person wishes; on disk when it returns. `change` goes with it, into the same row. Throws RangeError
   * where that cannot be, MailError `storage`.
   */
  act(id: string, event: Event, change: Partial<Letter> = {}): Letter {
    const { journal, clock } = this.#tools;
    const attempt = this.#attemptAt(id);
    if (attempt !== undefined) return attempt.act(event);
    const letter = this.letter(id);
    if (letter === undefined) throw new RangeError(`no letter ${id}`);
    if (this.#unsaved.has(id)) throw unstored(letter);
    const after = { ...this.#after(letter, event), ...change };
    journal.save(after, clock.now());
    return after;
  }

  /** When the next delivery is to begin, milliseconds since 1970; null where nothing waits for a time. */
  nextTime(): number | null {
    return this.#lanes.first((account) => {
      if (account.send === undefined) return [];
      for (const letter of this.#tools.journal.waiting(account.name))
        if (letter.next !== null && this.#mayGo(letter))
          return [Math.max(letter.next, this.breaker.freeAt(account))];
      return [];
    });
  }

  /** Ends letters of accounts that are no more: they wait for their account as long as for a server. */
  refuseOrphans(): Letter[] {
    const { journal, clock, accounts } = this.#tools;
    const names = new Set(
      accounts()
        .filter(({ send }) => send !== undefined)
        .map(({ name }) => name),
    );
    const now = clock.now();
    return journal
      .accountsWaiting()
      .filter((name) => !names.has(name))
      .flatMap((name) => [...this.#dueFor(name)].filter((letter) => endOf(letter) <= now))
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
      connect: (signal) =>
        connect(account, signal, (who, text) => this.#active.get(account.name)?.heard(who, text)),
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
          const after = await this.#try(letter, account, route);
          // It goes before the others: the connection was at fault, and there is another one.
          if (isDue(after, clock.now())) break;
        }
      }
    } finally {
      await route.close();
    }
  }

  async #try(letter: Letter, account: Account, route: Route): Promise<Letter> {
    const { journal, log, clock, onlooker } = this.#tools;
    const began = clock.monotonic();
    const attempt = new Attempt(account, letter, {
      journal,
      log,
      onlooker,
      now: () => clock.now(),
      after: (before, event) => this.#after(before, event),
      unsaved: this.#unsaved,
    });
    let trouble: Trouble | null = null;
    this.#active.set(account.name, attempt);
    try {
      trouble = await this.#deliver(attempt, route);
    } finally {
      this.#active.delete(account.name);
      onlooker.delivered(account.name, attempt.letter.state, (clock.monotonic() - began) / 1e3);
      await this.#tools.over(attempt.letter);
    }
    if (trouble !== null) {
      onlooker.refused(account.name, 'send', trouble.kind);
      this.breaker.pause(account, trouble);
    } else if (!attempt.ended.aborted) this.breaker.close(account.name);
    return attempt.letter;
  }

  /** What may be sent now, those that wait longest first; a few of them, for the queue may be long. */
  #due(account: Account): Letter[] {
    const due: Letter[] = [];
    if (!this.#isFree(account)) return due;
    for (const letter of this.#dueFor(account.name))
      if (this.#mayGo(letter) && due.push(letter) === FEW) break;
    return due;
  }

  /** The letters of an account whose time has come, or is farther away than anything is waited for (entry.ts). */
  *#dueFor(account: string): Generator<Letter> {
    const { journal, clock } = this.#tools;
    const now = clock.now();
    for (const letter of journal.waiting(account, -Infinity, now)) if (isDue(letter, now)) yield letter;
    for (const letter of journal.waiting(account, now + DAY)) if (isDue(letter, now)) yield letter;
  }

  #isFree(account: Account): boolean {
    // An account that was changed goes on as another one, when the letter under way is over.
    const goesOn = !this.#stopping && this.#tools.accounts().includes(account);
    return account.send !== undefined && goesOn && this.breaker.freeAt(account) <= this.#tools.clock.now();
  }

  #mayGo(letter: Letter): boolean {
    return this.#tools.mayGo(letter) && !this.isActive(letter.id);
  }

  async #deliver(attempt: Attempt, route: Route): Promise<Trouble | null> {
    const { spool, clock } = this.#tools;
    attempt.record({ type: 'begin', overdue: this.breaker.isOverdue(attempt.letter) });
    const { letter } = attempt;
    const delivery = await deliveryOf(letter, spool).catch((thrown: unknown) => {
      // It holds up no other one.
      if (!(thrown instanceof MailError) || thrown.phase !== 'body') throw thrown;
      attempt.record({ type: 'lost', reason: thrown.message });
    });
    if (delivery === undefined) return null;
    return deliver(delivery, route, {
      record: (...events) => attempt.record(...events),
      adapt: async (unwanted) => {
        const made = await adapted(letter, unwanted, spool);
        if ('refused' in made) return made;
        attempt.adapted(made);
        return deliveryOf(made, spool);
      },
      now: () => clock.now(),
      hint: (hint) => attempt.hint(hint),
      signal: AbortSignal.any([this.#end.signal, attempt.ended]),
    });
  }

  #after(letter: Letter, event: Event): Letter {
    const after: Letter = { ...letter, ...step(letter, event, this.#circumstances(letter)) };
    return event.type === 'accept' ? { ...after, reply: event.reply } : after;
  }

  #attemptAt(id: string): Attempt | undefined {
    return [...this.#active.values()].find(({ letter }) => letter.id === id);
  }

  #circumstances(letter: Letter): Circumstances {
    const { clock, random, accounts } = this.#tools;
    const policy = accounts().find(({ name }) => name === letter.account)?.send?.uncertain ?? 'hold';
    return { now: clock.now(), random: random(), uncertain: policy };
  }
}

/** Letters that are looked up at once. */
const FEW = 32;
const MIDWAY: readonly State[] = ['connecting', 'envelope', 'streaming', 'intent', 'accepted', 'rejected'];
