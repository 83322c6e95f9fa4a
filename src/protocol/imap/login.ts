// The login: AUTHENTICATE by the strongest mechanism that the server offers, else LOGIN. Another one is tried only where
// the server says that it does not do this one; nothing that reveals the secret is sent where others can listen.
import type { Credentials, Password } from '../../model/account.ts';
import { MailError } from '../../model/error.ts';
import { cure } from '../../model/hint.ts';
import { HANGS_UP, NO_TOKENS, TLS_FIRST } from '../cures.ts';
import type { Dialogue } from '../dialogue.ts';
import { mayReveal, type Channel } from '../sasl/channel.ts';
import { choose, type Choice } from '../sasl/choose.ts';
import { refused } from '../sasl/refused.ts';
import { checkSayable } from '../sasl/sayable.ts';
import { aboutWhat, tryEach, type Done, type Refused, type Way } from '../sasl/ways.ts';
import { commandOf } from './astring.ts';
import { authenticate } from './authenticate.ts';
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
  const ways = borne.map((choice): Way<Capabilities | null> => {
    return { name: choice.name, go: () => byMechanism(before, choice, credentials) };
  });
  if ('password' in credentials && mayReveal(channel) && !capabilities.has('LOGINDISABLED')) {
    // AUTHENTICATE LOGIN is older than LOGIN is sure: it comes last.
    const at = ways.findIndex(({ name }) => name === 'LOGIN');
    ways.splice(at < 0 ? ways.length : at, 0, { name: 'LOGIN', go: () => byCommand(before, credentials) });
  }
  const ended = yield* tryEach(ways, avoid);
  if (ended === null) throw nothingToTry(before, credentials, inClear);
  return ended.done;
}

function mechanismsIn(capabilities: Capabilities): ReadonlySet<string> {
  return new Set([...capabilities].flatMap((word) => /^AUTH=(.+)$/.exec(word)?.[1] ?? []));
}

/** In one go where SASL-IR is offered; a server that does not bear it gets the same again in two (RFC 4959 §3). */
function* byMechanism(
  { channel: { host }, tags, capabilities, avoid }: Before,
  choice: Choice,
  credentials: Credentials,
): Dialogue<Done<Capabilities | null> | Refused> {
  const initial = capabilities.has('SASL-IR') && !avoid.has('SASL-IR');
  let said = yield* inLogin(host, authenticate(host, tags, choice, initial));
  if (initial && isBad(said.answer)) {
    said = yield* inLogin(host, authenticate(host, tags, choice, false));
    if (!isBad(said.answer)) avoid.add('SASL-IR');
  }
  const { answer, mechanism, told } = said;
  if (answer.word === 'OK') return { done: told };
  const error = refusal(host, `AUTHENTICATE ${mechanism.name}`, 'auth', answer);
  const about = isUnknown(answer, error) ? 'mechanism' : aboutWhat(mechanism, error, answer.text);
  return { error: refused(host, error, mechanism, credentials), about };
}

/** RFC 9051 §7.1.3: a BAD without a code is about the command. */
function isBad({ word, code }: Answer): boolean {
  return word === 'BAD' && code === null;
}

/** Some say BAD where they are only throttled (I-051). */
function isUnknown(answer: Answer, { kind }: MailError): boolean {
  return isBad(answer) && kind === 'refused';
}

/** LOGIN (RFC 9051 §6.2.3). */
function* byCommand(
  { channel: { host }, tags }: Before,
  { user, password }: Password,
): Dialogue<Done<Capabilities | null> | Refused> {
  const strings = [user, password].map((text) => Buffer.from(text, 'utf8').toString('latin1'));
  const heard = new HeardCapabilities();
  const pieces = commandOf('LOGIN', strings, true);
  const command = { name: 'LOGIN', pieces, secret: true, phase: 'auth' };
  const answer = yield* inLogin(host, exchange(host, tags, command, heard.hearing));
  if (answer.word === 'OK') return { done: heard.with(answer) };
  const error = refusal(host, 'LOGIN', 'auth', answer);
  return { error, about: isUnknown(answer, error) ? 'mechanism' : 'credentials' };
}

/** A connection that is lost in the login is not dialled again at once: to the server it would look like an attack. */
function* inLogin<T>(host: string, answer: Dialogue<T>): Dialogue<T> {
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
      hint: thrown.hint ?? cure(HANGS_UP, host),
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
      hint: cure(TLS_FIRST, host),
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
    hint: cure('token' in credentials ? NO_TOKENS : TLS_FIRST, host),
    cause: new Error(disabled ? 'LOGINDISABLED' : offered.join(' ')),
  });
}
