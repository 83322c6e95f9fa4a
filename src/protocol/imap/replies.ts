// What IMAP servers say when they refuse, beside the logins: response codes (RFC 5530 §3) and loose words, as data.
import {
  BUSY,
  CLOSED_FOLDER,
  EXPIRED,
  FILTERED,
  IN_USE,
  MAILBOX_FULL,
  NOT_ALLOWED,
  OPERATOR,
  OVER_BANDWIDTH,
  SLOWER,
  TLS_FIRST,
  WEB_LOGIN,
} from '../cures.ts';
import type { KnownCodes, KnownReply, Verdict } from '../replies.ts';

const WAIT = { kind: 'busy', retry: 'later' } as const;
const PERSON = { kind: 'auth', retry: 'never' } as const;
/** One folder or one message may fail for ever; the rest of the account need not wait for a person. */
const REFUSED = { kind: 'refused', retry: 'later' } as const;

/** Where the words and the code say nothing: a BAD is about the command, not about the password. */
export const OTHERWISE: Readonly<Record<'login' | 'command', Verdict>> = { login: PERSON, command: REFUSED };

/** RFC 5530 §3, but for those with another source. */
export const CODES: KnownCodes = {
  UNAVAILABLE: { ...WAIT, hint: BUSY }, // a subsystem is down for a while
  INUSE: { ...WAIT, hint: IN_USE }, // another client holds the folder
  LIMIT: { ...WAIT, hint: SLOWER }, // too much at once (I-084)
  THROTTLED: { ...WAIT, hint: SLOWER }, // I-030
  // I-031: Gmail locks an account out for up to a day, and longer where it is asked again too soon
  OVERQUOTA: { ...WAIT, after: 3_600_000, hint: OVER_BANDWIDTH },
  SERVERBUG: REFUSED,
  CONTACTADMIN: { ...REFUSED, hint: OPERATOR },
  AUTHENTICATIONFAILED: PERSON,
  AUTHORIZATIONFAILED: { ...PERSON, hint: NOT_ALLOWED }, // I-076
  EXPIRED: { ...PERSON, hint: EXPIRED },
  WEBALERT: { ...PERSON, hint: WEB_LOGIN }, // I-040
  PRIVACYREQUIRED: { ...PERSON, hint: TLS_FIRST },
};

/** What is said of folders and messages. */
export const REPLIES: readonly KnownReply[] = [
  { says: /folder lookup failed|not writ(e|able)|not selectable/i, ...REFUSED, hint: CLOSED_FOLDER }, // I-037
  { says: /^X{6,}|command filtered/i, ...REFUSED, hint: FILTERED }, // T-012
];

/** RFC 5530 §3: where a message is filed OVERQUOTA means the mailbox, and no day's allowance. Hours do not make room. */
const FULL = { ...WAIT, after: 3_600_000, hint: MAILBOX_FULL };
export const FULL_MAILBOX: RegExp =
  /(?:over|exceed\w*(?: your)?(?: \w+)?) ?quota|quota\b.{0,20}\b(?:exceed|full|reached)|(?:mailbox|邮箱|空间|容量).{0,20}(?:is full|满|不足)/i;

/** What is said of a message that is to be filed. */
export const FILING: { readonly codes: KnownCodes; readonly rows: readonly KnownReply[] } = {
  codes: { ...CODES, OVERQUOTA: FULL },
  rows: [{ says: FULL_MAILBOX, ...FULL }, ...REPLIES],
};
