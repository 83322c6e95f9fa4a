// One session with the account that is restored to: its folders, what lies in one of them, the way in, and the octets back.
// It makes folders and files messages, and changes or deletes nothing that is there.
import { createHash, type Hash } from 'node:crypto';
import { messageIdIn } from '../index/headers.ts';
import type { Account, Endpoint } from '../model/account.ts';
import type { MailError } from '../model/error.ts';
import type { Uid } from '../model/ids.ts';
import { isInbox } from '../model/mailbox.ts';
import type { Connection } from '../net/connection.ts';
import { identity, openImap, type ImapSession } from '../net/imap-session.ts';
import type { Dialogue, Sink } from '../protocol/dialogue.ts';
import { append } from '../protocol/imap/append.ts';
import { appendEach } from '../protocol/imap/appending.ts';
import { appendLimit } from '../protocol/imap/append-limit.ts';
import { inEffect, isRev2, type Capabilities } from '../protocol/imap/capability.ts';
import { create } from '../protocol/imap/create.ts';
import { enable } from '../protocol/imap/enable.ts';
import { examine, type Examined } from '../protocol/imap/examine.ts';
import { PIPELINING } from '../protocol/imap/exchange.ts';
import { uidFetchBodies } from '../protocol/imap/fetch-bodies.ts';
import { uidFetchList } from '../protocol/imap/fetch-list.ts';
import { logout } from '../protocol/imap/logout.ts';
import { namespace } from '../protocol/imap/namespace.ts';
import { select } from '../protocol/imap/select.ts';
import { formatRanges, formatSet, MAX_UID, type UidRange } from '../protocol/imap/sequence-set.ts';
import { subscribe } from '../protocol/imap/subscribe.ts';
import { survey } from '../protocol/imap/survey.ts';
import { hierarchyOf } from './hierarchy.ts';
import type { Destination, Shape } from './destination.ts';
import type { Present } from './match.ts';
import type { Original } from './original.ts';

/** What a session needs. */
export interface Reach {
  readonly account: Account;
  readonly server: Endpoint;
  readonly connect: () => Promise<Connection>;
  /** What the host does not bear; more may be learnt. */
  readonly avoid: Set<string>;
}

/** Messages in one window of a listing, near enough. */
const WINDOW = 10_000;
/** APPENDs, and fetches, in flight. */
const IN_FLIGHT = 4;
/** How many times as long as elsewhere the answer to an APPEND is waited for: who gives up too early files twice. */
const PATIENCE = 5;

/** A session that is logged in. Every method throws MailError; after a broken connection a new one is opened. */
export class Target {
  readonly #reach: Reach;
  readonly #session: ImapSession;
  readonly #offered: Capabilities;
  readonly #utf8: boolean;
  #opened: Examined | undefined;

  private constructor(reach: Reach, session: ImapSession, utf8: boolean) {
    this.#reach = reach;
    this.#session = session;
    this.#offered = inEffect(session.capabilities);
    this.#utf8 = utf8;
  }

  static async open(reach: Reach): Promise<Target> {
    const { account, server, avoid } = reach;
    const connection = await reach.connect();
    try {
      const session = await openImap(connection, account, server, avoid);
      const { host, tags, capabilities } = session;
      // RFC 6855 §7: such a server serves nobody else. Elsewhere messages come back as they went in only without it.
      const only = capabilities.has('UTF8=ONLY');
      if (only) await connection.converse(enable(host, tags, ['UTF8=ACCEPT']));
      return new Target(reach, session, only || isRev2(capabilities));
    } catch (thrown) {
      connection.close();
      throw thrown;
    }
  }

  get host(): string {
    return this.#session.host;
  }

  /** It takes NULs in messages (RFC 3516 §4.4). */
  get binary(): boolean {
    return this.#offered.has('BINARY');
  }

  /** Several messages go in one command. */
  get several(): boolean {
    return this.#offered.has('MULTIAPPEND');
  }

