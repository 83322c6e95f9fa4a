// A POP3 maildrop as a Source: one folder, INBOX; messages named by their UIDL, numbered anew in each session. Several are
// under way at once where the server offers PIPELINING, until it turns out not to bear that.
import type { KnownKey } from '../index/positions.ts';
import { MailError } from '../model/error.ts';
import type { Uidl, WireName } from '../model/ids.ts';
import type { Folder, RemoteKey } from '../model/mailbox.ts';
import type { Connection } from '../net/connection.ts';
import type { Dialogue } from '../protocol/dialogue.ts';
import type { Capabilities } from '../protocol/pop3/capa.ts';
import { ONE_BY_ONE, type Ahead } from '../protocol/pop3/in-turn.ts';
import { maildrop } from '../protocol/pop3/maildrop.ts';
import { noop } from '../protocol/pop3/noop.ts';
import { quit } from '../protocol/pop3/quit.ts';
import type { Asked } from '../protocol/pop3/retr.ts';
import { top } from '../protocol/pop3/top.ts';
import { makeshift, readMakeshift } from './content-name.ts';
import type { Pace } from './login-pace.ts';
import type { Receiving } from './open-source.ts';
import { Pop3Fetches } from './pop3-fetches.ts';
import { objections, remove, type Numbered } from './pop3-removal.ts';
import { openPop3 } from './pop3-session.ts';
import { avoidedAt, reopening, type Avoided } from './reopen.ts';
import type { Surveyed } from '../protocol/imap/survey.ts';
import type { Doomed, FolderState, Listed, Receiver, Removal, Source } from './source.ts';

const INBOX: Folder = { wire: 'INBOX' as WireName, name: 'INBOX', delimiter: null, attributes: [] };

/** How far requests run ahead: what is lost with a connection is bounded, and small messages need no round trip each. */
const AHEAD: Ahead = { commands: 100, octets: 4 << 20 };

interface Drop {
  /** Messages as the server counts. */
  readonly count: number;
  /** By their numbers. */
  readonly listed: readonly Listed[];
  readonly numbers: ReadonlyMap<Uidl, number>;
  readonly sizes: ReadonlyMap<number, number | null>;
}

/** One session with a POP3 server. */
export class Pop3Source implements Source {
  readonly #account: Receiving;
  readonly #connect: () => Promise<Connection>;
  readonly #pace: Pace;
  readonly #avoid: Set<string>;
  readonly #host: string;
  readonly #fetches: Pop3Fetches;
  #connection: Connection | undefined;
  /** What is dialled yet is closed at once. */
  #aborted = false;
  #offered: Capabilities | null = null;
  /** What the server holds in this session; read once, as RFC 1939 §3 locks the maildrop. */
  #drop: Drop | undefined;

  constructor(account: Receiving, connect: () => Promise<Connection>, avoided: Avoided, pace: Pace) {
    this.#account = account;
    this.#connect = connect;
    this.#pace = pace;
    this.#host = account.receive.host;
    this.#avoid = avoidedAt(avoided, this.#host);
    this.#fetches = new Pop3Fetches(this.#host, (make) => this.#ahead(make));
  }

  async open(): Promise<void> {
    await reopening(this.#avoid, async () => {
      this.#connection?.close();
      this.#drop = undefined;
      const connection = await this.#connect();
      this.#connection = connection;
      if (this.#aborted) connection.close();
      this.#offered = await openPop3(connection, this.#account, this.#avoid, this.#pace);
    });
  }

  folders(): Promise<Folder[]> {
    return Promise.resolve([INBOX]);
  }

  tells(word: string): string | undefined {
    return this.#offered?.get(word);
  }

  survey(): Promise<readonly Surveyed[]> {
    return Promise.resolve([{ folder: INBOX, status: null }]);
  }

  async enter(): Promise<FolderState> {
    const { listed, count } = await this.#maildrop();
    return {
      validity: null,
      window: this.#isGmail || this.#account.receive.window === true,
      exists: Math.max(listed.length, count),
      uidNext: null,
      modseq: null,
      unseen: null,
      mailboxId: null,
    };
  }

  /** Gmail shows the oldest few hundred messages, and those that a QUIT followed no more (P-004, P-005). */
  get showsByAndBy(): boolean {
    return this.#isGmail && !this.#account.user.startsWith('recent:');
  }

