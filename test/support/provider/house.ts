// What the three servers of a provider share: its people, its faults, what it heard, and what was handed in for sending.
import type { CertificateName } from '../certificates.ts';
import type { Faults } from './faults.ts';
import type { DeliverOptions, StoredMessage, User } from './mailbox.ts';
import { folderOf } from './mailbox.ts';

/** Which server a client talks to. */
export type Protocol = 'IMAP' | 'POP3' | 'SMTP';

/** A message that SMTP took over: its dot was obeyed, whether or not the client heard so. */
export interface Submission {
  /** The login that sent it. */
  readonly user: string;
  /** The envelope's sender, as given. */
  readonly from: string;
  /** The envelope's accepted recipients, as given. */
  readonly recipients: readonly string[];
  /** What MAIL said beside the address, and RCPT of each accepted recipient: `SIZE=100 BODY=8BITMIME`. */
  readonly parameters: { readonly mail: string; readonly rcpt: readonly string[] };
  /** Which connection it came over, and whether by BDAT. */
  readonly connection: number;
  readonly chunked: boolean;
  /** Unstuffed, byte for byte. */
  readonly bytes: Buffer;
  /** With its angle brackets; null where the message has none. */
  readonly messageId: string | null;
}

/** One command line as a client sent it. AUTH's secret lines are not kept. */
export interface Heard {
  readonly protocol: Protocol;
  /** Which connection of that protocol: 0 is the first. */
  readonly connection: number;
  readonly line: string;
}

/** The shared state of a provider. */
export interface House {
  /** What the servers call themselves. */
  readonly name: string;
  readonly certificate: CertificateName;
  /** True: nobody may log in before TLS. */
  readonly secureOnly: boolean;
  /** True: SMTP files each message into the sender's Sent folder, as Gmail does. */
  readonly filesSent: boolean;
  /** True: X-GM-EXT-1 is offered, and a MOVE is Gmail's. */
  readonly gmail: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Whether a token is good for an address; undefined: nobody logs in by tokens. */
  readonly tokens: ((address: string, token: string) => boolean) | undefined;
  readonly faults: Faults;
  readonly users: Map<string, User>;
  readonly heard: Heard[];
  readonly submissions: Submission[];
  /** The recipients that greylisting has seen. */
  readonly greeted: Set<string>;
  /** POP3: fetched in a session that QUIT ended. */
  readonly popped: Set<StoredMessage>;
  /** Messages so far: UIDLs are made from it. */
  serial: number;
}

/** The user with that address and password, or undefined. */
export function logIn(house: House, address: string, password: string): User | undefined {
  const user = house.users.get(address.toLowerCase());
  return user?.password === password ? user : undefined;
}

/** Puts a message into a folder. Throws when user or folder are unknown. */
export function deliver(
  house: House,
  address: string,
  folder: string,
  bytes: Buffer,
  options: DeliverOptions = {},
): StoredMessage {
  const user = house.users.get(address.toLowerCase());
  if (user === undefined) throw new Error(`no user ${address}`);
  const uidl = `keep${String(++house.serial).padStart(6, '0')}`;
  return folderOf(user, folder).add(bytes, uidl, options.internalDate ?? house.now(), options.flags ?? []);
}

/** True where an IMAP extension is offered. */
export function offers(house: House, word: string): boolean {
  return !house.faults.without.has(word);
}

/** What a client is shown: all but the hidden, and the newest n where the window fault is on. A copy. */
export function shown(house: House, messages: readonly StoredMessage[]): StoredMessage[] {
  const { window, hidden } = house.faults;
  const seen = messages.filter((message) => !hidden(message));
  return window === null ? seen : seen.slice(Math.max(0, seen.length - window));
}
