// A small mail provider on loopback, for tests and the demo: IMAP, POP3 and SMTP over the same users and folders, all in
// memory. It is honest and quick until its faults are switched on.
import type { CertificateName } from '../certificates.ts';
import { CA_FILE } from '../certificates.ts';
import { listen } from '../listener.ts';
import type { Listener } from '../listener.ts';
import type { Faults } from './faults.ts';
import { noFaults } from './faults.ts';
import type { House, Heard, Protocol, Submission } from './house.ts';
import { deliver } from './house.ts';
import { serveImap } from './imap.ts';
import type { DeliverOptions, StoredMessage, User } from './mailbox.ts';
import { folderOf, Mailbox } from './mailbox.ts';
import { servePop3 } from './pop3.ts';
import { serveSmtp } from './smtp.ts';

/** How to start a provider. All of it may be left out. */
export interface ProviderOptions {
  /** Logins, as address and password. Default: nobody; `addUser` adds more. */
  readonly users?: Readonly<Record<string, string>>;
  /** The certificate that it shows; default `good`. */
  readonly certificate?: CertificateName;
  /** True: no login before TLS on the ports that begin in clear. */
  readonly secureOnly?: boolean;
  /** True: SMTP files what it takes into the sender's Sent folder. */
  readonly filesSent?: boolean;
  /** True: IMAP is Gmail's (X-GM-EXT-1); see `addGmailUser`. */
  readonly gmail?: boolean;
  /** Whether a token is good for an address: XOAUTH2 and OAUTHBEARER are offered. Default: nobody logs in by tokens. */
  readonly tokens?: (address: string, token: string) => boolean;
  /** What the servers call themselves; default `mail.test`. */
  readonly name?: string;
  /** Milliseconds since 1970, for internal dates; default: the machine's clock. */
  readonly now?: () => number;
}

/** Ports of 127.0.0.1: those with an s begin with TLS, the others in clear and offer STARTTLS or STLS. */
export type Ports = Readonly<Record<'imap' | 'imaps' | 'pop3' | 'pop3s' | 'smtp' | 'smtps', number>>;

/** A running provider. */
export interface Provider {
  readonly host: '127.0.0.1';
  readonly ports: Ports;
  /** Path of the CA certificate to trust. */
  readonly ca: string;
  /** Change its fields at any time; they strike at the next command. */
  readonly faults: Faults;
  /** What SMTP took over, in order. */
  readonly submissions: readonly Submission[];
  /** Adds a person with INBOX, 客户往来, Sent and Junk, or with these folders beside INBOX. */
  addUser(address: string, password: string, folders?: readonly string[]): User;
  setPassword(address: string, password: string): void;
  /** Puts a message into a folder (by its readable name). Throws when user or folder are unknown. */
  deliver(address: string, folder: string, bytes: Buffer, options?: DeliverOptions): StoredMessage;
  /** The messages in a folder now, ascending by UID. */
  messages(address: string, folder: string): readonly StoredMessage[];
  /** Expunges these messages (default: all) from a folder. */
  remove(address: string, folder: string, messages?: readonly StoredMessage[]): void;
  /** A new UIDVALIDITY and new UIDs. */
  renumber(address: string, folder: string): void;
  /** The folder itself, to change what it says of itself. */
  mailbox(address: string, folder: string): Mailbox;
  /** The folder's own UIDs, UIDVALIDITY and MAILBOXID go with it. */
  rename(address: string, folder: string, name: string): void;
  /** Puts a folder of this name in its place. */
  addFolder(address: string, folder: string, mailbox: Mailbox): void;
  /** Removes a folder and all that it holds. */
  dropFolder(address: string, folder: string): void;
  /** How often SMTP took over a message with this Message-ID (with its angle brackets). */
  accepted(messageId: string): number;
  /** The command lines heard so far, with secrets left out; of one protocol, or of all. */
  heard(protocol?: Protocol): readonly Heard[];
  /** Connections so far over a protocol, in clear and under TLS. */
  connections(protocol: Protocol): number;
  /** Octets said so far over a protocol, both ways, TLS taken off. */
  octets(protocol: Protocol): number;
  /** Closes every open connection; the ports stay open. */
  hangUp(): void;
  /** Ends it all. Throws the first error that a server met, if one did. Safe to call twice. */
  stop(): Promise<void>;
}

const FOLDERS: readonly string[] = ['客户往来', 'Sent', 'Junk'];
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = { Sent: ['\\Sent'], Junk: ['\\Junk'] };
const SERVERS = { IMAP: serveImap, POP3: servePop3, SMTP: serveSmtp } as const;

