// PURE: what a server's refusal means, where the digits alone tell it wrong: whom it is about, whether it is for good, when
// to come back, and what a person can do. A table of what providers really say; a new saying is a new row.
import type { Answer } from './event.ts';

/**
 * Whom a refusal is about: everything this account sends, this connection alone where it has carried other messages (else the
 * account), this message, or this recipient.
 */
export type Scope = 'account' | 'connection' | 'message' | 'recipient';

/** What a refusal means. */
export interface Meaning {
  readonly scope: Scope;
  readonly answer: Answer;
  /** Milliseconds before another try is of any use. */
  readonly after?: number;
  /** One sentence for the person. */
  readonly hint?: string;
}

interface Saying {
  /** The three digits: `5` stands for 5xx. */
  readonly code: string;
  readonly says: RegExp;
  readonly scope?: Scope;
  readonly answer?: Answer;
  readonly after?: number;
  readonly hint?: string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const FREQUENCY =
  'The provider limits how much may be sent in a minute, an hour and a day; it will be tried again by itself.';
const OWN_ADDRESS =
  'This provider sends only for the address that logged in: write it into From, or drop the file into the folder of the account that owns the sender.';
const LIKE_SPAM =
  'The provider takes it for spam: change subject and text, leave out links, and put the message back into the outbox.';
const NO_PERMISSION = 'SMTP is switched off for this mailbox: switch it on in its settings on the web.';

/** The first row that fits decides. */
const SAYINGS: readonly Saying[] = [
  // Gmail
  {
    code: '5',
    says: /5\.4\.5\b|daily (user )?sending (limit|quota)/i,
    scope: 'account',
    answer: 'later',
    after: 6 * HOUR,
    hint: 'The daily limit of the provider is used up; it will be tried again by itself.',
  },
  {
    code: '5',
    says: /5\.7\.26|unauthenticated|DMARC|SPF/i,
    hint: 'The sender’s domain has SPF, DKIM or DMARC rules that this server does not satisfy: send through the provider of that domain.',
  },
  {
    code: '4',
    says: /4\.7\.0.*too many login|too much fail auth/i,
    scope: 'account',
    after: 2 * HOUR,
    hint: 'There were too many failed logins: check user and password before the next try.',
  },
  // Outlook
  {
    code: '5',
    says: /5\.7\.30|basic authentication is (not supported|disabled)|5\.7\.139/i,
    scope: 'account',
    answer: 'later',
    after: 6 * HOUR,
    hint: 'Microsoft takes no passwords for SMTP any more: use oauth2: for this account.',
  },
  { code: '5', says: /5\.7\.60|SendAsDenied|not have permissions? to send as/i, hint: OWN_ADDRESS },
  // QQ
  { code: '5', says: /frequency limited/i, scope: 'account', answer: 'later', after: HOUR, hint: FREQUENCY },
  { code: '501', says: /mail from address must be same/i, hint: OWN_ADDRESS },
  {
    code: '5',
    says: /"?From"? header is missing or invalid/i,
    hint: 'Write From as plain text, with the address itself outside of any encoded word: From: =?utf-8?B?…?= <me@example.org>.',
  },
  {
    code: '5',
    says: /please enter your authorization code|授权码/i,
    scope: 'account',
    answer: 'later',
    after: 6 * HOUR,
    hint: 'The provider wants an authorization code (授权码) here, not the password.',
  },
  // NetEase and others on Coremail
  { code: '553', says: /mail from must equal authorized user/i, hint: OWN_ADDRESS },
  { code: '5', says: /发件人地址不匹配|mail address invalid/i, hint: OWN_ADDRESS },
  {
    code: '5',
    says: /\buser has no permission\s*$/i,
    scope: 'account',
    answer: 'later',
    after: HOUR,
    hint: NO_PERMISSION,
  },
  { code: '554', says: /\bDT:SPM\b/, hint: LIKE_SPAM },
  { code: '4', says: /\bDT:SPM\b/, after: 2 * MINUTE, hint: LIKE_SPAM },
  // Too many messages over this connection: a new one will do, if this one has carried any.
  { code: '4', says: /\bMI:DMC\b/, scope: 'connection', after: 15 * MINUTE, hint: FREQUENCY },
  {
    code: '4',
    says: /\b(HL:(REP|ICC|IFC)|MI:(CEL|SFQ))\b/,
    scope: 'account',
    after: 15 * MINUTE,
    hint: FREQUENCY,
  },
  { code: '5', says: /\bMI:(SFQ|DMC)\b/, scope: 'account', answer: 'later', after: HOUR, hint: FREQUENCY },
  // Yandex
  { code: '5', says: /not owned by auth user/i, hint: OWN_ADDRESS },
  // Anybody
  {
    code: '530',
    says: /starttls/i,
    scope: 'account',
    answer: 'later',
    after: HOUR,
    hint: 'The server wants TLS first: set tls: starttls (port 587) or tls: implicit (port 465).',
  },
  {
    code: '530',
    says: /./,
    scope: 'account',
    answer: 'later',
    after: HOUR,
    hint: 'The server wants a login first: check user and password of the account.',
  },
  { code: '5', says: /too many recipients|5\.5\.3\b/i, scope: 'recipient', answer: 'later' },
  {
    code: '5',
    says: /5\.3\.4\b|message size exceeds|too large/i,
    scope: 'message',
    hint: 'The message is larger than the server takes: send its attachments in another way.',
  },
  {
    code: '5',
    says: /5\.2\.2\b|over ?quota|mailbox (is )?full|insufficient storage/i,
    hint: 'The mailbox of the recipient is full.',
  },
  {
    code: '5',
    says: /5\.1\.[12]\b|user (unknown|not found)|no such (user|mailbox|recipient)|unknown user|does not exist|mailbox (not found|unavailable)/i,
    hint: 'There is no such mailbox: check the address for a slip of the pen.',
  },
  {
    code: '5',
    says: /bare <?(LF|CR)|5\.5\.2.*bare/i,
    hint: 'The server saw a line end that it does not take; this should not happen: please report it.',
  },
  { code: '5', says: /spam|5\.7\.1\b.*(content|policy)|blocked/i, hint: LIKE_SPAM },
  {
    code: '4',
    says: /4\.7\.(0|28)\b.*(rate|limit|unusual)|too many (messages|connections)|rate limit|4\.7\.32/i,
    scope: 'account',
    after: 15 * MINUTE,
    hint: FREQUENCY,
  },
  { code: '4', says: /gr[ae]y-?list/i, after: 5 * MINUTE },
];

/**
 * What a refusal with `code` (400 to 599) and `text` means, when it came to the command about one recipient or about the
 * message as a whole. Without a saying of its own: 4xx later, 5xx never, 421 is about the account (RFC 5321 §4.2.1).
 */
export function meaningOf(about: 'message' | 'recipient', code: number, text: string): Meaning {
  const plain: Meaning = {
    scope: code === 421 ? 'connection' : about,
    answer: code >= 500 ? 'never' : 'later',
  };
  const saying = SAYINGS.find((row) => String(code).startsWith(row.code) && row.says.test(text));
  if (saying === undefined) return plain;
  return {
    scope: saying.scope === 'account' || code !== 421 ? (saying.scope ?? plain.scope) : 'connection',
    answer: saying.answer ?? plain.answer,
    ...(saying.after === undefined ? {} : { after: saying.after }),
    ...(saying.hint === undefined ? {} : { hint: saying.hint }),
  };
}
