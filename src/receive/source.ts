// What receiving needs of a server, IMAP or POP3: folders, what a folder holds, and bodies as streams.
// imap-source and pop3-source are the two, and one contract suite holds them to the same promises.
import type { Folder, Labelled, RemoteKey } from '../model/mailbox.ts';
import type { MessageId, Uid, UidValidity } from '../model/ids.ts';
import type { KnownKey } from '../index/positions.ts';
import type { Told } from '../index/folders.ts';
import type { UidRange } from '../protocol/imap/sequence-set.ts';
import type { Surveyed } from '../protocol/imap/survey.ts';
import type { Sink } from '../protocol/dialogue.ts';
import type { MailError } from '../model/error.ts';

/** A folder as EXAMINE (or STAT) showed it. Null: the server did not say. */
export interface FolderState extends Told {
  readonly exists: number;
  /** The server may show a part of what it holds: a window of days, or of messages. Absence then proves nothing. */
  readonly window?: boolean;
}

/** One message in a listing. */
export interface Listed extends Labelled {
  readonly key: RemoteKey;
  /** The server's claim, never trusted; null where none was given. */
  readonly size: number | null;
  /** Empty for POP3. */
  readonly flags: readonly string[];
  /** IMAP: its flags were not told. */
  readonly flagless?: boolean;
  /** POP3: its number in this session. */
  readonly number?: number;
  /** INTERNALDATE in milliseconds since 1970; null or absent where it was not told. */
  readonly received?: number | null;
}

/** Since when. */
export interface Since {
  readonly validity: UidValidity;
  /** HIGHESTMODSEQ. */
  readonly modseq: string;
  /** UIDNEXT. */
  readonly uidNext: number;
}

/** What changed among the messages that were there. */
export interface Changes {
  /** With their flags alone. */
  readonly changed: readonly Listed[];
  /** UIDs that the server calls gone. It may be wrong (I-111). */
  readonly vanished: readonly UidRange[];
}

/** What is known of a body beside its octets. */
export interface BodyFacts extends Labelled {
  readonly flags: readonly string[];
  /** INTERNALDATE in milliseconds since 1970, null where absent or nonsense (I-179). */
  readonly received: number | null;
}

/** Takes the bodies of one fetch. */
export interface Receiver {
  /** A body begins; `octets` is the announced length, null for POP3. */
  begin(octets: number | null): Sink;
  /** The body in `sink` is whole and belongs to `key`. Called at most once a sink. */
  complete(sink: Sink, key: RemoteKey, facts: BodyFacts): void;
  /** The body in `sink` is not wanted after all: cut, or of a message that was not asked for. */
  abandon(sink: Sink): void;
  /** The server refused this one message; the others go on. */
  refused(key: RemoteKey, error: MailError): void;
}

/** A message that is to be deleted at the server. */
export interface Doomed {
  readonly key: RemoteKey;
  readonly id: MessageId;
  /** `headDigest` of the stored file. */
  readonly head: string;
  /** Octets of the stored file. */
  readonly size: number;
  /** Of the stored file, as `messageIdIn` reads it; null where it has none. */
  readonly msgid: string | null;
  /** INTERNALDATE as it was listed, milliseconds since 1970; null: none. */
  readonly received: number | null;
}

/** What became of a deletion. */
export interface Removal {
  /** The server said that they are deleted, or lists them no more. */
  readonly gone: readonly RemoteKey[];
  /** The server was asked, and did not say (P-036): the next listing tells. */
  readonly uncertain: readonly RemoteKey[];
}

/** A mail account at its server, for one poll. */
export interface Source {
  /** Connects and logs in. Throws MailError. */
  open(): Promise<void>;
  folders(): Promise<Folder[]>;
  /** The argument of a capability, '' where it has none; undefined where the server does not offer it. */
  tells(word: string): string | undefined;
  /**
   * All folders, with what the server says of those that are `kept` without opening them; null where it says nothing. Octets
   * are asked for with `sizes` alone.
   */
  survey(kept: (folder: Folder) => boolean, sizes?: boolean): Promise<readonly Surveyed[]>;
  /** Opens a folder read-only (EXAMINE); the calls below are about it. With `since`, changes() may cost nothing. */
  enter(folder: Folder, since?: Since): Promise<FolderState>;
  /** What the folder holds; IMAP: `within` these UIDs (default: all). */
  list(within?: readonly UidRange[]): Promise<Listed[]>;
  /** IMAP: the Message-ID fields (latin1) of messages; those that were not told are left out. */
  messageIds?(uids: readonly Uid[]): Promise<Map<Uid, string>>;
  /** What changed below the old UIDNEXT; null where the server cannot tell. */
  changes(since: Since): Promise<Changes | null>;
  /** The UIDs of all that the folder holds; null where a server cannot tell them cheaply. */
  uids(): Promise<readonly UidRange[] | null>;
  /** Folders are labels, and All Mail has them all (Gmail): messages say their labels and ids. */
  readonly hasLabels?: boolean;
  /** True where a new session shows messages that this one did not, once it was closed in order (P-004). */
  readonly showsByAndBy?: boolean;
  /** Something came in this session that is not to be kept as it came (POP3): a QUIT may make the server forget it. */
  readonly sentInVain?: boolean;
  /** The server slows this session down (I-030): other sessions beside the first should end. */
  readonly throttled?: boolean;
  /** Fetches in flight at once, at least 1. Where it is more, one more may be asked for: it goes out as soon as there is room. */
  readonly window: number;
  /**
   * Fetches bodies. It may be called again before it has resolved, with the same receiver: such fetches go out one behind the
   * other, and no key may be in two of them. What was asked for and neither completed nor refused when this resolves, or
   * rejects, is pending. Rejects when the connection is lost, or nothing more may be asked; the Source is then to be aborted.
   */
  fetch(keys: readonly RemoteKey[], receiver: Receiver): Promise<void>;
  /**
   * The headers of messages, as far as the server gives them: each with its blank line, or null. False where it gives none
   * at all. Only where a name may be that of another message (POP3).
   */
  heads?(keys: readonly RemoteKey[], took: (key: RemoteKey, head: Buffer | null) => void): Promise<boolean>;
  /** Why nothing can be deleted in the entered folder; undefined where it can. */
  unfit(): Promise<string | undefined>;
  /** What speaks against deleting these, asked of the server now: flagged, not there any more, another message. */
  objections(doomed: readonly Doomed[]): Promise<Map<KnownKey, string>>;
  /**
   * Deletes messages of the entered folder, and none but these. What is in neither list of the answer is still there. For
   * POP3 it ends the session. Throws MailError; what was asked for may then be gone.
   */
  remove(keys: readonly RemoteKey[]): Promise<Removal>;
  /** Keeps the session alive, where nothing is under way on it. No fetch may begin before it has resolved. */
  noop(): Promise<void>;
  /** Says goodbye (LOGOUT, QUIT) and closes. Call it only when all is stored: a POP3 QUIT may make a server forget. */
  close(): Promise<void>;
  /** Closes without a word. */
  abort(): void;
}