/** Starts a provider on free ports of 127.0.0.1. */
export async function startProvider(options: ProviderOptions = {}): Promise<Provider> {
  const house = furnish(options);
  const listeners: Record<Protocol, [Listener, Listener]> = {
    IMAP: await open('IMAP', house),
    POP3: await open('POP3', house),
    SMTP: await open('SMTP', house),
  };
  const all = Object.values(listeners).flat();
  let told = false;
  const userOf = (address: string): User => {
    const user = house.users.get(address.toLowerCase());
    if (user === undefined) throw new Error(`no user ${address}`);
    return user;
  };
  const provider: Provider = {
    host: '127.0.0.1',
    ports: {
      imap: listeners.IMAP[0].port,
      imaps: listeners.IMAP[1].port,
      pop3: listeners.POP3[0].port,
      pop3s: listeners.POP3[1].port,
      smtp: listeners.SMTP[0].port,
      smtps: listeners.SMTP[1].port,
    },
    ca: CA_FILE,
    faults: house.faults,
    submissions: house.submissions,
    addUser: (address, password, folders = FOLDERS) => addUser(house, address, password, folders),
    setPassword: (address, password) => void (userOf(address).password = password),
    deliver: (address, folder, bytes, how) => deliver(house, address, folder, bytes, how),
    messages: (address, folder) => [...folderOf(userOf(address), folder).messages],
    remove: (address, folder, messages) => {
      const mailbox = folderOf(userOf(address), folder);
      mailbox.remove(new Set(messages ?? mailbox.messages));
    },
    renumber: (address, folder) => folderOf(userOf(address), folder).renumber(),
    mailbox: (address, folder) => folderOf(userOf(address), folder),
    rename: (address, folder, name) => {
      const { folders } = userOf(address);
      const mailbox = folderOf(userOf(address), folder);
      folders.delete(folder);
      folders.set(name, mailbox);
      mailbox.rename(name);
    },
    addFolder: (address, folder, mailbox) => void userOf(address).folders.set(folder, mailbox),
    dropFolder: (address, folder) => {
      folderOf(userOf(address), folder);
      userOf(address).folders.delete(folder);
    },
    accepted: (id) => house.submissions.filter((submission) => submission.messageId === id).length,
    heard: (protocol) => house.heard.filter((heard) => protocol === undefined || heard.protocol === protocol),
    connections: (protocol) => listeners[protocol].reduce((sum, { peers }) => sum + peers.length, 0),
    octets: (protocol) =>
      listeners[protocol].flatMap(({ peers }) => peers).reduce((sum, { passed }) => sum + passed, 0),
    hangUp: () => all.forEach((listener) => listener.hangUp()),
    stop: async () => {
      await Promise.all(all.map((listener) => listener.stop()));
      const [error] = all.flatMap((listener) => listener.errors);
      if (error !== undefined && !told) {
        told = true;
        throw error;
      }
    },
  };
  for (const [address, password] of Object.entries(options.users ?? {})) provider.addUser(address, password);
  return provider;
}

/** What Gmail does not offer. */
const NOT_AT_GMAIL = ['QRESYNC', 'OBJECTID', 'NOTIFY', 'MULTIAPPEND', 'CREATE-SPECIAL-USE'];

function furnish(options: ProviderOptions): House {
  const faults = noFaults();
  if (options.gmail === true) for (const word of NOT_AT_GMAIL) faults.without.add(word);
  return {
    name: options.name ?? 'mail.test',
    certificate: options.certificate ?? 'good',
    secureOnly: options.secureOnly ?? false,
    filesSent: options.filesSent ?? false,
    gmail: options.gmail ?? false,
    now: options.now ?? Date.now,
    tokens: options.tokens,
    faults,
    users: new Map(),
    heard: [],
    submissions: [],
    greeted: new Set(),
    popped: new Set(),
    serial: 0,
  };
}

function open(protocol: Protocol, house: House): Promise<[Listener, Listener]> {
  const serve = SERVERS[protocol];
  return Promise.all([
    listen((peer) => serve(peer, house)),
    listen((peer) => serve(peer, house), house.certificate),
  ]);
}

function addUser(house: House, address: string, password: string, folders: readonly string[]): User {
  const names = ['INBOX', ...folders.filter((name) => name !== 'INBOX')];
  const boxes = names.map((name, at): [string, Mailbox] => {
    // Like a server that takes the time of creation, but the same in every run.
    const validity = 1_600_000_000 + house.users.size * 100 + at;
    return [name, new Mailbox(name, ATTRIBUTES[name] ?? [], validity)];
  });
  const user = { address: address.toLowerCase(), password, folders: new Map(boxes) };
  house.users.set(user.address, user);
  return user;
}
