// An IMAP account as a Source: folders opened read-only (Courier's excepted), messages named by their UIDs, bodies fetched
// by UID alone.
import { MailError } from '../model/error.ts';
import type { KnownKey } from '../index/positions.ts';
import type { Uid } from '../model/ids.ts';
import type { Folder, RemoteKey } from '../model/mailbox.ts';
import type { Connection } from '../net/connection.ts';
import { identity, openImap } from '../net/imap-session.ts';
import type { Dialogue } from '../protocol/dialogue.ts';
import { inEffect, isRev2, type Capabilities } from '../protocol/imap/capability.ts';
import { compress, COMPRESS } from '../protocol/imap/compress.ts';
import { enable, forFolders, forNames } from '../protocol/imap/enable.ts';
import { allUids } from '../protocol/imap/esearch.ts';
import { examine, type Examined } from '../protocol/imap/examine.ts';
import { PIPELINING } from '../protocol/imap/exchange.ts';
import { uidFetchList, type Row } from '../protocol/imap/fetch-list.ts';
import { GMAIL } from '../protocol/imap/gmail.ts';
import { list } from '../protocol/imap/list.ts';
import { logout } from '../protocol/imap/logout.ts';
import { noop } from '../protocol/imap/noop.ts';
import { select } from '../protocol/imap/select.ts';
import { formatRanges, formatSet, MAX_UID, type UidRange } from '../protocol/imap/sequence-set.ts';
import { survey, type Surveyed } from '../protocol/imap/survey.ts';
import { Tags } from '../protocol/imap/tags.ts';
import { ImapFetches } from './imap-fetches.ts';
import { objections, remove, unfit, type Entered } from './imap-removal.ts';
import type { Pace } from './login-pace.ts';
import type { Receiving } from './open-source.ts';
import { avoidedAt, reopening, type Avoided } from './reopen.ts';
import { mayShowPart } from './window.ts';
import type { Changes, Doomed, FolderState, Listed, Receiver, Removal, Since, Source } from './source.ts';

/** One session with an IMAP server. */
export class ImapSource implements Source {
  readonly #account: Receiving;
  readonly #connect: () => Promise<Connection>;
  readonly #avoid: Set<string>;
  readonly #host: string;
  readonly #pace: Pace;
  #tags = new Tags();
  readonly #fetches: ImapFetches;
  #connection: Connection | undefined;
  #compressed = false;
  /** What is dialled yet is closed at once. */
  #aborted = false;
  #examineNumbers = true;
  #offered: Capabilities = new Set();
  /** Names of folders are UTF-8. */
  #utf8 = false;
  /** What was enabled for the reading of folders; undefined before the first one. */
  #enabled: ReadonlySet<string> | undefined;
  #state: Examined | undefined;
  #folder: Folder | undefined;

  constructor(account: Receiving, connect: () => Promise<Connection>, avoided: Avoided, pace: Pace) {
    this.#account = account;
    this.#connect = connect;
    this.#host = account.receive.host;
    this.#avoid = avoidedAt(avoided, this.#host);
    if (account.receive.oneAtATime === true) this.#avoid.add(PIPELINING);
    this.#pace = pace;
    this.#fetches = new ImapFetches(this.#host, this.#avoid);
  }

