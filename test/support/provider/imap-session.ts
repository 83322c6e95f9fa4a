// What one IMAP client has said so far, and its view of the open folder, which changes only where the protocol lets it.
import type { House } from './house.ts';
import { shown } from './house.ts';
import type { Token } from './imap-command.ts';
import type { Mailbox, StoredMessage, User } from './mailbox.ts';
import type { Wire } from './wire.ts';

/** Does one command and returns its tagged answer without the tag: `OK done`, `NO [CODE] why`. */
export type ImapVerb = (session: ImapSession, args: readonly Token[], tag: string) => Promise<string>;

/** One client. */
export class ImapSession {
  readonly wire: Wire;
  readonly house: House;
  user: User | undefined;
  /** What ENABLE turned on, in upper case. */
  readonly enabled: Set<string> = new Set();
  /** True once ID came after the login. */
  identified = false;
  mailbox: Mailbox | undefined;
  readOnly = true;
  /** NOTIFY asked for news of all folders. */
  notified = false;
  /** The folder as this client knows it: message number n is at n - 1. */
  view: StoredMessage[] = [];
  /** Where the view ends in the folder: the UID that it has seen at most. */
  #seen = 0;

  constructor(wire: Wire, house: House) {
    this.wire = wire;
    this.house = house;
  }

  /** Opens a folder, or closes the open one. */
  open(mailbox: Mailbox | undefined, readOnly: boolean): void {
    this.mailbox = mailbox;
    this.readOnly = readOnly;
    this.view = mailbox === undefined ? [] : shown(this.house, mailbox.messages);
    this.#seen = mailbox?.messages.at(-1)?.uid ?? 0;
  }

  /** The folder that a client names by its wire name, or undefined. */
  folder(wire: string): Mailbox | undefined {
    const name = wire.toUpperCase() === 'INBOX' ? 'INBOX' : wire;
    return [...(this.user?.folders.values() ?? [])].find((mailbox) => this.nameOf(mailbox) === name);
  }

  /** A folder's name as this client reads and writes it (latin1): UTF-8 once that is on (RFC 6855 §3). */
  nameOf({ name, wire }: Mailbox): string {
    return this.enabled.has('UTF8=ACCEPT') ? Buffer.from(name).toString('latin1') : wire;
  }

  /** Tells what went and what came since the last time (RFC 9051 §5.2). */
  async refresh(): Promise<void> {
    const { mailbox } = this;
    if (mailbox === undefined) return;
    for (let at = this.view.length - 1; at >= 0; at--) {
      const message = this.view[at];
      if (message?.gone !== true) continue;
      this.view.splice(at, 1);
      const byUid = this.enabled.has('QRESYNC'); // RFC 7162 §3.2.10
      await this.wire.put(byUid ? `* VANISHED ${message.uid}\r\n` : `* ${at + 1} EXPUNGE\r\n`);
    }
    const fresh = mailbox.messages.filter((message) => message.uid > this.#seen);
    if (fresh.length === 0) return;
    this.view.push(...fresh);
    this.#seen = fresh.at(-1)?.uid ?? this.#seen;
    await this.wire.put(`* ${this.view.length} EXISTS\r\n`);
  }
}
