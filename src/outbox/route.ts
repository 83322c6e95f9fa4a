// The way to an account's server, for one letter after another: a connection that is logged in is kept while there are
// letters for it, and is given up after so many, or as soon as anything about it is odd. It is never kept idle.
import type { Account } from '../model/account.ts';
import type { Clock } from '../model/clock.ts';
import { MailError } from '../model/error.ts';
import type { Connection } from '../net/connection.ts';
import type { Extensions } from '../protocol/smtp/ehlo.ts';
import { quit } from '../protocol/smtp/quit.ts';
import { login } from './login.ts';
import type { Manners } from './manners.ts';

/** A connection that is logged in. */
export interface Session {
  readonly connection: Connection;
  readonly extensions: Extensions;
  /** It has carried a message, or a part of one, before this one. */
  readonly used: boolean;
  /**
   * `ready`: the server waits for a command, and the next message may go over it. `body`: it waits for a message, and QUIT
   * would be a part of that. `done`: of no more use.
   */
  state: 'ready' | 'body' | 'done';
}

/** What a route works with. */
export interface RouteTools {
  /** Dials; `signal` ends the dialling, and must not end the connection later. */
  readonly connect: (signal: AbortSignal) => Promise<Connection>;
  readonly clock: Clock;
  readonly manners: Manners;
  /** Our name in EHLO. */
  readonly name: string;
  /** Ends dialling and login. */
  readonly signal: AbortSignal;
}

/** The connections to one account's server, one at a time. */
export class Route {
  readonly #account: Account;
  readonly #tools: RouteTools;
  #session: Session | undefined;
  #carried = 0;

  constructor(account: Account, tools: RouteTools) {
    this.#account = account;
    this.#tools = tools;
  }

  /** A session for the next message: the one that is open, where it can be, else a new one. Throws MailError. */
  async session(): Promise<Session> {
    const most = this.#account.send?.rate.perConnection ?? 1;
    const open = this.#session;
    if (open?.state === 'ready' && this.#carried < most) {
      this.#session = { ...open, used: true };
    } else {
      await this.close();
      this.#session = await this.#open();
      this.#carried = 0;
    }
    this.#carried++;
    return this.#session;
  }

  /** This host offers `keyword` and breaks it. */
  leaveOut(keyword: string): void {
    const { manners, clock } = this.#tools;
    manners.leaveOut(this.host, keyword, clock.monotonic());
  }

  /** Says goodbye where that is possible. What was accepted stays accepted, whatever comes of it. Never throws. */
  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    if (session === undefined) return;
    const { connection, state } = session;
    if (state !== 'body') await connection.converse(quit(connection.host)).catch(() => undefined);
    connection.close();
  }

  /** The server's name, as the configuration says it. */
  get host(): string {
    return this.#account.send?.host ?? '';
  }

  async #open(): Promise<Session> {
    const { manners, clock } = this.#tools;
    const without = manners.without(this.host, clock.monotonic());
    try {
      return await this.#dial(without);
    } catch (thrown) {
      // S-010: it hung up on EHLO. Not remembered: a server that was only busy offers much more with EHLO.
      if (!(thrown instanceof MailError) || thrown.avoid !== 'EHLO') throw thrown;
      return this.#dial(new Set([...without, 'EHLO']));
    }
  }

  async #dial(without: ReadonlySet<string>): Promise<Session> {
    const { connect, name, signal } = this.#tools;
    const connection = await dialled(connect, signal);
    const ended = (): void => connection.close();
    signal.addEventListener('abort', ended);
    try {
      if (signal.aborted) throw cancelled();
      const extensions = await login(connection, this.#account, name, without);
      return { connection, extensions, used: false, state: 'ready' };
    } catch (thrown) {
      await connection.converse(quit(connection.host)).catch(() => undefined);
      connection.close();
      throw thrown;
    } finally {
      signal.removeEventListener('abort', ended);
    }
  }
}

async function dialled(connect: RouteTools['connect'], signal: AbortSignal): Promise<Connection> {
  const dialling = new AbortController();
  const stop = (): void => dialling.abort(cancelled());
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    if (signal.aborted) throw cancelled();
    return await connect(dialling.signal);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** The error of a delivery that was ended from our side. */
export function cancelled(): MailError {
  return new MailError({
    kind: 'cancelled',
    retry: 'later',
    message: 'the delivery was ended before the dot',
  });
}
