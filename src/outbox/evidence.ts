// Letters in doubt are looked for: in the Sent folder, and in what has come into the archive since. What is found settles them;
// where nothing is, they go by the person's policy. One account at a time looks beside the others, and none waits for it.
import type { Account } from '../model/account.ts';
import type { Clock } from '../model/clock.ts';
import { asMailError, MailError, textOf } from '../model/error.ts';
import { CALM, inDoubt } from './entry.ts';
import { newestResent } from './envelope.ts';
import {
  type Finding,
  hurried,
  lookedInVain,
  lookFailed,
  mayGo,
  newSearch,
  provedBy,
  reckoned,
  type Search,
} from './evidence-plan.ts';
import { splitHead } from './header.ts';
import type { Journal } from './journal.ts';
import { Lanes } from './lanes.ts';
import { isOursById, type Letter } from './letter.ts';
import type { OutboxLog } from './outbox-log.ts';
import type { Sending } from './sending.ts';
import type { InMailbox } from './sent-copies.ts';
import { visitSent } from './sent-filing.ts';
import { lasting } from './sent-plan.ts';
import type { Spool } from './spool.ts';
import { headAt } from './spooled-head.ts';

/**
 * What the archive has that tells of a message with this Message-ID (with its angle brackets), which was sent to `addresses`
 * after `since` (milliseconds since 1970).
 */
export type InArchive = (
  messageId: string,
  addresses: readonly string[],
  since: number,
) => Promise<readonly Finding[]>;

/** What the search works with. */
export interface EvidenceTools {
  readonly accounts: () => readonly Account[];
  readonly journal: Journal;
  readonly spool: Spool;
  readonly clock: Clock;
  readonly log: OutboxLog;
  readonly sending: Pick<Sending, 'act' | 'isActive'>;
  /** Absent: no mailbox can be reached from here. */
  readonly inMailbox: InMailbox | undefined;
  /** Absent: there is no archive. */
  readonly inArchive: InArchive | undefined;
  /** Called when a letter was settled. */
  readonly over: (letter: Letter) => Promise<void>;
  /** Called when an account has nothing more to look for now. */
  readonly changed: () => void;
}

/** The searches of one outbox. */
export class Evidence {
  readonly #tools: EvidenceTools;
  readonly #lanes: Lanes;
  readonly #stop = new AbortController();

