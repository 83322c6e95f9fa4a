// The login: AUTHENTICATE by the strongest mechanism that the server offers, else LOGIN. Another one is tried only where
// the server says that it does not do this one; nothing that reveals the secret is sent where others can listen.
import type { Credentials, Password } from '../../model/account.ts';
import { MailError } from '../../model/error.ts';
import type { Dialogue } from '../dialogue.ts';
import { mayReveal, type Channel } from '../sasl/channel.ts';
import { choose, type Choice } from '../sasl/choose.ts';
import { isOfMechanism, refused } from '../sasl/refused.ts';
import { checkSayable } from '../sasl/sayable.ts';
import { commandOf } from './astring.ts';
import { authenticate, type Said } from './authenticate.ts';
import { HeardCapabilities } from './capability.ts';
import type { Capabilities } from './capability.ts';
import { exchange } from './exchange.ts';
import type { Answer } from './exchange.ts';
import { refusal } from './refusal.ts';
import type { Tags } from './tags.ts';

/** The session before its login. */
export interface Before {
  readonly tags: Tags;
  /** As told after STARTTLS. */
  readonly capabilities: Capabilities;
  readonly channel: Channel;
  /** What this host does not bear: `SASL-IR`, `AUTHENTICATE`, mechanisms. What is learnt of it here is added. */
  readonly avoid: Set<string>;
}

/**
 * Logs in. Returns the capabilities that came with the answer, null where none did: ask again then, they change with the
 * login (RFC 9051 §6.2.2). Throws MailError `auth` (never; later where the password may be right), `busy`, `config` where
 * user or password cannot be sent, `protocol` where the server does not prove itself.
 */
export function* signIn(before: Before, credentials: Credentials): Dialogue<Capabilities | null> {
  checkSayable(credentials);
  const { capabilities, avoid, channel } = before;
  const { list, inClear } = choose(credentials, mechanismsIn(capabilities), channel);
  const borne = list.filter(({ name }) => !avoid.has('AUTHENTICATE') && !avoid.has(name));
  // AUTHENTICATE LOGIN is older than LOGIN is sure: it comes last.
  const usual = borne.filter(({ name }) => name !== 'LOGIN');
  const last = borne.filter(({ name }) => name === 'LOGIN');
  let refusedBy: MailError | undefined;
  for (const choice of usual) {
    const said = yield* say(before, choice);
    if (said.answer.word === 'OK') return said.told;
    refusedBy = refusedError(before, said, credentials);
    if (!isNotDone(said, refusedBy)) throw refusedBy;
    // S-004: not tried again here, but for the last ones, without which there would be no way in at all
    if (/^(SCRAM|CRAM)-/.test(choice.name)) avoid.add(choice.name);
  }
  if ('password' in credentials && mayReveal(channel) && !capabilities.has('LOGINDISABLED')) {
    const { answer, told } = yield* login(before, credentials);
    if (answer.word === 'OK') return told;
    refusedBy = refusal(channel.host, 'LOGIN', 'auth', answer);
    if (!isBad(answer) || refusedBy.kind !== 'refused') throw refusedBy;
  }
  for (const choice of last) {
    const said = yield* say(before, choice);
    if (said.answer.word === 'OK') return said.told;
    throw refusedError(before, said, credentials);
  }
  throw refusedBy ?? nothingToTry(before, credentials, inClear);
}

function mechanismsIn(capabilities: Capabilities): ReadonlySet<string> {
  return new Set([...capabilities].flatMap((word) => /^AUTH=(.+)$/.exec(word)?.[1] ?? []));
}

/** In one go where SASL-IR is offered; a server that does not bear it gets the same again in two (RFC 4959 §3). */
function* say({ channel: { host }, tags, capabilities, avoid }: Before, choice: Choice): Dialogue<Said> {
  const initial = capabilities.has('SASL-IR') && !avoid.has('SASL-IR');
  const said = yield* inLogin(authenticate(host, tags, choice, initial));
  if (!initial || !isBad(said.answer)) return said;
  const again = yield* inLogin(authenticate(host, tags, choice, false));
  if (!isBad(again.answer)) avoid.add('SASL-IR');
  return again;
}

/** RFC 9051 §7.1.3: a BAD without a code is about the command. */
function isBad({ word, code }: Answer): boolean {
  return word === 'BAD' && code === null;
}

function refusedError(
  { channel: { host } }: Before,
  { answer, mechanism }: Said,
  credentials: Credentials,
): MailError {
  const error = refusal(host, `AUTHENTICATE ${mechanism.name}`, 'auth', answer);
  return refused(error, mechanism, credentials);
}

/** The server does not do the mechanism: it says BAD, or it says so. */
function isNotDone({ answer, mechanism }: Said, error: MailError): boolean {
  if (isBad(answer) && error.kind === 'refused') return true;
  return isOfMechanism(`${mechanism.refusal ?? ''} ${answer.text}`);
}

/** LOGIN (RFC 9051 §6.2.3). */
function* login(
  { channel: { host }, tags }: Before,
  { user, password }: Password,
): Dialogue<{ readonly answer: Answer; readonly told: Capabilities | null }> {
  const strings = [user, password].map((text) => Buffer.from(text, 'utf8').toString('latin1'));
  const heard = new HeardCapabilities();
  const pieces = commandOf('LOGIN', strings, true);
  const command = { name: 'LOGIN', pieces, secret: true, phase: 'auth' };
  const answer = yield* inLogin(exchange(host, tags, command, heard.hearing));
  return { answer, told: heard.with(answer) };
}

/** A connection that is lost in the login is not dialled again at once: to the server it would look like an attack. */
function* inLogin<T>(answer: Dialogue<T>): Dialogue<T> {
  try {
    return yield* answer;
  } catch (thrown) {
    if (!(thrown instanceof MailError) || thrown.kind !== 'closed' || thrown.retry !== 'now') throw thrown;
    throw new MailError({
      kind: 'closed',
      retry: 'later',
      message: thrown.message,
      phase: 'auth',
      code: thrown.code,
      hint: thrown.hint ?? 'Some servers hang up on a wrong password: check it if this happens again.',
      cause: thrown,
    });
  }
}

function nothingToTry(
  { capabilities, channel }: Before,
  credentials: Credentials,
  inClear: boolean,
): MailError {
  const { host } = channel;
  if (inClear || !(mayReveal(channel) || 'token' in credentials)) {
    return new MailError({
      kind: 'auth',
      retry: 'never',
      message: `IMAP login at ${host} not tried: the ${'token' in credentials ? 'token' : 'password'} would go in clear`,
      phase: 'auth',
      hint: 'Set tls: implicit (port 993) or tls: starttls (port 143) under receive:.',
    });
  }
  const disabled = capabilities.has('LOGINDISABLED');
  const offered = [...mechanismsIn(capabilities)];
  return new MailError({
    kind: 'auth',
    retry: 'never',
    message:
      'token' in credentials
        ? `IMAP login at ${host} not possible: it takes no OAuth2 token, only ${offered.join(', ') || 'LOGIN'}`
        : `IMAP LOGIN is disabled by ${host} on this connection`, // I-171
    phase: 'auth',
    code: disabled ? 'LOGINDISABLED' : undefined,
    hint:
      'token' in credentials
        ? 'Give a password instead of oauth2 for this account, or check host and port.'
        : 'The server wants TLS before a login, or another way to log in: set tls: implicit or tls: starttls.',
    cause: new Error(disabled ? 'LOGINDISABLED' : offered.join(' ')),
  });
}
