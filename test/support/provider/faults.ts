// What the provider can be told to do wrong, each the habit of some real server. Tests change these fields while it runs.
import type { StoredMessage } from './mailbox.ts';

/**
 * The faults of one provider. Commands are named by protocol and verb, upper-case: `IMAP ID`, `IMAP UID FETCH`,
 * `POP3 CAPA`, `SMTP RCPT`; `GREETING` stands for the first line of each, `SMTP DOT` for the end of DATA.
 */
export interface Faults {
  /** IMAP: capabilities that are not offered; the commands behind them are not known then. */
  readonly without: Set<string>;
  /** IMAP: SELECT and EXAMINE are refused with "Unsafe Login" until ID came after the login (NetEase). */
  requireId: boolean;
  /** IMAP: these commands get `* BAD Command!` and no tagged answer (QQ). */
  readonly bad: Set<string>;
  /** These commands are never answered; the connection stays. */
  readonly silent: Set<string>;
  /** At these commands the connection is closed instead of an answer. */
  readonly hangUp: Set<string>;
  /** These commands are not obeyed; this line answers (IMAP: behind the tag). One that begins with 421 closes as well. */
  readonly answers: Map<string, string>;
  /** Called at each command, with its verb and its connection, before it is obeyed, and (IMAP, and QUIT of POP3) before it is answered. */
  watch: (when: 'heard' | 'obeyed', verb: string, connection: number) => void;
  /** IMAP: so many APPENDs are obeyed, and the connection closed instead of an answer. */
  dropAfterAppend: number;
  /** `times` connections are closed after `after` octets of message bodies each (IMAP and POP3). */
  cut: { readonly after: number; times: number } | null;
  /** The body of such a message is refused: IMAP tells NO at the end of the FETCH, POP3 -ERR. */
  refuse: (message: StoredMessage) => boolean;
  /** IMAP: the octets of a message are sent once this is over; those before it have been. */
  hold: (message: StoredMessage) => Promise<void> | undefined;
  /** IMAP: a FETCH of bodies is answered `OK Success [THROTTLED]` (Gmail). */
  throttled: boolean;
  /** The body of such a message is left out of a FETCH that ends with OK. */
  omit: (message: StoredMessage) => boolean;
  /** Only the newest n messages of each folder are shown (QQ, 163, Gmail POP). */
  window: number | null;
  /** Such a message is not shown, nor counted. */
  hidden: (message: StoredMessage) => boolean;
  /** IMAP: added to what RFC822.SIZE tells (I-066). */
  sizeLie: number;
  /** IMAP: the folders whose STATUS is left out. */
  readonly statusless: Set<string>;
  /** IMAP: QRESYNC tells that all UIDs vanished (James, I-111). */
  allVanish: boolean;
  /** IMAP: folders that LIST leaves out, though they are there (Outlook, I-063). */
  readonly unlisted: Set<string>;
  /** Each SELECT, EXAMINE or STATUS shows a new UIDVALIDITY and new UIDs. */
  freshValidity: boolean;
  /** POP3: the unique-id shown in connection n; empty: the row is blank. */
  uidl: (message: StoredMessage, connection: number) => string;
  /** POP3: STAT counts so many more than LIST names. */
  overcount: number;
  /** POP3: the octets that LIST claims. */
  claim: (message: StoredMessage) => number | string;
  /** POP3: TOP gives these octets of a header instead of its own. */
  top: (head: Buffer) => Buffer;
  /** POP3: what CAPA names beside the usual. */
  readonly extras: string[];
  /** POP3: hangs up when a command comes before the one before it is answered (o2.pl). */
  breaksWindows: boolean;
  /** POP3: shows only the oldest n messages that were not fetched, in a session ended by QUIT, before (Gmail). */
  sessionWindow: number | null;
  /** POP3: DELE marks all that there is. */
  marksAll: boolean;
  /** POP3: what DELE marked has no number any more, and those behind it have one less. */
  numbersAnew: boolean;
  /** POP3: so many times QUIT is obeyed and not answered. */
  dropAfterQuit: number;
  /** SMTP: so many times the message is taken and the connection closed before the reply to the dot. */
  dropAfterDot: number;
  /** SMTP: so many times the dot is answered by 250, then garbage, then a close. */
  garbageAfterDot: number;
  /** SMTP: the reply to RCPT for these addresses (lower-case), e.g. `552 5.2.2 Mailbox full`. */
  readonly recipients: Map<string, string>;
  /** SMTP: the first RCPT for each address is answered by 451 4.7.1. */
  greylist: boolean;
  /** SMTP: the AUTH mechanisms that it offers and takes; default PLAIN, LOGIN and CRAM-MD5. */
  mechanisms: readonly string[];
  /** SMTP: keywords of EHLO that are not offered, upper-case. */
  readonly withhold: Set<string>;
  /** SMTP: messages that one connection may carry; the next one finds a 421 that was said unasked. */
  perConnection: number;
  /** SMTP: milliseconds before each reply. */
  slow: number;
}

/** A server without fault. */
export function noFaults(): Faults {
  return {
    without: new Set(),
    requireId: false,
    bad: new Set(),
    silent: new Set(),
    watch: () => {},
    dropAfterAppend: 0,
    hangUp: new Set(),
    answers: new Map(),
    cut: null,
    refuse: () => false,
    hold: () => undefined,
    throttled: false,
    omit: () => false,
    window: null,
    hidden: () => false,
    sizeLie: 0,
    statusless: new Set(),
    allVanish: false,
    unlisted: new Set(),
    freshValidity: false,
    uidl: (message) => message.uidl,
    overcount: 0,
    claim: (message) => message.bytes.length,
    top: (head) => head,
    extras: [],
    breaksWindows: false,
    sessionWindow: null,
    marksAll: false,
    numbersAnew: false,
    dropAfterQuit: 0,
    dropAfterDot: 0,
    garbageAfterDot: 0,
    recipients: new Map(),
    greylist: false,
    mechanisms: ['PLAIN', 'LOGIN', 'CRAM-MD5'],
    withhold: new Set(),
    perConnection: Infinity,
    slow: 0,
  };
}
