// What a NO, a BAD or a BYE means: for now, for good, or the login. Response codes decide (RFC 5530 §3); where there is
// none, a few sentences of known servers do, and then the command.
import { MailError } from '../../model/error.ts';
import type { MailErrorKind, Retry } from '../../model/error.ts';
import { loginHint, saysLater } from '../login-hint.ts';
import { clip } from '../text.ts';
import type { Answer } from './exchange.ts';
import type { Status } from './response.ts';

interface Meaning {
  readonly kind: MailErrorKind;
  readonly retry: Retry;
  readonly after?: number;
  readonly hint?: string;
}

const BUSY: Meaning = { kind: 'busy', retry: 'later' };
const LOGIN: Meaning = { kind: 'auth', retry: 'never' };
/** One folder or one message may fail for ever; the rest of the account need not wait for a person. */
const REFUSED: Meaning = { kind: 'refused', retry: 'later' };

const CODES: Readonly<Record<string, Meaning>> = {
  UNAVAILABLE: BUSY, // RFC 5530 §3: a subsystem is down for a while
  INUSE: BUSY, // RFC 5530 §3: another client holds the folder
  LIMIT: BUSY, // RFC 5530 §3: too much at once
  THROTTLED: BUSY,
  // I-031: Gmail locks an account out for up to a day, and longer where it is asked again too soon
  OVERQUOTA: { ...BUSY, after: 3_600_000 },
  SERVERBUG: REFUSED,
  AUTHENTICATIONFAILED: LOGIN, // RFC 5530 §3
  AUTHORIZATIONFAILED: LOGIN, // RFC 5530 §3
  EXPIRED: LOGIN, // RFC 5530 §3: the password must be changed
  WEBALERT: LOGIN, // I-040
  PRIVACYREQUIRED: {
    ...LOGIN,
    hint: 'The server wants TLS before a login: set tls: implicit or tls: starttls.', // RFC 5530 §3
  },
  CONTACTADMIN: { ...REFUSED, hint: 'The server asks that its operator be told (RFC 5530 §3).' },
};

const TEXTS: readonly (readonly [RegExp, Meaning])[] = [
  // I-025: QQ says one sentence for five causes, among them haste and an overload
  [/account is abnormal, service is not open/i, { kind: 'auth', retry: 'later' }],
  [/unsafe login|login is not safe/i, { ...REFUSED, hint: unsafeHint() }], // I-001, I-003
  [/web browser/i, { ...LOGIN, hint: 'Sign in once in a browser at the address in the message.' }], // I-040
  [/too many (simultaneous )?connections/i, BUSY], // I-032
  [/authenticated but not connected/i, BUSY], // I-050
  [/exceeded command or bandwidth/i, { ...BUSY, after: 3_600_000 }], // I-031
  [/system error|server unavailable|ambiguous alias/i, BUSY], // I-033, I-053, I-178
];

/**
 * The MailError for a command that was answered NO or BAD. `label` names it for the person (`EXAMINE "INBOX"`), `phase`
 * tells whether it was the login.
 */
export function refusal(host: string, label: string, phase: string, answer: Answer): MailError {
  const { kind, retry, after, hint } = meaningOf(answer, phase);
  const text = textOf(answer);
  const words = [answer.text, ...answer.warnings].join(' ');
  return new MailError({
    kind,
    retry,
    after,
    message: `IMAP ${label} refused by ${host}${text === '' ? '' : `: ${text}`}`,
    phase,
    code: answer.code?.name,
    hint: hint ?? (phase === 'auth' ? loginHint(words) : undefined),
    cause: new Error(clip(words.trim())),
  });
}

function meaningOf(answer: Answer, phase: string): Meaning {
  const { text, code, word } = answer;
  // I-051: Exchange tells its own time
  const [, pause] = /suggested backoff time:\s*(\d{1,9})/i.exec(text) ?? [];
  if (pause !== undefined) return { ...BUSY, after: Number(pause) };
  if (/request is throttled/i.test(text)) return BUSY;
  const coded = CODES[code?.name ?? ''];
  if (coded !== undefined) return coded;
  const said = TEXTS.find(([pattern]) => pattern.test(text))?.[1];
  if (said !== undefined) return said;
  if (saysLater(text)) return BUSY;
  // A BAD is about the command, not about the password.
  return phase === 'auth' && word === 'NO' ? LOGIN : REFUSED;
}

/** The MailError for a BYE during `name`: the session is over, and a new one may do. */
export function farewell(host: string, name: string, status: Status, phase: string | undefined): MailError {
  const { text, code } = status;
  const coded = CODES[code?.name ?? ''];
  const busy =
    coded?.kind === 'busy' ||
    saysLater(text) ||
    TEXTS.some(([pattern, { kind }]) => kind === 'busy' && pattern.test(text));
  // A login that ends so is not tried again at once: it would look like an attack.
  const later = busy || phase === 'auth' || phase === 'greeting';
  const said = textOf(status);
  return new MailError({
    kind: busy || phase === 'greeting' ? 'busy' : 'closed',
    retry: later ? 'later' : 'now',
    after: coded?.after,
    message: `IMAP ${name} ended by ${host} with BYE${said === '' ? '' : `: ${said}`}`,
    phase,
    code: code?.name,
    hint: phase === 'auth' ? loginHint(text) : undefined,
    cause: new Error(said),
  });
}

/** What a status says, or its code where it says nothing. */
function textOf({ text, code }: Status): string {
  return clip(text === '' && code !== null ? `[${`${code.name} ${code.rest}`.trim()}]` : text);
}

function unsafeHint(): string {
  return 'NetEase does not let this program in: see in the settings of the mailbox on the web that IMAP is switched on and no device is blocked, use an authorization code (授权码), or write to kefu@188.com.';
}