  get #isGmail(): boolean {
    return this.#offered?.has('X-GOOGLE-RICO') === true;
  }

  get sentInVain(): boolean {
    return this.#fetches.sentInVain;
  }

  changes(): Promise<null> {
    return Promise.resolve(null);
  }

  uids(): Promise<null> {
    return Promise.resolve(null);
  }

  async list(): Promise<Listed[]> {
    return [...(await this.#maildrop()).listed];
  }

  /** Batches are asked for ahead where commands are. */
  get window(): number {
    return this.#runsAhead ? 2 : 1;
  }

  async fetch(keys: readonly RemoteKey[], receiver: Receiver): Promise<void> {
    const asked = await this.#asked(keys);
    return this.#fetches.fetch([...asked.values()], receiver);
  }

  async heads(
    keys: readonly RemoteKey[],
    took: (key: RemoteKey, head: Buffer | null) => void,
  ): Promise<boolean> {
    if (this.#avoid.has('TOP')) return false;
    const asked = await this.#asked(keys);
    let refused = 0;
    let given = 0;
    const each = (number: number, head: Buffer | null): boolean => {
      const key = asked.get(number)?.key;
      if (key !== undefined) took(key, head);
      if (head === null) refused++;
      else given++;
      return given > 0 || refused < 3;
    };
    try {
      await this.#ahead((ahead) => top(this.#host, [...asked.keys()], ahead, each));
    } catch (thrown) {
      // P-028: its TOP is not to be trusted with the session.
      if (thrown instanceof MailError && thrown.avoid === undefined && LIES.has(thrown.kind))
        this.#avoid.add('TOP');
      throw thrown;
    }
    if (given > 0 || asked.size === 0) return true;
    if (this.#offered?.has('TOP') !== true) this.#avoid.add('TOP');
    return false;
  }

  unfit(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async objections(doomed: readonly Doomed[]): Promise<Map<KnownKey, string>> {
    const asked = await this.#asked(doomed.map(({ key }) => key));
    return objections(this.#open(), this.#host, asked, doomed, this);
  }

  async remove(keys: readonly RemoteKey[]): Promise<Removal> {
    const asked = await this.#asked(keys);
    const { listed, count } = await this.#maildrop();
    const held = Math.max(listed.length, count);
    try {
      return await remove(this.#open(), this.#host, asked, held, (make) => this.#ahead(make));
    } finally {
      this.abort();
    }
  }

  async noop(): Promise<void> {
    if (!this.#fetches.busy) await this.#open().converse(noop(this.#host));
  }

  async close(): Promise<void> {
    if (!this.#aborted) await this.#connection?.converse(quit(this.#host));
    this.abort();
  }

  abort(): void {
    this.#aborted = true;
    this.#connection?.close();
  }

  /** The messages of these keys that are there, by their numbers. */
  async #asked(keys: readonly RemoteKey[]): Promise<Numbered> {
    const { numbers, sizes } = await this.#maildrop();
    const asked = new Map<number, Asked & { readonly key: RemoteKey }>();
    for (const key of keys) {
      if (!('uidl' in key)) continue;
      const number = numbers.get(key.uidl) ?? makeshiftNumber(key.uidl, sizes);
      if (number !== undefined) asked.set(number, { number, size: sizes.get(number) ?? null, key });
    }
    return asked;
  }

  async #maildrop(): Promise<Drop> {
    if (this.#drop !== undefined) return this.#drop;
    const { count, sizes, names } = await this.#ahead((ahead) => maildrop(this.#host, ahead));
    this.#drop = { count, ...dropOf(sizes, names instanceof MailError ? new Map() : names) };
    return this.#drop;
  }

  /** Plays a dialogue that runs ahead; a host that breaks off twice in a row meanwhile is taken one command at a time (P-040). */
  async #ahead<T>(make: (ahead: Ahead) => Dialogue<T>): Promise<T> {
    const able = this.#runsAhead;
    try {
      const byLf = this.#avoid.has(CRLF);
      const result = await this.#open().converse(make({ ...(able ? AHEAD : ONE_BY_ONE), byLf }));
      if (able) this.#avoid.delete(DOUBTED);
      return result;
    } catch (thrown) {
      if (thrown instanceof MailError && thrown.avoid !== undefined) this.#avoid.add(thrown.avoid);
      else if (able && thrown instanceof MailError && LOST.has(thrown.kind))
        this.#avoid.add(this.#avoid.has(DOUBTED) ? PIPELINING : DOUBTED);
      throw thrown;
    }
  }

  get #runsAhead(): boolean {
    return this.#offered?.has('PIPELINING') === true && !this.#avoid.has(PIPELINING);
  }

  #open(): Connection {
    if (this.#connection === undefined) throw new Error('the source is not open');
    return this.#connection;
  }
}

const PIPELINING = 'PIPELINING';
/** Among what is avoided at a host, and nothing that is: it broke off once. */
const DOUBTED = 'PIPELINING?';
/** Avoided where the lines of messages end in LF alone. */
const CRLF = 'CRLF';
const LOST = new Set(['closed', 'timeout', 'protocol']);
const LIES = new Set(['protocol', 'timeout']);

/** P-015, P-016: numbers are the key to both listings, and either may have some that the other has not. */
function dropOf(
  sizes: ReadonlyMap<number, number | null>,
  names: ReadonlyMap<number, Uidl>,
): Omit<Drop, 'count'> {
  const numbers = new Map<Uidl, number>();
  const twice = new Set<Uidl>();
  for (const [number, name] of names) {
    if (numbers.has(name)) twice.add(name); // P-011: such a name tells nothing
    numbers.set(name, number);
  }
  for (const name of twice) numbers.delete(name);
  const all = [...new Set([...sizes.keys(), ...names.keys()])].sort((a, b) => a - b);
  const listed = all.map((number): Listed => {
    const name = names.get(number);
    const size = sizes.get(number) ?? null;
    const uidl = name === undefined || twice.has(name) ? makeshift(number, size) : name;
    return { key: { uidl }, size, flags: [], number };
  });
  return { listed, numbers, sizes };
}

/** The message that a makeshift name was made for, as far as can be seen: of that number and size. */
function makeshiftNumber(name: Uidl, sizes: ReadonlyMap<number, number | null>): number | undefined {
  const told = readMakeshift(name);
  return told !== undefined && (sizes.get(told.number) ?? null) === told.size ? told.number : undefined;
}
