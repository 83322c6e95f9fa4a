// The login: AUTH by the strongest mechanism that the server offers, else USER and PASS, which every server has, else APOP.
// Another one is tried only where the server says that it does not do this one.
import type { Credentials, Password } from '../../model/account.ts';
import { MailError } from '../../model/error.ts';
import { cure } from '../../model/hint.ts';
import { NO_APOP, NO_TOKENS, POP3_PORTS, TLS_FIRST } from '../cures.ts';
import type { Dialogue } from '../dialogue.ts';
import { duringLogin } from '../phase.ts';
import { mayReveal, type Channel } from '../sasl/channel.ts';
import { choose, type Choice } from '../sasl/choose.ts';
import { refused } from '../sasl/refused.ts';
import { checkSayable } from '../sasl/sayable.ts';
import { aboutWhat, isHiding, tryEach, type Done, type Refused, type Way } from '../sasl/ways.ts';
import { apop } from './apop.ts';
import { auth } from './auth.ts';
import type { Capabilities } from './capa.ts';
import { refusal } from './refusal.ts';
import { command } from './status.ts';
import type { Status } from './status.ts';

/** The session before its login. */
export interface Before {
  readonly channel: Channel;
  /** What CAPA told, after STLS where that was said; null: nothing. */
  readonly capabilities: Capabilities | null;
  /** The greeting's. */
  readonly stamp: string | null;
  /** What this host does not bear: `SASL-IR`, `APOP`, mechanisms. What is learnt of it here is added. */
  readonly avoid: Set<string>;
}

/**
 * Logs in and returns the name of what did it: `SCRAM-SHA-256`, `USER`, `APOP` … Ask for the capabilities again then, they
 * change with the login (P-006). Throws MailError `auth` (never), `busy` where the mailbox is locked or logins came too
 * fast, `refused` for [SYS/PERM], `config` where user or password cannot be sent, `closed` with `avoid: 'APOP'`.
 */
export function* signIn(before: Before, credentials: Credentials): Dialogue<string> {
  checkSayable(credentials);
  const ended = yield* duringLogin(
    before.channel.host,
    'POP3 login',
    tryEach(ways(before, credentials), before.avoid),
  );
  if (ended === null) throw nothingToTry(before, credentials);
  return ended.done;
}

function ways(before: Before, credentials: Credentials): Way<string>[] {
  const { channel, capabilities, stamp, avoid } = before;
  const { list: all } = choose(credentials, mechanismsIn(capabilities), channel);
  const list = all.filter(({ name }) => !avoid.has(name));
  const byAuth = (choice: Choice): Way<string> => ({
    name: choice.name,
    go: () => byMechanism(before, choice, credentials),
  });
  if ('token' in credentials) return list.map(byAuth);
  const hidden = list.filter(({ name }) => isHiding(name)).map(byAuth);
  const revealing = list.filter(({ name }) => name === 'PLAIN').map(byAuth);
  const user: Way<string> = { name: 'USER', go: () => byPassword(channel.host, credentials) };
  // A server that tells nothing, or tells of no way in at all, has USER all the same (RFC 1939 §7).
  const hasUser = capabilities === null || capabilities.has('USER') || list.length === 0;
  if (mayReveal(channel) && hasUser) revealing.push(user);
  revealing.push(...list.filter(({ name }) => name === 'LOGIN').map(byAuth));
  const byApop: Way<string>[] =
    stamp === null || avoid.has('APOP')
      ? []
      : [{ name: 'APOP', go: () => byStamp(channel.host, credentials, stamp) }];
  // P-003: where nobody listens, the password itself is safer with the server than its MD5.
  return channel.secure || channel.loopback
    ? [...hidden, ...revealing, ...byApop]
    : [...hidden, ...byApop, ...revealing];
}

/** RFC 2449 §6.3: the argument of SASL. */
function mechanismsIn(capabilities: Capabilities | null): ReadonlySet<string> {
  return new Set((capabilities?.get('SASL') ?? '').toUpperCase().split(/\s+/).filter(Boolean));
}

/** In one go; a server that does not bear it gets the same again in two (RFC 1734 knew no initial response). */
function* byMechanism(
  { channel, avoid }: Before,
  choice: Choice,
  credentials: Credentials,
): Dialogue<Done<string> | Refused> {
  const initial = !avoid.has('SASL-IR');
  let said = yield* auth(channel.host, choice, initial);
  if (initial && said.mechanism.initial !== null && isOfCommand(said.status)) {
    said = yield* auth(channel.host, choice, false);
    if (!isOfCommand(said.status)) avoid.add('SASL-IR');
  }
  const { status, mechanism } = said;
  if (status.ok) return { done: choice.name };
  const error = refusal(channel.host, `AUTH ${choice.name}`, status, WRONG);
  const about = isOfCommand(status) ? 'mechanism' : aboutWhat(mechanism, error, status.text);
  return { error: refused(channel.host, error, mechanism, credentials), about };
}

/** A -ERR that speaks of the command, and not of the login: no code, and loose words, are all there is (RFC 1939 §3). */
function isOfCommand({ ok, code, text }: Status): boolean {
  return !ok && code === null && OF_COMMAND.test(text.slice(0, 1000));
}

const OF_COMMAND =
  /\b(?:unknown|invalid|bad|malformed|unrecogni[sz]ed|unimplemented|unsupported) (?:command|argument|syntax)|\bcommand (?:not|unknown)|\bsyntax|not implemented|too many arg/i;

/** USER and PASS (RFC 1939 §7), as UTF-8. */
function* byPassword(host: string, { user, password }: Password): Dialogue<Done<string> | Refused> {
  const known = yield* command(host, `USER ${user}`);
  if (!known.ok)
    return {
      error: refusal(host, 'USER', known, WRONG),
      about: isOfCommand(known) ? 'mechanism' : 'credentials',
    };
  const entered = yield* command(host, `PASS ${password}`, 'PASS ***');
  if (entered.ok) return { done: 'USER' };
  return { error: refusal(host, 'PASS', entered, WRONG), about: 'credentials' };
}

const WRONG = { kind: 'auth', retry: 'never' } as const;

/** P-002: many servers show a stamp and can do nothing with it; then the password goes over TLS, or not at all. */
function* byStamp(host: string, credentials: Password, stamp: string): Dialogue<Done<string> | Refused> {
  const status = yield* apop(host, credentials, stamp);
  if (status.ok) return { done: 'APOP' };
  return { error: refusal(host, 'APOP', status, { ...WRONG, hint: NO_APOP }), about: 'credentials' };
}

function nothingToTry({ channel, capabilities }: Before, credentials: Credentials): MailError {
  const offered = [...mechanismsIn(capabilities)].join(', ');
  const ofToken = 'token' in credentials;
  const inClear = !mayReveal(channel);
  return new MailError({
    kind: 'auth',
    retry: 'never',
    message: inClear
      ? `POP3 login at ${channel.host} not tried: the ${ofToken ? 'token' : 'password'} would go in clear`
      : `POP3 login at ${channel.host} not possible: the server offers ${offered === '' ? 'no AUTH' : `only ${offered}`}`,
    phase: 'auth',
    hint: cure(inClear ? TLS_FIRST : ofToken ? NO_TOKENS : POP3_PORTS, channel.host),
    cause: new Error(offered),
  });
}
