// PURE: what an authorization server says → a grant, or the MailError that tells whether to wait, to sign in again, or to
// mend the configuration. Its words reach a person without control characters and without anything that was secret.
import { MailError } from '../model/error.ts';
import type { MailErrorKind, Retry } from '../model/error.ts';
import { oneLine } from '../runtime/one-line.ts';

/** The answer to one request, of whatever status. */
export interface Answer {
  /** Who answered, for messages. */
  readonly host: string;
  readonly status: number;
  /** At most 256 KiB. */
  readonly body: string;
  /** From Retry-After, in milliseconds. */
  readonly retryAfter: number | undefined;
  /** Where a redirect pointed to. */
  readonly location: string | undefined;
  /** What was sent and must not be shown, should it come back in an error. */
  readonly secrets: readonly string[];
}

/** What was granted (RFC 6749 §5.1). */
export interface Grant {
  readonly accessToken: string;
  /** Null where none came: the one before stays good (RFC 6749 §6). */
  readonly refreshToken: string | null;
  /** Milliseconds from the request on. */
  readonly lifetime: number;
}

/** Milliseconds; RFC 6749 §5.1 leaves `expires_in` out where the documentation tells it, and an hour is what most give. */
const USUAL_LIFETIME = 3_600_000;
const LONGEST_TOKEN = 32_768;

/** The grant in an answer. `what` was asked for: "refresh", "sign-in". Throws MailError. */
export function grantOf(what: string, answer: Answer): Grant {
  const said = fieldsOf(what, answer);
  const accessToken = said['access_token'];
  const refreshToken = said['refresh_token'];
  if (typeof accessToken !== 'string') throw strange(what, answer, 'no access_token');
  const type = said['token_type'];
  // RFC 6749 §7.1: a token of an unknown type must not be used. Some leave the type out.
  if (type !== undefined && !(typeof type === 'string' && /^bearer$/i.test(type)))
    throw strange(what, answer, 'a token_type that is not Bearer');
  if (
    !isToken(accessToken) ||
    (refreshToken !== undefined && refreshToken !== null && !isToken(refreshToken))
  )
    throw strange(what, answer, 'a token of forbidden characters or length');
  return {
    accessToken,
    refreshToken: typeof refreshToken === 'string' ? refreshToken : null,
    lifetime: secondsOf(said['expires_in'], USUAL_LIFETIME),
  };
}

/** The fields of a good answer. Throws MailError for a refusal and for what is no answer at all. */
export function fieldsOf(what: string, answer: Answer): Readonly<Record<string, unknown>> {
  const said = objectOf(answer.body);
  // Some send an error with status 200.
  if (answer.status === 200 && said !== undefined && typeof said['error'] !== 'string') return said;
  throw refusal(what, answer, said ?? {});
}

/** A number of seconds, or the text of one (as Microsoft's older servers send it), in milliseconds; at most ten years. */
export function secondsOf(value: unknown, otherwise: number): number {
  const seconds = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < 0) return otherwise;
  return Math.min(seconds, 315_360_000) * 1000;
}

/** RFC 6749 §A.12 and §A.17: visible ASCII; anything else would end a line or a field of a login. */
function isToken(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_TOKEN && /^[\x21-\x7e]+$/.test(value);
}

function objectOf(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

type Meaning = { readonly kind: MailErrorKind; readonly retry: Retry; readonly hint?: string };

const SIGN_IN: Meaning = { kind: 'auth', retry: 'never' };
const UNKNOWN: Meaning = { kind: 'refused', retry: 'never' };
const LATER: Meaning = { kind: 'busy', retry: 'later' };
const client = (hint: string): Meaning => ({ kind: 'config', retry: 'never', hint });

/** RFC 6749 §4.1.2.1 and §5.2, RFC 8628 §3.5, OpenID Connect Core §3.1.2.6, and Microsoft's own. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  invalid_grant: SIGN_IN,
  interaction_required: SIGN_IN,
  login_required: SIGN_IN,
  consent_required: SIGN_IN,
  access_denied: SIGN_IN,
  authorization_declined: SIGN_IN,
  expired_token: SIGN_IN,
  bad_verification_code: SIGN_IN,
  authorization_pending: LATER,
  slow_down: LATER,
  temporarily_unavailable: LATER,
  server_error: LATER,
  invalid_client: client('Check oauth2.clientId and oauth2.clientSecret against what the provider shows'),
  unauthorized_client: client(
    'The provider does not let this client sign in that way: check how it is registered, and oauth2.clientId',
  ),
  unsupported_grant_type: client('The provider cannot do that: check the addresses under oauth2'),
  unsupported_response_type: client('The provider cannot do that: check the addresses under oauth2'),
  invalid_scope: client('Check oauth2.scope, and that the client is allowed to ask for mail at the provider'),
  invalid_request: client('Check the keys under oauth2, and how the client is registered at the provider'),
};

/** The error for an answer that grants nothing. `code` is the server's own word for it. */
export function refusal(what: string, answer: Answer, said: Readonly<Record<string, unknown>>): MailError {
  const { host, status, retryAfter } = answer;
  const code = typeof said['error'] === 'string' ? shown(said['error'], answer).slice(0, 60) : undefined;
  if (status >= 300 && status < 400) return redirected(what, answer);
  if (code === undefined && status === 200) return strange(what, answer, 'what is no JSON object');
  const description = typeof said['error_description'] === 'string' ? said['error_description'] : '';
  const words = [code ?? `HTTP status ${status}`, shown(description, answer)].filter((part) => part !== '');
  // A server in trouble may say anything: only what it says in good health ends a sign-in.
  const troubled = status >= 500 || status === 429 || status === 408;
  const { kind, retry, hint } = troubled ? LATER : (MEANINGS[code ?? ''] ?? UNKNOWN);
  return new MailError({
    kind,
    retry,
    hint,
    code,
    after: retry === 'later' ? retryAfter : undefined,
    message: `OAuth2 ${what} refused by ${host}: ${words.join(': ')}`,
    cause: new Error(`HTTP status ${status}`),
  });
}

function redirected(what: string, answer: Answer): MailError {
  const { host, status, location = '' } = answer;
  const to = URL.canParse(location) ? ` to ${new URL(location).host}` : '';
  return new MailError({
    kind: 'protocol',
    retry: 'later',
    message: `OAuth2 ${what}: ${host} answered with a redirect${to}, which is not followed`,
    hint: 'Check the addresses under oauth2, and that no portal or proxy stands between',
    cause: new Error(`HTTP status ${status}`),
  });
}

function strange(what: string, { host, status }: Answer, found: string): MailError {
  return new MailError({
    kind: 'protocol',
    retry: 'later',
    message: `OAuth2 ${what}: ${host} answered with ${found}`,
    hint: 'Check the addresses under oauth2, and that no portal or proxy stands between',
    cause: new Error(`HTTP status ${status}`),
  });
}

/** A server's words for a person: one line, not too long, without secrets. */
function shown(text: string, { secrets }: Pick<Answer, 'secrets'>): string {
  const open = secrets.reduce(
    (rest, secret) => (secret === '' ? rest : rest.replaceAll(secret, '***')),
    text,
  );
  return oneLine(open).trim().slice(0, 300);
}
