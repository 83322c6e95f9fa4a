// The login (RFC 4954 §4): the strongest mechanism that the server offers, and the next only where the server says that it
// does not do this one. A refused password is never tried in another way.
import { MailError } from '../../model/error.ts';
import type { Dialogue } from '../dialogue.ts';
import { duringLogin } from '../phase.ts';
import { checkSecrets, cramMd5, plain } from '../sasl.ts';
import type { Extensions } from './ehlo.ts';
import { loginRefusal } from './login-refusal.ts';
import { exchange } from './reply.ts';
import type { Reply } from './reply.ts';

/** How safe the connection is: TLS is up and verified, or the other end is this machine. */
export interface Safety {
  readonly secure: boolean;
  readonly loopback: boolean;
}

/** A mechanism: says its part, and returns the reply that ends it. */
type Mechanism = (host: string, user: string, pass: string) => Dialogue<Reply>;

/** Strongest first (safety.md, Sending 8). */
const MECHANISMS: ReadonlyMap<string, Mechanism> = new Map([
  ['CRAM-MD5', challengeResponse],
  ['PLAIN', plainText],
  ['LOGIN', loginText],
]);

/**
 * Logs in and returns the name of the mechanism that did it. PLAIN and LOGIN are used only over TLS or to this machine.
 * After HELO, which tells nothing, PLAIN and LOGIN are tried. Throws MailError `auth` (never), `busy` for any 4xx, `config`
 * where user or password cannot be sent; phase `auth`.
 */
export function* authenticate(
  host: string,
  user: string,
  pass: string,
  extensions: Extensions,
  safety: Safety,
): Dialogue<string> {
  checkSecrets(user, pass);
  const names = choices(host, extensions, safety);
  return yield* duringLogin('SMTP AUTH', tryEach(host, user, pass, names));
}

function* tryEach(host: string, user: string, pass: string, names: readonly string[]): Dialogue<string> {
  let last: MailError | undefined;
  for (const name of names) {
    const reply = yield* (MECHANISMS.get(name) ?? plainText)(host, user, pass);
    // S-039: 503 "already authenticated"; MAIL will tell whether it is true
    if (reply.code === 235 || (reply.code === 503 && /already/i.test(reply.text))) return name;
    last = loginRefusal(host, name, reply);
    if (!isOfMechanism(reply)) throw last;
  }
  throw last ?? new RangeError('no mechanism to try');
}

/** RFC 4954 §6: 504 this mechanism is unknown, 534 it is too weak; but 534 5.7.9 and 5.7.14 (Gmail) are about the password. */
function isOfMechanism(reply: Reply): boolean {
  return reply.code === 504 || (reply.code === 534 && !/5\.7\.(9|14)\b|password|log in/i.test(reply.text));
}

function choices(host: string, extensions: Extensions, { secure, loopback }: Safety): string[] {
  const known = [...MECHANISMS.keys()];
  const offered = extensions.esmtp
    ? known.filter((name) => extensions.auth.has(name))
    : known.filter((name) => name !== 'CRAM-MD5');
  // CRAM-MD5 sends no password; where a connection may be in clear at all, it may be used.
  const safe = offered.filter((name) => secure || loopback || name === 'CRAM-MD5');
  if (safe.length > 0) return safe;
  throw offered.length > 0 ? inClear(host) : unoffered(host, extensions, secure);
}

/** RFC 4616 §2, RFC 4954 §4: in one line with the command; where the server asks nevertheless, again (S-003). */
function* plainText(host: string, user: string, pass: string): Dialogue<Reply> {
  const message = plain(user, pass).toString('base64');
  const reply = yield* exchange(host, 'auth', `AUTH PLAIN ${message}`, 'AUTH PLAIN ***');
  if (reply.code !== 334) return reply;
  return yield* exchange(host, 'auth', message, '***');
}

/** Without an initial response, and whatever the prompts say (S-002, S-003). */
function* loginText(host: string, user: string, pass: string): Dialogue<Reply> {
  let reply = yield* exchange(host, 'auth', 'AUTH LOGIN');
  for (const answer of [user, pass]) {
    if (reply.code !== 334) return reply;
    reply = yield* exchange(host, 'auth', Buffer.from(answer, 'utf8').toString('base64'), '***');
  }
  return reply;
}

/** RFC 2195 §2. */
function* challengeResponse(host: string, user: string, pass: string): Dialogue<Reply> {
  const reply = yield* exchange(host, 'auth', 'AUTH CRAM-MD5');
  if (reply.code !== 334) return reply;
  const answer = cramMd5(user, pass, Buffer.from(reply.text, 'base64'));
  return yield* exchange(host, 'auth', Buffer.from(answer, 'utf8').toString('base64'), '***');
}

function inClear(host: string): MailError {
  return new MailError({
    kind: 'auth',
    retry: 'never',
    message: `SMTP AUTH with ${host} not tried: the password would go in clear`,
    hint: 'Set tls: implicit (port 465) or tls: starttls (port 587) under send:.',
    phase: 'auth',
  });
}

function unoffered(host: string, { auth, keywords }: Extensions, secure: boolean): MailError {
  const offer = auth.size === 0 ? 'no login' : `only ${[...auth].join(', ')}`;
  return new MailError({
    kind: 'auth',
    retry: 'never',
    message: `SMTP AUTH with ${host} not possible: the server offers ${offer}`,
    hint:
      keywords.has('STARTTLS') && !secure
        ? 'The server offers STARTTLS: set tls: starttls under send:.'
        : 'Check host and port under send: (465 with tls: implicit, 587 with starttls); port 25 takes no logins.',
    phase: 'auth',
  });
}
