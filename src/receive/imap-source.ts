// An IMAP account as a Source: folders opened read-only (Courier's excepted), messages named by their UIDs, bodies fetched
// by UID alone.
import { MailError } from '../model/error.ts';
import type { Folder, RemoteKey } from '../model/mailbox.ts';
import type { Connection } from '../net/connection.ts';
import { identity, openImap } from '../net/imap-session.ts';
import type { Capabilities } from '../protocol/imap/capability.ts';
import { examine, type Examined } from '../protocol/imap/examine.ts';
import { uidFetchList } from '../protocol/imap/fetch-list.ts';
import { list } from '../protocol/imap/list.ts';
import { logout } from '../protocol/imap/logout.ts';
import { noop } from '../protocol/imap/noop.ts';
import { select } from '../protocol/imap/select.ts';
import { MAX_UID } from '../protocol/imap/sequence-set.ts';
import { Tags } from '../protocol/imap/tags.ts';
import { ImapFetches } from './imap-fetches.ts';
import type { Receiving } from './open-source.ts';
import { avoidedAt, reopening, type Avoided } from './reopen.ts';
import type { FolderState, Listed, Receiver, Source } from './source.ts';

/** One session with an IMAP server. */
export class ImapSource implements Source {
  readonly #account: Receiving;
  readonly #connect: () => Promise<Connection>;
  readonly #avoid: Set<string>;
  readonly #host: string;
  #tags = new Tags();
  readonly #fetches: ImapFetches;
  #connection: Connection | undefined;
  /** What is dialled yet is closed at once. */
  #aborted = false;
  #capabilities: Capabilities = new Set();
  #examineNumbers = true;
  #state: Examined | undefined;

  constructor(account: Receiving, connect: () => Promise<Connection>, avoided: Avoided) {
    this.#account = account;
    this.#connect = connect;
    this.#host = account.receive.host;
    this.#avoid = avoidedAt(avoided, this.#host);
    this.#fetches = new ImapFetches(this.#host, this.#avoid);
  }

  async open(): Promise<void> {
    await reopening(this.#avoid, async () => {
      this.#connection?.close();
      const connection = await this.#connect();
      this.#connection = connection;
      if (this.#aborted) connection.close();
      const session = await openImap(connection, this.#account, this.#account.receive, this.#avoid);
      this.#tags = session.tags;
      this.#capabilities = session.capabilities;
      this.#examineNumbers = session.examineNumbers;
    });
  }

  folders(): Promise<Folder[]> {
    return this.#open().converse(list(this.#host, this.#tags));
  }

  async enter(folder: Folder): Promise<FolderState> {
    this.#state = undefined;
    const condstore = this.#capabilities.has('CONDSTORE');
    const state = await this.#open().converse(
      this.#examineNumbers
        ? examine(this.#host, this.#tags, folder.wire, identity(), condstore)
        : select(this.#host, this.#tags, folder.wire, identity()),
    );
    this.#state = state;
    return { ...state, exists: state.exists ?? 0 };
  }

  async list(): Promise<Listed[]> {
    const { exists, uidNext, validity } = this.#entered();
    if (exists === 0) return []; // I-174: some refuse any FETCH in an empty folder
    // Never below UIDNEXT alone: it may go back (I-098).
    const rows = await this.#open().converse(uidFetchList(this.#host, this.#tags, `1:${MAX_UID}`, validity));
    if (rows.length === 0 && exists !== null && uidNext !== 1) throw empty(this.#host, exists);
    return rows.map(({ uid, size, flags }) => ({ key: { uid }, size, flags }));
  }

  get window(): number {
    return this.#fetches.window;
  }

  fetch(keys: readonly RemoteKey[], receiver: Receiver): Promise<void> {
    const { validity } = this.#entered();
    return this.#fetches.fetch(this.#open(), this.#tags, validity, keys, receiver);
  }

  async noop(): Promise<void> {
    await this.#open().converse(noop(this.#host, this.#tags));
  }

  async close(): Promise<void> {
    await this.#connection?.converse(logout(this.#tags));
    this.abort();
  }

  abort(): void {
    this.#aborted = true;
    this.#connection?.close();
  }

  #open(): Connection {
    if (this.#connection === undefined) throw new Error('the source is not open');
    return this.#connection;
  }

  #entered(): Examined {
    if (this.#state === undefined) throw new Error('no folder is open');
    return this.#state;
  }
}

function empty(host: string, exists: number): MailError {
  return new MailError({
    kind: 'refused',
    retry: 'later',
    message: `${host} lists none of the ${exists} messages of a folder`,
    code: 'EMPTY',
  });
}