  async shape(): Promise<Shape> {
    const { host, tags } = this.#session;
    const { avoid } = this.#reach;
    const asking = { offered: this.#offered, utf8: this.#utf8, window: 1, avoid, kept: () => false };
    const folders = (await this.#converse(survey(host, tags, asking))).map(({ folder }) => folder);
    const told = this.#offered.has('NAMESPACE') ? await this.#converse(namespace(host, tags)) : null;
    const inbox = folders.find(({ name }) => isInbox(name));
    const delimiter = told === null ? (inbox?.delimiter ?? folders[0]?.delimiter ?? null) : told.delimiter;
    const prefix = told?.prefix ?? hierarchyOf(folders.map(({ wire }) => wire)).prefix;
    return { folders, delimiter, prefix, utf8: this.#utf8 };
  }

  async create({ wire, use }: Destination): Promise<void> {
    const { host, tags } = this.#session;
    await this.#converse(create(host, tags, this.#offered, wire, use));
  }

  /** Has mail programs show it: many show no other than those that are subscribed to. */
  async show({ wire }: Destination): Promise<void> {
    const { host, tags } = this.#session;
    await this.#converse(subscribe(host, tags, wire));
  }

  /** Opens a folder: to look only, or to learn what flags it keeps. */
  async enter({ wire }: Destination, how: 'look' | 'file'): Promise<void> {
    const { host, tags } = this.#session;
    this.#opened = await this.#converse(
      how === 'look' && this.#session.examineNumbers
        ? examine(host, tags, wire, identity())
        : select(host, tags, wire, identity(), { flags: true }),
    );
  }

  /** Nothing lies in the open folder. */
  get isEmpty(): boolean {
    return this.#folder().exists === 0;
  }

  /** What lies in the open folder. */
  async list(): Promise<Present[]> {
    const { exists, validity } = this.#folder();
    if (exists === 0) return []; // I-174
    const { host, tags } = this.#session;
    const found: Present[] = [];
    for (const set of windowsOf(this.#folder()).flatMap((range) => formatRanges([range]))) {
      const asking = uidFetchList(host, tags, set, validity, { ids: 'beside' });
      for (const { uid, size, received, flags, header } of await this.#converse(asking))
        found.push({ uid, size, received, flags, msgid: header === undefined ? null : messageIdIn(header) });
    }
    return found;
  }

  /** Those of a message's flags that are set there: keywords only where the open folder keeps them. */
  flags(flags: readonly string[]): string[] {
    return flags.filter((flag) => flag.startsWith('\\') || this.keeps(flag));
  }

  /** True where the open folder keeps the flag for good, or does not tell (RFC 9051 §7.1, PERMANENTFLAGS). */
  keeps(flag: string): boolean {
    const known = this.#folder().permanentFlags?.map((one) => one.toLowerCase());
    if (known === undefined || known.includes(flag.toLowerCase())) return true;
    return !flag.startsWith('\\') && known.includes('\\*');
  }

  limit({ wire }: Destination): Promise<number | null> {
    return this.#converse(appendLimit(this.#session.host, this.#session.tags, this.#offered, wire));
  }

  /** Files all of them, or none. Throws MailError `refused` or `busy` as well. */
  file({ wire }: Destination, messages: readonly Original[]): Promise<void> {
    const { host, tags } = this.#session;
    const filing = { capabilities: this.#offered, limit: null, filed: () => {} };
    return this.#converse(append(host, tags, wire, messages, filing), PATIENCE);
  }

  /** Files them one by one; each that is answered is told. */
  async fileEach(
    { wire }: Destination,
    messages: readonly Original[],
    filed: (message: Original) => void,
    refused: (message: Original, why: MailError) => void,
  ): Promise<void> {
    const { host, tags } = this.#session;
    const how = { capabilities: this.#offered, window: this.#window };
    await this.#converse(appendEach(host, tags, wire, messages, how, { filed, refused }), PATIENCE);
  }

  /** The SHA-256 of messages in the open folder, as they come back; none for those that do not. */
  async hashes(uids: readonly Uid[], came: () => void = () => {}): Promise<Map<Uid, string>> {
    const { host, tags } = this.#session;
    const found = new Map<Uid, string>();
    const waiting = formatSet(uids);
    const receiver = {
      begin: () => new Hashing(),
      complete: (sink: Sink, uid: Uid) => {
        if (sink instanceof Hashing) found.set(uid, sink.digest());
        came();
      },
      abandon: () => {},
    };
    const next = () => {
      const set = waiting.shift();
      return set === undefined ? undefined : { set, ended: () => {} };
    };
    const { validity } = this.#folder();
    await this.#converse(uidFetchBodies(host, tags, this.#window, next, receiver, validity));
    return found;
  }

  async close(): Promise<void> {
    await this.#converse(logout(this.#session.tags)).catch(() => undefined);
    this.abort();
  }

  abort(): void {
    this.#session.connection.close();
  }

  get #window(): number {
    return this.#reach.avoid.has(PIPELINING) ? 1 : IN_FLIGHT;
  }

  #converse<T>(dialogue: Dialogue<T>, patience: number = 1): Promise<T> {
    const idle = this.#reach.account.timeouts.idle * patience;
    return this.#session.connection.converse(dialogue, { idle });
  }

  #folder(): Examined {
    if (this.#opened === undefined) throw new Error('no folder is open');
    return this.#opened;
  }
}

class Hashing implements Sink {
  readonly #hash: Hash = createHash('sha256');

  write(chunk: Buffer): void {
    this.#hash.update(chunk);
  }

  digest(): string {
    return this.#hash.digest('hex');
  }
}

/** Few UIDs are told at once; where they lie far apart, all of them are. The last window is open: UIDNEXT may be wrong (I-098). */
function windowsOf({ exists, uidNext }: Examined): UidRange[] {
  const last = uidNext ?? 0;
  const dense = exists !== null && exists > WINDOW && last <= 10 * exists;
  const starts = dense ? Array.from({ length: Math.ceil(last / WINDOW) }, (_, at) => at * WINDOW + 1) : [1];
  return starts.map((from, at) => ({ from, to: (starts[at + 1] ?? MAX_UID + 1) - 1 }));
}
