// Push: one session of an account waits in INBOX (IDLE, and NOTIFY for the other folders where it is offered) and wakes a
// poll when the server tells of news. It stores nothing itself: what it misses, a scheduled poll finds. A lost session is
// dialled anew, ever later; where the server bears one connection only, it goes while a poll runs.
import type { Clock } from '../model/clock.ts';
import { asMailError, MailError, textOf } from '../model/error.ts';
import type { WireName } from '../model/ids.ts';
import type { Connection } from '../net/connection.ts';
import { identity, openImap, type ImapSession } from '../net/imap-session.ts';
import { examine } from '../protocol/imap/examine.ts';
import { idle } from '../protocol/imap/idle.ts';
import { list } from '../protocol/imap/list.ts';
import { logout } from '../protocol/imap/logout.ts';
import type { News } from '../protocol/imap/news.ts';
import { notify } from '../protocol/imap/notify.ts';
import { Bell } from './bell.ts';
import { isKept } from './choose.ts';
import type { Receiving } from './open-source.ts';
import { LIVED, Losses } from './push-losses.ts';
import { apart, hear, isSame, type Heard, type Kept } from './push-plan.ts';
import { avoidedAt, reopening, type Avoided } from './reopen.ts';
import type { Counts } from './way.ts';

/** What a push works with. */
export interface PushTools {
  readonly clock: Clock;
  readonly log: PushLog;
  /** 0 up to 1. */
  readonly random: () => number;
  readonly avoided: Avoided;
  /** Dials the account's server; `signal` ends the dialling, and later the connection. */
  readonly connect: (signal: AbortSignal) => Promise<Connection>;
  /** INBOX as the last poll left it; undefined where it could not finish it. */
  readonly known: () => Counts | undefined;
  /** Wakes a poll. */
  readonly wake: () => void;
  /** Clock time before which nothing may log in. */
  readonly pausedUntil: () => number;
  /** The login was refused: the pause for that is one for push and polls. */
  readonly refused: (error: MailError) => void;
}

/** Where a push tells what it does; runtime/log.ts is one. */
export interface PushLog {
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

const INBOX = 'INBOX' as WireName;
/** Milliseconds for an answer to DONE, after which the connection is taken to be dead. */
const ANSWER = 20_000;
/** Milliseconds that a poll waits for the goodbye of the session whose place it takes. */
const GOODBYE = 3000;
/** Milliseconds after which a pause is looked at again: a poll by hand may have ended it. */
const LOOK = 60_000;
/** Milliseconds; whoever waits so long is woken before. */
const LONG = 86_400_000;

/** The push of one account. It waits until `release` is called for the first time, after a poll. */
export class Push {
  readonly #account: Receiving;
  readonly #tools: PushTools;
  readonly #stop = new AbortController();
  readonly #avoid: Set<string>;
  #running: Promise<void> | undefined;
  /** Aborts what a held push waits for, and what a waiting one sleeps through. */
  #turn = new AbortController();
  #held = true;
  /** Resolves when the session that is open has gone. */
  #session: Promise<void> | undefined;
  #connection: Connection | undefined;
  readonly #losses: Losses;
  #told = false;
  /** INBOX as the last session found it: it is not news twice. */
  #seen: Counts | undefined;
  readonly #bell: Bell;

  constructor(account: Receiving, tools: PushTools) {
    this.#account = account;
    this.#tools = tools;
    this.#losses = new Losses(tools.clock, tools.random);
    this.#avoid = avoidedAt(tools.avoided, account.receive.host);
    const { connections } = account.receive;
    this.#bell = new Bell(tools.clock, tools.wake, (row) => apart(connections, row), this.#stop.signal);
  }

  /** Before a poll: where the server bears one connection only, the session ends, and this resolves when it has. */
  async hold(): Promise<void> {
    if (this.#account.receive.connections > 1) return;
    this.#held = true;
    this.#turn.abort();
    const late = new AbortController();
    void this.#tools.clock.sleep(GOODBYE, late.signal).then(
      () => this.#connection?.close(),
      () => undefined,
    );
    await this.#session;
    late.abort();
  }