  constructor(tools: EvidenceTools) {
    this.#tools = tools;
    this.#lanes = new Lanes({
      accounts: () => tools.accounts(),
      isDue: (account) => this.#due(account) !== undefined,
      run: (account) => this.#run(account),
      failed: ({ name }, thrown) =>
        tools.log.error(`the search for messages of ${name} has ended: ${textOf(thrown)}`),
      changed: () => tools.changed(),
    });
  }

  /** Begins what is due, and returns at once. */
  begin(): void {
    if (!this.#stop.signal.aborted) this.#lanes.begin();
  }

  /** Resolves when nothing is looked for. Never rejects. */
  idle(): Promise<void> {
    return this.#lanes.idle();
  }

  /** Ends searches at once; they are made again by the next who starts. */
  async stop(): Promise<void> {
    this.#stop.abort(
      new MailError({ kind: 'cancelled', retry: 'later', message: 'the service is stopping' }),
    );
    await this.idle();
  }

  /** When the next look is due, milliseconds since 1970; null where nothing is looked for. */
  nextTime(): number | null {
    return this.#lanes.first((account) =>
      this.#searches(account).map(({ search }) => search.next ?? Infinity),
    );
  }

  /** True where a letter may be sent: it is in no doubt, or was looked for long enough. */
  mayGo(letter: Letter): boolean {
    if (inDoubt(letter).length === 0) return true;
    return mayGo(this.#searchOf(letter), this.#tools.clock.now());
  }

  /** A person wants a letter sent at once: it is looked for once more before. */
  hurry(letter: Letter): void {
    if (inDoubt(letter).length === 0) return;
    const { journal, clock } = this.#tools;
    journal.evidence.save(letter.id, hurried(this.#searchOf(letter), clock.now()));
  }

  async #run(account: Account): Promise<void> {
    for (let due = this.#due(account); due !== undefined; due = this.#due(account)) {
      await this.#look(account, due.letter, due.search);
      if (this.#stop.signal.aborted) return;
    }
  }

  #due(account: Account): { readonly letter: Letter; readonly search: Search } | undefined {
    const now = this.#tools.clock.now();
    return this.#searches(account).find(({ search }) => search.next !== null && search.next <= now);
  }

  #searches(account: Account): { readonly letter: Letter; readonly search: Search }[] {
    const { journal, sending } = this.#tools;
    return journal
      .doubtful()
      .filter(
        (letter) =>
          letter.account === account.name && CALM.includes(letter.state) && !sending.isActive(letter.id),
      )
      .map((letter) => ({ letter, search: this.#searchOf(letter) }));
  }

  /** The search for the last missed answer; one that has none yet begins now. */
  #searchOf({ id, doubts }: Letter): Search {
    const { journal, clock } = this.#tools;
    const known = journal.evidence.of(id);
    if (known?.doubts === doubts) {
      const search = reckoned(known, clock.now());
      if (search !== known) journal.evidence.save(id, search, journal.evidence.reason(id));
      return search;
    }
    const search = newSearch(doubts, clock.now());
    journal.evidence.save(id, search);
    return search;
  }

  async #look(account: Account, letter: Letter, search: Search): Promise<void> {
    const { journal, clock, log } = this.#tools;
    let findings: readonly Finding[];
    try {
      findings = await this.#findings(account, letter, search);
    } catch (thrown) {
      const error = asMailError(thrown, { kind: 'storage', retry: 'later', message: textOf(thrown) });
      if (this.#stop.signal.aborted) return;
      journal.evidence.save(letter.id, lookFailed(search, clock.now()), error.message);
      if (search.failures === 0)
        log.warn(`${letter.file} cannot be looked for yet: ${error.message}`, { id: letter.id });
      return;
    }
    if (await this.#settled(letter, findings)) return;
    const after = lookedInVain(search);
    journal.evidence.save(letter.id, after);
    const trace = findings.find(({ kind }) => kind === 'trace');
    if (trace?.kind === 'trace') this.#leaveToPerson(letter.id, trace.where);
    else if (mayGo(after, clock.now()) && !mayGo(search, clock.now()))
      journal.history.note(letter.id, {
        at: clock.now(),
        what: 'search',
        text: `nothing was found of it ${this.#places(account)}`,
      });
  }

  /** Sent again it might come twice, and taken for sent it might be lost. Who has it sent all the same is asked no more. */
  #leaveToPerson(id: string, where: string): void {
    const { journal, sending, clock, log } = this.#tools;
    const letter = journal.letter(id);
    if (letter === undefined || sending.isActive(id) || !CALM.includes(letter.state)) return;
    if (!letter.recipients.some(({ state }) => state === 'uncertain')) return;
    if (journal.evidence.elsewhere(id) || journal.history.notes(id).some(({ what }) => what === 'trace'))
      return;
    const text = `a copy lies ${where}, put there by the server or by a mail program: only a person can tell whether it was sent`;
    journal.together(() => {
      sending.act(id, { type: 'trace', where: text });
      journal.history.note(id, { at: clock.now(), what: 'trace', text });
    });
    log.warn(`${letter.file} is in doubt, and waits for a person: ${text}`, { id });
  }

  #places(account: Account): string {
    const { inMailbox, inArchive } = this.#tools;
    const { receive } = account;
    const looked = receive?.protocol === 'imap' && inMailbox !== undefined;
    const mailbox = looked && !this.#filesNone(account.name, receive.host);
    const places = [
      ...(mailbox ? ['in the Sent folder'] : []),
      ...(inArchive === undefined ? [] : ['in the archive']),
    ];
    return places.length === 0 ? 'anywhere: there is no place to look at' : places.join(' nor ');
  }

  async #findings(account: Account, letter: Letter, search: Search): Promise<readonly Finding[]> {
    const { inMailbox, inArchive, journal, spool } = this.#tools;
    const since = this.#sentSince(letter, search);
    const { messageId } = letter;
    if (messageId === null) return [];
    const addresses = inDoubt(letter).map(({ address }) => address);
    // What names the message may be about another time that it was sent, and prove nothing for this one.
    const once = !journal.evidence.twin(letter.id) && !(await isResent(spool.path(letter.id, 'eml')));
    const archived = once ? ((await inArchive?.(messageId, addresses, since)) ?? []) : [];
    if (inMailbox === undefined || account.receive?.protocol !== 'imap') return archived;
    // Where the server files none, a mail program has put it there, perhaps before it was handed over.
    if (this.#filesNone(account.name, account.receive.host)) return archived;
    const look = { messageId, date: since, look: true, file: false, make: false, before: null } as const;
    const visited = await inMailbox(account, this.#stop.signal, (session) =>
      visitSent(session, {
        ...look,
        path: () => Promise.reject(new RangeError('nothing is filed')),
        begun: () => undefined,
      }),
    );
    return visited.came === 'found'
      ? [
          ...archived,
          {
            kind: once && this.#isFiledByServer(account, letter) ? 'copy' : 'trace',
            where: `in the folder "${visited.folder}" at the server`,
          },
        ]
      : archived;
  }

  /** A mail program that brings a Message-ID of its own may file a copy too, whatever becomes of the message. */
  #isFiledByServer({ name, send, receive }: Account, letter: Letter): boolean {
    if (isOursById(letter) || send?.filesSent === true) return true;
    return receive !== undefined && this.#files(name, receive.host) === true;
  }

  #filesNone(account: string, host: string): boolean {
    return this.#files(account, host) === false;
  }

  /** Whether the server files copies; undefined where that was never learnt, or so long ago that it proves nothing. */
  #files(account: string, host: string): boolean | undefined {
    const { journal, clock } = this.#tools;
    return lasting(journal.copies.habit(account, host), clock.now())?.files;
  }

  /**
   * Nothing of it was anywhere before: when its first try without an answer began, by a clock that may have been wrong then. Days
   * may have passed since, in which the machine was off.
   */
  #sentSince({ id }: Letter, { since }: Search): number {
    const { journal, clock } = this.#tools;
    const began = journal.history.tries(id).find(({ state }) => state === null || state === 'uncertain')?.at;
    return Math.min(began ?? since, since, clock.now());
  }

  /** True where the findings have changed the letter. It may have been acted on since it was listed. */
  async #settled({ id }: Letter, findings: readonly Finding[]): Promise<boolean> {
    const { journal, sending, clock, log, over } = this.#tools;
    const letter = journal.letter(id);
    if (letter === undefined || sending.isActive(id) || !CALM.includes(letter.state)) return true;
    const events = provedBy(letter, findings, !journal.evidence.elsewhere(id));
    for (const event of events) {
      const text = event.type === 'found' ? event.where : event.type === 'bounce' ? event.reply : '';
      journal.together(() => {
        sending.act(id, event);
        journal.history.note(id, { at: clock.now(), what: event.type, text });
      });
      log.info(`${letter.file} was in doubt: ${text}`, { id, messageId: letter.messageId });
    }
    const after = journal.letter(id);
    if (events.length > 0 && after !== undefined) await over(after);
    return events.length > 0;
  }
}

/** RFC 5322 §3.6.6: a message that is sent on keeps the Message-ID under which it came. */
async function isResent(path: string): Promise<boolean> {
  const head = splitHead(await headAt(path));
  return 'fields' in head && newestResent(head.fields) !== undefined;
}
