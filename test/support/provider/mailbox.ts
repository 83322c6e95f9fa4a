// Messages at rest: a folder with its UIDs, and the person whose folders they are.
import { decodeModifiedUtf7, encodeModifiedUtf7 } from './modified-utf7.ts';

/** A message in a folder. Its bytes never change; its uid only by `renumber`. */
export interface StoredMessage {
  readonly bytes: Buffer;
  /** Unique in the whole provider, and stable over `renumber`. */
  readonly uidl: string;
  uid: number;
  readonly flags: Set<string>;
  /** Milliseconds since 1970. */
  readonly internalDate: number;
  /** True once it was expunged. */
  gone: boolean;
  /** When it or its flags changed last (RFC 7162 §3.1). */
  modseq: number;
  /** At Gmail. */
  readonly gmail?: GmailMessage | undefined;
}

/** What Gmail knows of a message in all of its folders. */
export interface GmailMessage {
  readonly id: string;
  readonly thread: string;
  readonly labels: Set<string>;
}

/** What may be said of a message when it is put into a folder. */
export interface DeliverOptions {
  readonly flags?: readonly string[];
  /** Milliseconds since 1970; default: the provider's clock. */
  readonly internalDate?: number;
}

/** Flags that tell when they change. */
class Flags extends Set<string> {
  readonly #changed: () => void;

  constructor(flags: readonly string[], changed: () => void) {
    super();
    this.#changed = changed;
    for (const flag of flags) super.add(flag);
  }

  override add(flag: string): this {
    super.add(flag);
    this.#changed();
    return this;
  }

  override delete(flag: string): boolean {
    this.#changed();
    return super.delete(flag);
  }

  override clear(): void {
    this.#changed();
    super.clear();
  }
}

let folders = 0;

/** A folder. */
export class Mailbox {
  name: string;
  /** The name in modified UTF-7, as LIST shows it. */
  wire: string;
  /** It stays when the name changes (RFC 8474 §4). */
  readonly id: string = `F${++folders}`;
  modseq = 1;
  /** UIDs that went, and when. */
  vanished: { readonly uid: number; readonly modseq: number }[] = [];
  readonly attributes: readonly string[];
  validity: number;
  uidNext = 1;
  /** Ascending by UID. Grows in place; replaced when messages go. */
  messages: StoredMessage[] = [];
  /** Called after each change: an IDLE listens here. */
  readonly watchers: Set<() => void> = new Set();

  constructor(name: string, attributes: readonly string[], validity: number) {
    this.name = name;
    this.wire = encodeModifiedUtf7(name);
    this.attributes = attributes;
    this.validity = validity;
  }

  /** Puts a message at the end. The buffer is kept, not copied. */
  add(
    bytes: Buffer,
    uidl: string,
    internalDate: number,
    flags: readonly string[],
    gmail?: GmailMessage,
  ): StoredMessage {
    const message: StoredMessage = {
      bytes,
      uidl,
      uid: this.uidNext++,
      flags: new Flags(flags, () => (message.modseq = ++this.modseq)),
      internalDate,
      gone: false,
      modseq: ++this.modseq,
      gmail,
    };
    this.messages.push(message);
    this.#changed();
    return message;
  }

  /** Removes messages for good. */
  remove(messages: ReadonlySet<StoredMessage>): void {
    for (const message of messages) {
      message.gone = true;
      this.vanished.push({ uid: message.uid, modseq: ++this.modseq });
    }
    this.messages = this.messages.filter((message) => !message.gone);
    this.#changed();
  }

  /** A new UIDVALIDITY and new UIDs, from 1, in the same order. */
  renumber(): void {
    this.validity += 1000;
    this.uidNext = 1;
    this.vanished = [];
    for (const message of this.messages) message.uid = this.uidNext++;
    this.#changed();
  }

  /** A new name; all else stays. */
  rename(name: string): void {
    this.name = name;
    this.wire = encodeModifiedUtf7(name);
  }

  #changed(): void {
    for (const watcher of this.watchers) watcher();
  }
}

/** A person with a password and folders. */
export interface User {
  /** Lower-case; the login name too. */
  readonly address: string;
  password: string;
  /** By readable name; `INBOX` is always there. */
  readonly folders: Map<string, Mailbox>;
}

/** The folder of that readable name. Throws when there is none. */
export function folderOf(user: User, name: string): Mailbox {
  const found = user.folders.get(name);
  if (found === undefined) throw new Error(`${user.address} has no folder ${name}`);
  return found;
}

/** Makes a folder by its wire name. */
export function makeFolder(user: User, wire: string, attributes: readonly string[]): Mailbox {
  const name = decodeModifiedUtf7(wire);
  const mailbox = new Mailbox(name, attributes, 1_700_000_000 + user.folders.size);
  user.folders.set(name, mailbox);
  return mailbox;
}