  /** After a poll: it may connect, unless the poll has begun a pause. */
  release(): void {
    if (this.#held) this.#turn.abort();
    this.#held = false;
    this.#running ??= this.#run();
  }

  /** Ends it at once, and resolves when it has ended. Safe to call twice. */
  async stop(): Promise<void> {
    this.#stop.abort(new MailError({ kind: 'cancelled', retry: 'later', message: 'the push was stopped' }));
    this.#turn.abort();
    await this.#running;
  }

  /** Sessions, one after another, until the stop, or until the server turns out to have no IDLE. */
  async #run(): Promise<void> {
    while (await this.#mayConnect()) {
      if (this.#held) continue;
      let done: () => void = () => undefined;
      this.#session = new Promise((resolve) => (done = resolve));
      try {
        if (!(await this.#converse())) return;
      } catch (thrown) {
        this.#failed(asMailError(thrown, { kind: 'protocol', retry: 'later', message: textOf(thrown) }));
      } finally {
        this.#connection?.close();
        this.#connection = undefined;
        done();
      }
    }
  }

  /** Waits until a session may begin; false after the stop. */
  async #mayConnect(): Promise<boolean> {
    const { clock, pausedUntil } = this.#tools;
    for (;;) {
      if (this.#stop.signal.aborted) return false;
      this.#turn = new AbortController();
      const wait = Math.max(this.#losses.notBefore, pausedUntil()) - clock.now();
      if (!this.#held && wait <= 0) return true;
      const most = this.#held ? LONG : Math.min(wait, LOOK);
      await clock.sleep(most, this.#turn.signal).catch(() => undefined);
    }
  }

  /** One session. False where the server has no IDLE. Throws what ended it; returns true where a poll wants its place. */
  async #converse(): Promise<boolean> {
    const { log } = this.#tools;
    const { name, receive } = this.#account;
    const session = await this.#open();
    const { connection, host, tags, capabilities } = session;
    if (!capabilities.has('IDLE') || this.#avoid.has('IDLE')) {
      log.debug(`${host} has no IDLE: ${name} is polled by its schedule alone`, { account: name });
      await connection.converse(logout(tags));
      return false;
    }
    const folders = await this.#folders(session);
    const condstore = capabilities.has('CONDSTORE');
    const inbox = await connection.converse(examine(host, tags, INBOX, identity(), { condstore }));
    const state = { ...inbox, exists: inbox.exists ?? 0 };
    this.#look(state);
    const fields = { account: name, host: receive.host, folders: folders === null ? 'INBOX' : 'all' };
    if (this.#told) log.debug('push is on again', fields);
    else log.info('push is on: new mail wakes a poll', fields);
    this.#told = true;
    let heard: Heard = { exists: state.exists, recent: null };
    let overflowed = -Infinity;
    for (;;) {
      const end = new AbortController();
      const ended = await this.#idle(session, end, (news) => {
        const { heard: now, worth } = hear(heard, news, folders ?? NONE);
        heard = now;
        if (worth) this.#bell.ring();
        if (news.kind === 'overflow') end.abort();
      });
      if (ended === 'refused') return false;
      if (this.#held) {
        await connection.converse(logout(tags));
        return true;
      }
      if (ended !== 'overflow') continue;
      const now = this.#tools.clock.monotonic();
      if (now - overflowed < LIVED) throw overflows(host);
      overflowed = now;
      await connection.converse(notify(host, tags, capabilities));
    }
  }

  async #open(): Promise<ImapSession> {
    let session: ImapSession | undefined;
    await reopening(this.#avoid, async () => {
      this.#connection?.close();
      this.#connection = await this.#tools.connect(this.#stop.signal);
      session = await openImap(this.#connection, this.#account, this.#account.receive, this.#avoid);
    });
    if (session === undefined) throw new TypeError('no session');
    return session;
  }

  /** The folders of the account where the server tells of all of them; null where it tells of INBOX alone. */
  async #folders({ connection, host, tags, capabilities }: ImapSession): Promise<Kept | null> {
    const rule = this.#account.receive.folders;
    if (!capabilities.has('NOTIFY')) return null;
    const all = await connection.converse(list(host, tags));
    if (!(await connection.converse(notify(host, tags, capabilities)))) return null;
    const kept = all.filter((folder) => isKept(folder, rule));
    return { all: new Set(all.map(({ wire }) => wire)), kept: new Set(kept.map(({ wire }) => wire)) };
  }

  /** One IDLE, until it is time for the next, a poll wants the place, or `end` aborts. */
  async #idle(
    { connection, host, tags }: ImapSession,
    end: AbortController,
    told: (news: News) => void,
  ): Promise<'again' | 'overflow' | 'refused'> {
    const { clock, log } = this.#tools;
    const began = clock.monotonic();
    const timer = new AbortController();
    const over = AbortSignal.any([this.#turn.signal, end.signal]);
    const until = AbortSignal.any([over, timer.signal]);
    void clock.sleep(this.#losses.idle, until).then(
      () => timer.abort(),
      () => undefined,
    );
    try {
      await connection.converse(idle(host, tags, until, told), {
        idle: Math.min(ANSWER, this.#account.timeouts.idle),
      });
    } catch (thrown) {
      if (thrown instanceof MailError && (thrown.kind === 'refused' || thrown.avoid === 'IDLE')) {
        if (thrown.avoid !== undefined) this.#avoid.add(thrown.avoid);
        const { name } = this.#account;
        log.debug(`${thrown.message}: ${name} is polled by its schedule alone`, { account: name });
        return 'refused';
      }
      this.#losses.cut(clock.monotonic() - began);
      throw thrown;
    } finally {
      timer.abort();
    }
    if (end.signal.aborted) return 'overflow';
    if (!this.#losses.ended(clock.monotonic() - began) && !over.aborted) throw endedAtOnce(host);
    return 'again';
  }

  /** INBOX at the begin of a session: mail may have come while nobody waited for it. */
  #look(state: Counts): void {
    const known = this.#tools.known();
    const seen = this.#seen;
    this.#seen = state;
    if (isSame(state, known) || isSame(state, seen)) return;
    this.#bell.ring();
  }

  #failed(error: MailError): void {
    const { log, refused } = this.#tools;
    if (this.#stop.signal.aborted) return;
    // The place was wanted, and the goodbye took too long: nothing was lost.
    if (this.#held && error.kind === 'cancelled') return;
    this.#losses.lost(error.after ?? 0);
    const next = new Date(this.#losses.notBefore).toISOString();
    const fields = { account: this.#account.name, next };
    if (error.kind === 'auth') {
      refused(error);
      log.warn(`push: ${error.message}`, { account: this.#account.name, hint: error.hint });
    } else if (this.#losses.areMany) {
      log.warn(`push keeps failing, and polls go on by their schedule: ${error.message}`, fields);
    } else {
      log.debug(`push was lost, and is tried again: ${error.message}`, fields);
    }
  }
}

const NONE: Kept = { all: new Set(), kept: new Set() };

function overflows(host: string): MailError {
  return new MailError({
    kind: 'closed',
    retry: 'later',
    message: `${host} has too much news to tell, again`,
  });
}

function endedAtOnce(host: string): MailError {
  return new MailError({ kind: 'closed', retry: 'later', message: `${host} ended IDLE by itself at once` });
}
