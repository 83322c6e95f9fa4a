// A POP3 maildrop as a Source: one folder, INBOX; messages named by their UIDL, numbered anew in each session.
// A body counts as whole only when the answer after it reads as an answer: where a server forgets to stuff a dot, the
// message ends too early and its rest stands where that answer should (P-021).
import { MailError } from '../model/error.ts';
import type { Uidl, WireName } from '../model/ids.ts';
import { passwordOf } from '../model/account.ts';
import type { Folder, RemoteKey } from '../model/mailbox.ts';
import type { Connection } from '../net/connection.ts';
import type { Sink } from '../protocol/dialogue.ts';
import { capa } from '../protocol/pop3/capa.ts';
import { greeting } from '../protocol/pop3/greeting.ts';
import { list } from '../protocol/pop3/list.ts';
import { userPass } from '../protocol/pop3/login.ts';
import { noop } from '../protocol/pop3/noop.ts';
import { quit } from '../protocol/pop3/quit.ts';
import { retr } from '../protocol/pop3/retr.ts';
import { stat } from '../protocol/pop3/stat.ts';
import { stls } from '../protocol/pop3/stls.ts';
import { uidl } from '../protocol/pop3/uidl.ts';
import type { Receiving } from './open-source.ts';
import { Patience } from './patience.ts';
import { avoidedAt, reopening, type Avoided } from './reopen.ts';
import type { FolderState, Listed, Receiver, Source } from './source.ts';

const INBOX: Folder = { wire: 'INBOX' as WireName, name: 'INBOX', delimiter: null, attributes: [] };

interface Maildrop {
  readonly listed: readonly Listed[];
  readonly numbers: ReadonlyMap<Uidl, number>;
  /** Messages, whether they have a name or not. */
  readonly exists: number;
}

/** One session with a POP3 server. */
export class Pop3Source implements Source {
  readonly window = 1;
  readonly #account: Receiving;
  readonly #connect: () => Promise<Connection>;
  readonly #avoid: Set<string>;
  readonly #host: string;
  readonly #patience = new Patience();
  #connection: Connection | undefined;
  /** What the server holds in this session; read once, as RFC 1939 §5 locks the maildrop. */
  #drop: Maildrop | undefined;

  constructor(account: Receiving, connect: () => Promise<Connection>, avoided: Avoided) {
    this.#account = account;
    this.#connect = connect;
    this.#host = account.receive.host;
    this.#avoid = avoidedAt(avoided, this.#host);
  }

  async open(): Promise<void> {
    await reopening(this.#avoid, async () => {
      this.abort();
      this.#drop = undefined;
      const connection = await this.#connect();
      this.#connection = connection;
      await connection.converse(greeting(this.#host));
      if (this.#account.receive.tls === 'starttls') await connection.converse(stls(this.#host));
      const { user, password } = passwordOf(await this.#account.login());
      await connection.converse(userPass(this.#host, user, password));
    });
  }

  folders(): Promise<Folder[]> {
    return Promise.resolve([INBOX]);
  }

  async enter(): Promise<FolderState> {
    const { exists } = await this.#maildrop();
    return { validity: null, exists, uidNext: null, modseq: null };
  }

  async list(): Promise<Listed[]> {
    return [...(await this.#maildrop()).listed];
  }

  async fetch(keys: readonly RemoteKey[], receiver: Receiver): Promise<void> {
    const { numbers } = await this.#maildrop();
    const connection = this.#open();
    let unproved: { readonly sink: Sink; readonly key: RemoteKey } | undefined;
    let current: Sink | undefined;
    const prove = (): void => {
      if (unproved !== undefined)
        receiver.complete(unproved.sink, unproved.key, { flags: [], received: null });
      unproved = undefined;
    };
    try {
      for (const key of keys) {
        const number = 'uidl' in key ? numbers.get(key.uidl) : undefined;
        if (number === undefined) continue;
        const sink = receiver.begin(null);
        current = sink;
        const refused = await this.#retrieve(connection, number, sink);
        current = undefined;
        prove();
        if (refused === undefined) {
          unproved = { sink, key };
        } else {
          receiver.abandon(sink);
          receiver.refused(key, refused);
        }
      }
      if (unproved !== undefined) await connection.converse(noop(this.#host));
      prove();
    } catch (thrown) {
      if (current !== undefined) receiver.abandon(current);
      if (unproved !== undefined) {
        receiver.abandon(unproved.sink);
        if (thrown instanceof MailError && thrown.kind === 'protocol') receiver.refused(unproved.key, thrown);
      }
      throw thrown;
    }
  }

  async close(): Promise<void> {
    await this.#connection?.converse(quit(this.#host));
    this.abort();
  }

  abort(): void {
    this.#connection?.close();
  }

  /** Fetches one message; the refusal of this one alone is returned. */
  async #retrieve(connection: Connection, number: number, sink: Sink): Promise<MailError | undefined> {
    try {
      await connection.converse(retr(this.#host, number, sink));
      this.#patience.reset();
      return undefined;
    } catch (thrown) {
      if (thrown instanceof MailError && this.#patience.bears(thrown)) return thrown;
      throw thrown;
    }
  }

  async #maildrop(): Promise<Maildrop> {
    if (this.#drop !== undefined) return this.#drop;
    const connection = this.#open();
    const sizes = await this.#sizes(connection);
    const names = sizes.size === 0 ? new Map<number, Uidl>() : await this.#names(connection);
    const numbers = new Map<Uidl, number>();
    const twice = new Set<Uidl>();
    for (const [number, name] of names) {
      if (numbers.has(name)) twice.add(name); // P-011: such a name tells nothing
      numbers.set(name, number);
    }
    for (const name of twice) numbers.delete(name);
    const listed = [...numbers].map(([name, number]) => ({
      key: { uidl: name },
      size: sizes.get(number) ?? null,
      flags: [],
    }));
    this.#drop = { listed, numbers, exists: new Set([...sizes.keys(), ...names.keys()]).size };
    return this.#drop;
  }

  /** STAT only tells whether a refused listing is that of an empty maildrop (P-045); its numbers prove nothing (P-017). */
  async #sizes(connection: Connection): Promise<Map<number, number | null>> {
    const claim = await connection.converse(stat(this.#host));
    try {
      return await connection.converse(list(this.#host));
    } catch (thrown) {
      if (claim?.count === 0 && thrown instanceof MailError && thrown.kind === 'refused') return new Map();
      throw thrown;
    }
  }

  async #names(connection: Connection): Promise<Map<number, Uidl>> {
    try {
      return await connection.converse(uidl(this.#host));
    } catch (thrown) {
      if (!(thrown instanceof MailError) || thrown.kind !== 'refused') throw thrown;
      const offered = this.#avoid.has('CAPA') ? null : await connection.converse(capa(this.#host));
      throw new MailError({
        kind: 'protocol',
        retry: 'later',
        message: `${thrown.message}; ${offered?.has('UIDL') === true ? 'it offers UIDL all the same' : 'without UIDL messages cannot be told apart'}`,
        hint: 'Use IMAP for this account, if the provider offers it.',
        cause: thrown,
      });
    }
  }

  #open(): Connection {
    if (this.#connection === undefined) throw new Error('the source is not open');
    return this.#connection;
  }
}