  async open(): Promise<void> {
    await reopening(this.#avoid, async () => {
      this.#connection?.close();
      await this.#pace(this.#account.receive.loginInterval ?? 0);
      const connection = await this.#connect();
      this.#connection = connection;
      if (this.#aborted) connection.close();
      const session = await openImap(connection, this.#account, this.#account.receive, this.#avoid);
      this.#tags = session.tags;
      this.#examineNumbers = session.examineNumbers;
      this.#offered = inEffect(session.capabilities);
      this.#enabled = undefined;
      await this.#compress(connection);
      const on = await this.#enable(forNames(this.#offered));
      this.#utf8 = on.has('UTF8=ACCEPT') || isRev2(session.capabilities);
    });
  }

  folders(): Promise<Folder[]> {
    return this.#converse(list(this.#host, this.#tags, this.#utf8));
  }

  tells(word: string): string | undefined {
    return this.#offered.has(word) ? '' : undefined;
  }

  survey(kept: (folder: Folder) => boolean, sizes: boolean = false): Promise<Surveyed[]> {
    const window = this.#avoid.has(PIPELINING) ? 1 : STATUSES;
    const asking = { offered: this.#offered, utf8: this.#utf8, window, avoid: this.#avoid, kept, sizes };
    return this.#converse(survey(this.#host, this.#tags, asking));
  }

  async enter(folder: Folder, since?: Since): Promise<FolderState> {
    this.#state = undefined;
    // RFC 5161 §3: ENABLE is for the time before a folder is open.
    this.#enabled ??= await this.#enable(forFolders(this.#offered));
    const condstore = this.#offered.has('CONDSTORE');
    const asking = since !== undefined && this.#enabled.has('QRESYNC') ? { since } : { condstore };
    const state = await this.#converse(
      this.#examineNumbers
        ? examine(this.#host, this.#tags, folder.wire, identity(), asking)
        : select(this.#host, this.#tags, folder.wire, identity()),
    );
    this.#state = state;
    this.#folder = folder;
    const { validity, exists, uidNext, modseq, mailboxId = null } = state;
    const window = mayShowPart(exists ?? 0, this.#offered, this.#account.receive.window === true);
    return { validity, exists: exists ?? 0, uidNext, modseq, mailboxId, unseen: null, window };
  }

  async list(within: readonly UidRange[] = ALL): Promise<Listed[]> {
    const { exists, uidNext, validity } = this.#entered();
    if (exists === 0) return []; // I-174: some refuse any FETCH in an empty folder
    const found: Listed[] = [];
    for (const set of formatRanges(within)) {
      const asking = uidFetchList(this.#host, this.#tags, set, validity, { gmail: this.hasLabels });
      for (const row of await this.#converse(asking)) found.push(listed(row));
    }
    if (within === ALL && found.length === 0 && exists !== null && uidNext !== 1)
      throw empty(this.#host, exists);
    return found;
  }

  async messageIds(uids: readonly Uid[]): Promise<Map<Uid, string>> {
    const { validity } = this.#entered();
    const found = new Map<Uid, string>();
    for (const set of formatSet(uids)) {
      const asking = uidFetchList(this.#host, this.#tags, set, validity, { ids: true });
      for (const { uid, header } of await this.#converse(asking))
        if (header !== undefined) found.set(uid, header);
    }
    return found;
  }

  async changes(since: Since): Promise<Changes | null> {
    const { changed, modseq, validity, exists } = this.#entered();
    const old = since.uidNext - 1;
    const among = (rows: readonly Row[]): Listed[] => rows.filter(({ uid }) => uid <= old).map(listed);
    if (changed?.vanished != null) return { changed: among(changed.rows), vanished: changed.vanished };
    if (modseq === null) return null;
    if (modseq === since.modseq || old < 1 || exists === 0) return { changed: [], vanished: [] };
    const asking = { since: since.modseq, gmail: this.hasLabels };
    const rows = await this.#converse(uidFetchList(this.#host, this.#tags, `1:${old}`, validity, asking));
    return { changed: among(rows), vanished: [] };
  }

  async uids(): Promise<readonly UidRange[] | null> {
    const { exists, validity } = this.#entered();
    if (!this.#offered.has('ESEARCH') || exists === null || exists > MOST_SEARCHED) return null;
    if (exists === 0) return [];
    return this.#converse(allUids(this.#host, this.#tags, validity));
  }

  get hasLabels(): boolean {
    return this.#offered.has(GMAIL);
  }

  get window(): number {
    return this.#fetches.window;
  }

  get throttled(): boolean {
    return this.#fetches.throttled;
  }

  async fetch(keys: readonly RemoteKey[], receiver: Receiver): Promise<void> {
    const { validity } = this.#entered();
    try {
      const how = { tags: this.#tags, validity, gmail: this.hasLabels };
      await this.#fetches.fetch(this.#open(), how, keys, receiver);
    } catch (thrown) {
      this.#learn(thrown);
      throw thrown;
    }
  }

  unfit(): Promise<string | undefined> {
    return unfit(this.#toChange());
  }

  async objections(doomed: readonly Doomed[]): Promise<Map<KnownKey, string>> {
    return objections(this.#toChange(), doomed, this);
  }

  remove(keys: readonly RemoteKey[]): Promise<Removal> {
    return remove(this.#toChange(), uidsOf(keys));
  }

  async noop(): Promise<void> {
    if (!this.#fetches.busy) await this.#open().converse(noop(this.#host, this.#tags));
  }

  async close(): Promise<void> {
    await this.#connection?.converse(logout(this.#tags));
    this.abort();
  }

  abort(): void {
    this.#aborted = true;
    this.#connection?.close();
  }

  async #enable(words: readonly string[]): Promise<ReadonlySet<string>> {
    if (words.length === 0 || this.#avoid.has('ENABLE')) return new Set();
    return this.#converse(enable(this.#host, this.#tags, words));
  }

  /** Mail compresses to about a half: worth it where octets cost time. To this machine they cost none, and it does. */
  async #compress(connection: Connection): Promise<void> {
    this.#compressed = false;
    if (connection.channel.loopback || !this.#offered.has('COMPRESS=DEFLATE') || this.#avoid.has(COMPRESS))
      return;
    this.#compressed = await connection.converse(compress(this.#host, this.#tags));
    if (!this.#compressed) this.#avoid.add(COMPRESS);
  }

  async #converse<T>(dialogue: Dialogue<T>): Promise<T> {
    try {
      return await this.#open().converse(dialogue);
    } catch (thrown) {
      this.#learn(thrown);
      throw thrown;
    }
  }

  /** What the host does not bear (I-005) is not said to it again. */
  #learn(thrown: unknown): void {
    if (!(thrown instanceof MailError)) return;
    if (thrown.avoid !== undefined) this.#avoid.add(thrown.avoid);
    // Nonsense may be the server's, or that of its compressing: the next connection is without it.
    if (this.#compressed && thrown.kind === 'protocol') this.#avoid.add(COMPRESS);
  }

  #open(): Connection {
    if (this.#connection === undefined) throw new Error('the source is not open');
    return this.#connection;
  }

  #toChange(): Entered {
    const { validity } = this.#entered();
    if (this.#folder === undefined) throw new Error('no folder is open');
    return {
      connection: this.#open(),
      host: this.#host,
      tags: this.#tags,
      capabilities: this.#offered,
      folder: this.#folder,
      validity,
      folders: () => this.folders(),
    };
  }

  #entered(): Examined {
    if (this.#state === undefined) throw new Error('no folder is open');
    return this.#state;
  }
}

/** Never below UIDNEXT alone: it may go back (I-098). */
const ALL: readonly UidRange[] = [{ from: 1, to: MAX_UID }];

/** STATUS commands in flight at once: together they are short of what a server's buffer holds. */
const STATUSES = 50;

/** Messages up to which all UIDs are told in one line, which has to be short of the longest that is read. */
const MOST_SEARCHED = 100_000;

function listed({ uid, ...facts }: Row): Listed {
  return { key: { uid }, ...facts };
}

function uidsOf(keys: readonly RemoteKey[]): Uid[] {
  return keys.flatMap((key) => ('uid' in key ? [key.uid] : []));
}

function empty(host: string, exists: number): MailError {
  return new MailError({
    kind: 'refused',
    retry: 'later',
    message: `${host} lists none of the ${exists} messages of a folder`,
    code: 'EMPTY',
  });
}
