// What outbox tests share: a data directory, a drop folder, one account at the provider, and an outbox over real sockets
// with a clock that the test winds.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { inChinese } from '../../src/chinese/told.ts';
import type { Account, Send } from '../../src/model/account.ts';
import { dial } from '../../src/net/dial.ts';
import { inImap } from '../../src/net/imap-session.ts';
import type { ListedLetter } from '../../src/outbox/list.ts';
import { list } from '../../src/outbox/list.ts';
import type { OutboxTools, Report } from '../../src/outbox/parts.ts';
import { Outbox } from '../../src/outbox/run.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { startProvider, type Provider } from '../support/provider/provider.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';

export const WANG = 'wang@mail.test';
export const LI = 'li@mail.test';
export const ZHAO = 'zhao@mail.test';

/** A small message; `headers` stand above the usual ones. */
export function message(to: string, headers: string = '', body: string = 'Hello.\n'): string {
  return `${headers}From: Wang <${WANG}>\nTo: ${to}\nSubject: test\nMessage-ID: <one@mail.test>\nDate: Sat, 21 Nov 2026 10:00:00 +0000\n\n${body}`;
}

/** An account that sends through `port` of loopback. */
export function accountAt(
  port: number,
  change: Partial<Send> = {},
  name: string = 'wang',
  address: string = WANG,
): Account {
  return {
    name,
    address,
    user: address,
    login: () => Promise.resolve({ user: address, password: 'secret' }),
    send: {
      host: '127.0.0.1',
      port,
      tls: 'none',
      from: [],
      saveSent: 'never',
      uncertain: 'retry',
      rate: { perMinute: 1000, perDay: 10_000, perConnection: 20 },
      ...change,
    },
    timeouts: { connect: 30_000, idle: 30_000 },
  };
}

/** A place to send from. */
export class PostOffice {
  readonly clock: FakeClock = new FakeClock(Date.UTC(2026, 10, 21, 12));
  readonly data: string;
  readonly drop: string;
  readonly log: string[] = [];
  /** What was put into the archive: queue id and octets. */
  readonly kept: { readonly id: string; readonly account: string; readonly bytes: Buffer }[] = [];
  /** The reports of failures and delays there. */
  readonly reports: { readonly id: string; readonly account: string; readonly bytes: Buffer }[] = [];
  accounts: Account[];
  #outbox: Outbox | undefined;

  constructor(test: Ending, accounts: Account[], data?: string, drop?: string) {
    // What is said first to run at the end runs first: nothing works in a directory that goes.
    test.after(() => this.stop());
    const home = temporaryDirectory(test);
    this.data = data ?? join(home, 'data');
    this.drop = drop ?? join(home, 'outbox');
    for (const folder of [this.data, this.drop]) mkdirSync(folder, { recursive: true });
    this.accounts = accounts;
  }

  /** The tools of an outbox here, with some replaced. */
  tools(change: Partial<OutboxTools> = {}): OutboxTools {
    const note = (level: string) => (text: string) => void this.log.push(`${level} ${text}`);
    return {
      clock: this.clock,
      log: { error: note('error'), warn: note('warn'), info: note('info') },
      connect: (account, signal, trace) => {
        if (account.send === undefined) throw new Error('no send');
        return dial(account.send, account.timeouts, { signal, trace });
      },
      keepSent: async (account, path, id) => {
        (id.includes('.') ? this.reports : this.kept).push({ id, account, bytes: readFileSync(path) });
      },
      inMailbox: (account, signal, work) => {
        const { receive } = account;
        if (receive === undefined) throw new Error('no receive');
        const connect = () => dial(receive, account.timeouts, { signal });
        return inImap(connect, account, receive, new Set(), work);
      },
      inChinese,
      random: () => 0.5,
      name: 'test.example',
      ...change,
    };
  }

  outbox(change: Partial<OutboxTools> = {}): Outbox {
    this.#outbox ??= new Outbox(
      { accounts: this.accounts, outbox: this.drop, data: this.data },
      this.tools(change),
    );
    return this.#outbox;
  }

  /** Ends the outbox; the next call of `pass` starts another one on the same files. */
  async stop(): Promise<void> {
    const outbox = this.#outbox;
    this.#outbox = undefined;
    await outbox?.stop();
  }

  /**
   * Puts a file there as a careful writer does, to be taken by the next pass. The clock of a file system ticks so slowly that the
   * rename might come in the same instant as the write, and it would have to be quiet first: now and then, and so before others.
   */
  put(name: string, text: string | Buffer): void {
    writeFileSync(join(this.drop, `${name}.tmp`), text);
    const before = Date.now() / 1000 - 1;
    utimesSync(join(this.drop, `${name}.tmp`), before, before);
    renameSync(join(this.drop, `${name}.tmp`), join(this.drop, name));
  }

  pass(): Promise<Report> {
    return this.outbox().pass();
  }

  /** Lets whatever was dropped be quiet for long enough, and passes. */
  async settled(): Promise<Report> {
    const first = await this.pass();
    if (first.waiting === 0) return first;
    await this.clock.wind(3000);
    return this.pass();
  }

  /** Winds the clock and passes. */
  async later(ms: number): Promise<Report> {
    await this.clock.wind(ms);
    return this.pass();
  }

  list(): ListedLetter[] {
    return list(this.data);
  }

  /** The only letter. */
  only(): ListedLetter {
    const [letter, ...others] = this.list();
    if (letter === undefined || others.length > 0) throw new Error(`${others.length + 1} letters`);
    return letter;
  }

  /** Names in a folder below the drop folder. */
  names(folder: 'sent' | 'failed' | '.' = '.'): string[] {
    const path = join(this.drop, folder);
    return existsSync(path)
      ? readdirSync(path, { withFileTypes: true })
          .filter((e) => !e.isDirectory())
          .map((e) => e.name)
          .sort()
      : [];
  }

  read(path: string): string {
    return readFileSync(join(this.drop, path), 'latin1');
  }

  spool(): string[] {
    const path = join(this.data, 'spool');
    return existsSync(path) ? readdirSync(path) : [];
  }
}

/** A provider with three people, stopped at the end of the test. */
export async function provider(test: Ending): Promise<Provider> {
  const started = await startProvider({ users: { [WANG]: 'secret', [LI]: 'secret', [ZHAO]: 'secret' } });
  test.after(() => started.stop());
  return started;
}
