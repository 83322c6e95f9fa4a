// Gmail's ways with a mailbox: each message lies once in All Mail, in Spam or in the trash; every other folder is a label, and
// shows the same message under a UID of its own (X-GM-EXT-1).
import { Mailbox, type DeliverOptions, type GmailMessage, type StoredMessage, type User } from './mailbox.ts';
import { encodeModifiedUtf7 } from './modified-utf7.ts';
import type { Provider } from './provider.ts';

/** Names of the server's own folders below `[Gmail]`, which follow the person's language. */
export interface GmailNames {
  readonly all: string;
  readonly spam: string;
  readonly trash: string;
  readonly sent: string;
  readonly starred: string;
}

export const ENGLISH: GmailNames = {
  all: '[Gmail]/All Mail',
  spam: '[Gmail]/Spam',
  trash: '[Gmail]/Trash',
  sent: '[Gmail]/Sent Mail',
  starred: '[Gmail]/Starred',
};

export const CHINESE: GmailNames = {
  all: '[Gmail]/所有邮件',
  spam: '[Gmail]/垃圾邮件',
  trash: '[Gmail]/已删除邮件',
  sent: '[Gmail]/已发邮件',
  starred: '[Gmail]/已加星标',
};

/** A mailbox at Gmail. */
export interface GmailBox {
  readonly names: GmailNames;
  /** Puts a message into All Mail with these labels: `\Inbox`, `\Sent`, `\Starred`, `\Important`, or a person's own. */
  deliver(bytes: Buffer, labels: readonly string[], options?: DeliverOptions): StoredMessage;
  /** Puts a message into Spam. */
  spam(bytes: Buffer, options?: DeliverOptions): StoredMessage;
  /** Gives a message of All Mail other labels. */
  relabel(message: StoredMessage, labels: readonly string[]): void;
  /** What a person does with the key for deleting: from All Mail, and all labels, into the trash. */
  trash(message: StoredMessage): void;
}

/** Adds a person at Gmail. The provider must have been started with `gmail: true`. */
export function addGmailUser(
  provider: Provider,
  address: string,
  password: string,
  names: GmailNames = ENGLISH,
): GmailBox {
  const user = provider.addUser(address, password, []);
  const add = (name: string, ...attributes: string[]): Mailbox => {
    const mailbox = new Mailbox(name, attributes, user.folders.size + 10);
    provider.addFolder(address, name, mailbox);
    return mailbox;
  };
  add('[Gmail]', '\\Noselect');
  const all = add(names.all, '\\All');
  const spam = add(names.spam, '\\Junk');
  const trash = add(names.trash, '\\Trash');
  add(names.sent, '\\Sent');
  add(names.starred, '\\Flagged');
  const folderFor = (label: string): Mailbox | undefined => {
    if (label === '\\Important') return undefined; // not shown in IMAP
    const own: Readonly<Record<string, string>> = {
      '\\Inbox': 'INBOX',
      '\\Sent': names.sent,
      '\\Starred': names.starred,
    };
    const name = own[label] ?? label;
    return user.folders.get(name) ?? add(name);
  };
  let serial = 1_278_455_344_230_334_000n;
  const put = (mailbox: Mailbox, bytes: Buffer, labels: readonly string[], how: DeliverOptions = {}) => {
    const id = String(++serial);
    const gmail: GmailMessage = { id, thread: id, labels: new Set(labels) };
    const date = how.internalDate ?? Number(serial % 1_000_000n) * 1000;
    return mailbox.add(bytes, `gmail${id}`, date, how.flags ?? [], gmail);
  };
  const label = (message: StoredMessage): void => {
    const { bytes, uidl, internalDate, flags, gmail } = message;
    for (const name of gmail?.labels ?? [])
      folderFor(name)?.add(bytes, uidl, internalDate, [...flags], gmail);
  };
  return {
    names,
    deliver: (bytes, labels, how) => {
      const message = put(all, bytes, labels, how);
      label(message);
      return message;
    },
    spam: (bytes, how) => put(spam, bytes, [], how),
    relabel: (message, labels) => {
      takeFrom(user, message, (mailbox) => mailbox !== all);
      message.gmail?.labels.clear();
      for (const name of labels) message.gmail?.labels.add(name);
      label(message);
      message.modseq = ++all.modseq;
    },
    trash: (message) => moveAtGmail(user, message, trash),
  };
}

/** A message moves to Spam or the trash: it leaves All Mail and all labels, and keeps its id. */
export function moveAtGmail(user: User, message: StoredMessage, to: Mailbox): void {
  const { bytes, uidl, internalDate, flags, gmail } = message;
  takeFrom(user, message, () => true);
  if (gmail !== undefined) to.add(bytes, uidl, internalDate, [...flags], { ...gmail, labels: new Set() });
}

function takeFrom(user: User, { gmail }: StoredMessage, from: (mailbox: Mailbox) => boolean): void {
  for (const mailbox of user.folders.values()) {
    const same = mailbox.messages.filter((one) => one.gmail?.id === gmail?.id);
    if (from(mailbox) && same.length > 0) mailbox.remove(new Set(same));
  }
}

/** The labels of a message as Gmail writes them while a folder is open, whose own label it leaves out. */
export function labelList({ gmail }: StoredMessage, open: Mailbox | undefined): string {
  const own: Readonly<Record<string, string>> = {
    INBOX: '\\Inbox',
    [ENGLISH.sent]: '\\Sent',
    [CHINESE.sent]: '\\Sent',
    [ENGLISH.starred]: '\\Starred',
    [CHINESE.starred]: '\\Starred',
  };
  const name = open?.name ?? '';
  const labels = [...(gmail?.labels ?? [])].filter((label) => label !== (own[name] ?? name));
  return `(${labels.map(labelAsSent).join(' ')})`;
}

function labelAsSent(label: string): string {
  if (label.startsWith('\\')) return `"\\${label}"`;
  const wire = encodeModifiedUtf7(label);
  if (/["\\]/.test(wire)) return `{${wire.length}}\r\n${wire}`;
  return /^[\w&+/,-]+$/.test(wire) ? wire : `"${wire}"`;
}
