// PURE: what providers say when they refuse, as data: the first row that fits decides whom it is about, whether it is for good,
// when to come back, and what a person can do. A new saying is a new row.
import type { Hint } from '../model/hint.ts';
import {
  ACCOUNT_BLOCKED,
  AUTH_CODE,
  BASIC_OFF,
  FAILED_LOGINS,
  LOGIN_FIRST,
  SMTP_SWITCHED_OFF,
  TLS_FIRST,
} from '../protocol/cures.ts';
import type { Answer } from './event.ts';

/**
 * Whom a refusal is about: everything this account sends, this connection alone where it has carried other messages (else the
 * account), this message, or this recipient.
 */
export type Scope = 'account' | 'connection' | 'message' | 'recipient';

/** A row. What is left out is as the code alone says. */
export interface Saying {
  /** The first digits of the code: `5` stands for 5xx. */
  readonly code: string;
  readonly says: RegExp;
  readonly scope?: Scope;
  readonly answer?: Answer;
  /** Milliseconds before another try is of any use. */
  readonly after?: number;
  readonly hint?: Hint;
  /** Only servers with Chinese readers speak so. */
  readonly chinese?: boolean;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The account waits, and no message is to blame. */
const wait = (after: number, hint: Hint) => ({ scope: 'account', answer: 'later', after, hint }) as const;

const FREQUENCY: Hint = {
  en: 'The provider limits how much may be sent in a minute, an hour and a day; it will be tried again by itself.',
  zh: '发信太频繁，超过了服务商的限制；稍后会自动重发。',
};
const DAILY: Hint = {
  en: 'The daily limit of the provider is used up; it will be tried again by itself.',
  zh: '今天的发信数量已达上限；会自动重发。',
};
const OWN_ADDRESS: Hint = {
  en: 'This provider sends only for the address that logged in: write it into From, or drop the file into the folder of the account that owns the sender.',
  zh: '发件人必须与登录的邮箱一致：请把 From 改成该账户的地址，或把文件放入对应账户的文件夹。',
};
const LIKE_SPAM: Hint = {
  en: 'The provider takes it for spam: change subject and text, leave out links, and put the message back into the outbox.',
  zh: '邮件被当作垃圾邮件：请修改主题和正文、去掉链接，再放回发件文件夹。',
};
const LISTED: Hint = {
  en: 'The server does not take mail from this network address, which stands on a block list: send over another network, or ask the provider.',
  zh: '本机的 IP 地址在黑名单中：请换一个网络发送，或联系服务商。',
};
const RULES: Hint = {
  en: 'The sender’s domain has SPF, DKIM or DMARC rules that this server does not satisfy: send through the provider of that domain.',
  zh: '发件人域名的 SPF、DKIM 或 DMARC 验证没有通过：请通过该域名自己的服务商发送。',
};
const TOO_LARGE: Hint = {
  en: 'The message is larger than the server takes: send its attachments in another way.',
  zh: '邮件超过了服务器的大小限制：请用其他方式发送附件。',
};
const ATTACHMENT: Hint = {
  en: 'The provider does not take this kind of attachment: pack it in another form, or send it in another way.',
  zh: '服务商不接受这种附件：请换一种格式，或用其他方式发送。',
};
const FULL: Hint = { en: 'The mailbox of the recipient is full.', zh: '收件人的邮箱已满。' };
const GREY: Hint = {
  en: 'The server lets whoever it does not know wait a while (greylisting); it will be tried again by itself.',
  zh: '服务器让陌生的发件方稍后再来（灰名单）；会自动重发。',
};
const NOBODY: Hint = {
  en: 'There is no such mailbox: check the address for a slip of the pen.',
  zh: '没有这个收件人：请检查地址是否写错。',
};
const NO_DOMAIN: Hint = {
  en: 'There is no such domain: check what stands behind the @ for a slip of the pen.',
  zh: '收件人的域名不存在：请检查 @ 后面是否写错。',
};
const RELAY: Hint = {
  en: 'This server sends to others only after a login: check host, port and user under send:.',
  zh: '服务器不为该账户转发邮件：请检查 send: 下的服务器、端口和用户名。',
};

const GMAIL: readonly Saying[] = [
  { code: '5', says: /5\.4\.5\b|daily (user )?sending (limit|quota)/i, ...wait(6 * HOUR, DAILY) },
  { code: '5', says: /5\.7\.26|unauthenticated|DMARC|SPF/i, hint: RULES },
  { code: '4', says: /4\.7\.0.*too many login/i, ...wait(2 * HOUR, FAILED_LOGINS) },
  { code: '4', says: /4\.2\.1\b.*at a rate/i, scope: 'recipient', after: HOUR },
  { code: '552', says: /5\.7\.0\b/, hint: ATTACHMENT },
];

const MICROSOFT: readonly Saying[] = [
  {
    code: '5',
    says: /5\.7\.30|basic authentication is (not supported|disabled)|5\.7\.139/i,
    ...wait(6 * HOUR, BASIC_OFF),
  },
  { code: '5', says: /5\.7\.60|SendAsDenied|not have permissions? to send as/i, hint: OWN_ADDRESS },
  { code: '5', says: /5\.1\.90\b|RecipientRateLimitExceeded/i, ...wait(6 * HOUR, DAILY) },
  {
    code: '5',
    says: /5\.1\.8\b|bad outbound sender|OutboundSpamException/i,
    ...wait(6 * HOUR, ACCOUNT_BLOCKED),
  },
  { code: '4', says: /thread limit exceeded|4\.7\.500|submission rate/i, ...wait(5 * MINUTE, FREQUENCY) },
];

const TENCENT: readonly Saying[] = [
  { code: '5', says: /frequency limited/i, ...wait(HOUR, FREQUENCY), chinese: true },
  { code: '501', says: /mail from address must be same/i, hint: OWN_ADDRESS, chinese: true },
  {
    code: '5',
    says: /"?From"? header is missing or invalid/i,
    hint: {
      en: 'Write From as plain text, with the address itself outside of any encoded word: From: =?utf-8?B?…?= <me@example.org>.',
      zh: 'From 的地址要直接写出，不能放在编码的文字里面，例如 From: =?utf-8?B?…?= <me@example.org>。',
    },
    chinese: true,
  },
  {
    code: '5',
    says: /please enter your authorization code|授权码/i,
    ...wait(6 * HOUR, AUTH_CODE),
    chinese: true,
  },
  { code: '5', says: /mail content denied/i, hint: LIKE_SPAM, chinese: true },
  { code: '503', says: /need EHLO and AUTH first/i, ...wait(HOUR, LOGIN_FIRST), chinese: true },
];

/** NetEase and others on Coremail: S-020, S-021 and the letters of S-041. */
const COREMAIL: readonly Saying[] = [
  { code: '4', says: /too much fail auth/i, ...wait(4 * HOUR, FAILED_LOGINS), chinese: true },
  { code: '5', says: /auth error limit exceed/i, ...wait(4 * HOUR, FAILED_LOGINS), chinese: true },
  { code: '553', says: /mail from must equal authorized user/i, hint: OWN_ADDRESS, chinese: true },
  { code: '5', says: /\bDT:SUM\b|发件人地址不匹配|mail address invalid/i, hint: OWN_ADDRESS, chinese: true },
  { code: '5', says: /\buser has no permission\s*$/i, ...wait(HOUR, SMTP_SWITCHED_OFF), chinese: true },
  { code: '553', says: /authentication is required/i, ...wait(HOUR, LOGIN_FIRST), chinese: true },
  { code: '5', says: /\bDT:SPM\b/, hint: LIKE_SPAM, chinese: true },
  { code: '4', says: /\bDT:SPM\b/, after: 2 * MINUTE, hint: LIKE_SPAM, chinese: true },
  // Too many messages over this connection: a new one will do, if this one has carried any.
  { code: '4', says: /\bMI:DMC\b/, scope: 'connection', after: 15 * MINUTE, hint: FREQUENCY, chinese: true },
  {
    code: '4',
    says: /\b(HL:(REP|ICC|IFC|MEP)|MI:(CEL|CCL|SFQ)|RP:(DRC|CCL|CEL|QRC)|WM:BL[IU])\b/,
    ...wait(15 * MINUTE, FREQUENCY),
    chinese: true,
  },
  { code: '4', says: /\bDT:RBL\b/, ...wait(HOUR, LISTED), chinese: true },
  { code: '5', says: /\b(MI|RP):(STC|TRC|RCL|FRL)\b/, ...wait(6 * HOUR, DAILY), chinese: true },
  { code: '5', says: /\bMI:(SFQ|DMC)\b/, ...wait(HOUR, FREQUENCY), chinese: true },
  { code: '5', says: /\bMI:(SPF|DMA)\b/, hint: RULES, chinese: true },
  { code: '5', says: /\bHL:I(PB|HU)\b|\bIP in blacklist/i, hint: LISTED, chinese: true },
  { code: '552', says: /illegal attachment/i, hint: ATTACHMENT, chinese: true },
  { code: '5', says: /user suspended|invalid user/i, hint: NOBODY, chinese: true },
];

const ANYBODY: readonly Saying[] = [
  { code: '530', says: /starttls/i, ...wait(HOUR, TLS_FIRST) },
  { code: '530', says: /./, ...wait(HOUR, LOGIN_FIRST) },
  // RFC 4954 §6: these are about a login, wherever they come.
  { code: '535', says: /^/, scope: 'account', answer: 'later', hint: LOGIN_FIRST },
  { code: '534', says: /^/, scope: 'account', answer: 'later', hint: LOGIN_FIRST },
  { code: '538', says: /^/, scope: 'account', answer: 'later', hint: TLS_FIRST },
  { code: '5', says: /not owned by (auth )?user/i, hint: OWN_ADDRESS },
  { code: '5', says: /not (allowed|authori[sz]ed|permitted) to send (mail )?(as|from)/i, hint: OWN_ADDRESS },
  { code: '5', says: /from address is not one of your addresses|relaying disallowed as/i, hint: OWN_ADDRESS },
  { code: '5', says: /unusual sending activity|5\.4\.6\b/i, ...wait(6 * HOUR, ACCOUNT_BLOCKED) },
  {
    code: '5',
    says: /too many recipients|too much recipient|5\.5\.3\b/i,
    scope: 'recipient',
    answer: 'later',
  },
  {
    code: '5',
    says: /5\.3\.4\b|(message|mail) ?size (limit|exceeds)|exceed mailsize|too large/i,
    scope: 'message',
    hint: TOO_LARGE,
  },
  { code: '5', says: /5\.2\.2\b|over ?quota|mailbox (is )?full|insufficient storage/i, hint: FULL },
  {
    code: '4',
    says: /4\.2\.2\b|over ?quota|mailbox (is )?full/i,
    scope: 'recipient',
    after: HOUR,
    hint: FULL,
  },
  {
    code: '5',
    says: /5\.1\.1\b|user (unknown|not found)|no such (user|mailbox|recipient)|unknown user|does not exist|mailbox (not found|unavailable)/i,
    hint: NOBODY,
  },
  { code: '5', says: /5\.1\.2\b|(host|domain)( name)? not found|no such domain/i, hint: NO_DOMAIN },
  { code: '4', says: /4\.1\.2\b|domain not found/i, hint: NO_DOMAIN },
  {
    code: '5',
    says: /bare <?(LF|CR)|5\.5\.2.*bare/i,
    hint: {
      en: 'The server saw a line end that it does not take; this should not happen: please report it.',
      zh: '服务器不接受邮件中的换行；这不应发生，请报告。',
    },
  },
  { code: '5', says: /relay(ing)? (access )?(is )?(denied|not permitted|not allowed)/i, hint: RELAY },
  { code: '5', says: /block ?list|black ?list|spamhaus|\bRBL\b/i, hint: LISTED },
  { code: '5', says: /spam|5\.7\.1\b.*(content|policy|unsolicited)|unsolicited|blocked/i, hint: LIKE_SPAM },
  {
    code: '4',
    says: /4\.7\.(0|1|28)\b.*(\brate\b|limit|unusual)|too many (messages|emails|connections|sessions|mails)|rate limit|4\.7\.32|throttl|\[TSS?\d\d\]/i,
    ...wait(15 * MINUTE, FREQUENCY),
  },
  { code: '4', says: /gr[ae]y-?list/i, after: 5 * MINUTE, hint: GREY },
];

/** All rows, in the order in which they are asked: those of one provider before what anybody says. */
export const SAYINGS: readonly Saying[] = [...GMAIL, ...MICROSOFT, ...TENCENT, ...COREMAIL, ...ANYBODY];
