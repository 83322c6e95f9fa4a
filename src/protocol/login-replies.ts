// What servers say when they let nobody in, as data for all three protocols: most of them say the same by IMAP, POP3 and SMTP.
// Specific sayings stand before loose ones. Haste and locks are never taken for a wrong password (I-178, P-029, P-048).
import {
  ACCOUNT_BLOCKED,
  APP_PASSWORD,
  AUTH_CODE,
  BASIC_OFF,
  BUSY,
  CONNECTIONS,
  DOWNLOADS_SPENT,
  EXPIRED,
  FAILED_LOGINS,
  FIVE_CAUSES,
  IN_USE,
  NOT_CONNECTED,
  OVER_BANDWIDTH,
  SLOWER,
  SMTP_SWITCHED_OFF,
  SWITCHED_OFF,
  TENANT_SMTP_OFF,
  TLS_FIRST,
  TOO_OFTEN,
  UNSAFE,
  WEB_LOGIN,
} from './cures.ts';
import type { KnownCodes, KnownReply } from './replies.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** It takes a person. */
const PERSON = { kind: 'auth', retry: 'never' } as const;
/** It passes. */
const WAIT = { kind: 'busy', retry: 'later' } as const;

/** What only one provider says. */
const OF_PROVIDERS: readonly KnownReply[] = [
  // I-025: among QQ's five causes are haste and an overload
  { says: /account is abnormal/i, kind: 'auth', retry: 'later', hint: FIVE_CAUSES, chinese: true },
  // I-001 to I-003
  {
    says: /unsafe login|login is not safe/i,
    kind: 'refused',
    retry: 'later',
    hint: UNSAFE,
    chinese: true,
  },
  { says: /SmtpClientAuthentication/i, ...PERSON, hint: TENANT_SMTP_OFF },
  // I-054
  {
    says: /5\.7\.139|5\.7\.30\b|basic authentication is (disabled|not supported)/i,
    ...PERSON,
    hint: BASIC_OFF,
  },
  // I-050, S-029
  { says: /authenticated but not connected/i, ...WAIT, hint: NOT_CONNECTED },
  // I-031
  { says: /exceeded command or bandwidth/i, ...WAIT, after: HOUR, hint: OVER_BANDWIDTH },
  // P-038
  { says: /download exceed/i, ...WAIT, hint: DOWNLOADS_SPENT, chinese: true },
  // I-051
  { says: /request is throttled|suggested backoff time/i, ...WAIT, hint: SLOWER },
  // S-041
  {
    says: /too much fail auth|auth error limit exceed/i,
    ...WAIT,
    after: 4 * HOUR,
    hint: FAILED_LOGINS,
    chinese: true,
  },
];

/** What several say, or may say in other words tomorrow. */
const OF_ANYBODY: readonly KnownReply[] = [
  // I-040
  { says: /web ?browser|web login required|5\.7\.14\b/i, ...PERSON, hint: WEB_LOGIN },
  // S-018, S-019
  {
    says: /授权码|客户端专用密码|专用密码|authori[sz]ation code/i,
    ...PERSON,
    hint: AUTH_CODE,
    chinese: true,
  },
  { says: /app(lication)?[- ](specific )?password|5\.7\.9\b/i, ...PERSON, hint: APP_PASSWORD },
  {
    says: /(password|授权码|密码).{0,20}(expired|has to be changed|过期|失效)/i,
    ...PERSON,
    hint: EXPIRED,
  },
  {
    says: /account.{0,20}\b(suspended|blocked|frozen|banned|deactivated)|(帐号|账号|账户|邮箱).{0,12}(冻结|封|锁定|停用)/i,
    ...PERSON,
    hint: ACCOUNT_BLOCKED,
  },
  { says: /\buser has no permission/i, ...PERSON, hint: SMTP_SWITCHED_OFF, chinese: true },
  {
    says: /no permission|not enabled|is disabled|disabled for|service is not open|未开启|未开通|没有开启|没有权限/i,
    ...PERSON,
    hint: SWITCHED_OFF,
  },
  // S-028, I-171
  {
    says: /starttls|encryption (is )?required|secure connection|5\.7\.11\b/i,
    ...PERSON,
    hint: TLS_FIRST,
  },
  // I-032, S-038
  {
    says: /too many (simultaneous |concurrent |open )?(connections|sessions)|连接数.{0,6}(过多|超)/i,
    ...WAIT,
    hint: CONNECTIONS,
  },
  {
    says: /too many (failed |invalid |bad )?(login|auth\w*|logon)s?( attempts?| failures)?|次数过多/i,
    ...WAIT,
    after: 2 * HOUR,
    hint: FAILED_LOGINS,
  },
  // P-048, P-049, I-092
  {
    says: /login (limit|frequency|rate)|logins? too (often|frequent)|too (often|frequent)|duplicate login|login.?delay|频繁|太频/i,
    ...WAIT,
    after: 15 * MINUTE,
    hint: TOO_OFTEN,
  },
  // Whatever else is said beside it, it is about the password: the provider's own hint tells what it wants.
  { says: /password|passwd|credential|密码|unknown user|no such user|invalid user/i, ...PERSON },
  // P-029
  {
    says: /\b(mailbox|maildrop|mail ?drop|folder)\b.{0,20}\b(locked|in use|busy)|\block(ed)?\b|already in use|in use\b/i,
    ...WAIT,
    hint: IN_USE,
  },
  { says: /rate limit|throttl/i, ...WAIT, hint: SLOWER },
  // I-033, I-053, I-072, I-178
  { says: /system error|server unavailable|ambiguous alias/i, ...WAIT, hint: BUSY },
  {
    says: /\b(busy|try(ing)? (it )?(again )?later|too (many|much)|exceed(ed)?|temporar(y|ily))\b|稍后|繁忙|超过限制/i,
    ...WAIT,
    hint: BUSY,
  },
];

/** All rows, in the order in which they are asked. */
export const LOGIN_REPLIES: readonly KnownReply[] = [...OF_PROVIDERS, ...OF_ANYBODY];

/** What is left of them where no login is under way: what is refused there tells nothing of the password. */
export const HASTE: readonly KnownReply[] = LOGIN_REPLIES.filter(({ kind }) => kind !== 'auth');

/** SMTP: by the code, where the words say nothing (RFC 4954 §6). */
export const SMTP_LOGIN_CODES: KnownCodes = {
  530: { ...PERSON, hint: TLS_FIRST }, // RFC 3207 §4: "Must issue a STARTTLS command first"
  538: { ...PERSON, hint: TLS_FIRST }, // RFC 4954 §6: encryption required for this mechanism
  550: { ...PERSON, hint: SMTP_SWITCHED_OFF }, // NetEase: "User has no permission" (S-019)
};
