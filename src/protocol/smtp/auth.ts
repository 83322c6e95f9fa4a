// The login (RFC 4954 §4): the strongest mechanism that the server offers, and the next only where the server says that it
// does not do this one. A refused password is never tried in another way.
import type { Credentials } from '../../model/account.ts';
import { MailError } from '../../model/error.ts';
import { cure } from '../../model/hint.ts';
import { NO_TOKENS, SMTP_PORTS, TLS_FIRST } from '../cures.ts';
import type { Dialogue } from '../dialogue.ts';
import { duringLogin } from '../phase.ts';
import type { Channel } from '../sasl/channel.ts';
import { choose, type Choice } from '../sasl/choose.ts';
import { initialText, turns, type Mechanism } from '../sasl/mechanism.ts';
import { refused } from '../sasl/refused.ts';
import { checkSayable } from '../sasl/sayable.ts';
import { aboutWhat, tryEach, type Done, type Refused, type Way } from '../sasl/ways.ts';
import type { Extensions } from './ehlo.ts';
import { loginRefusal } from './login-refusal.ts';
import { exchange } from './reply.ts';
import type { Reply } from './reply.ts';

/** What is tried after HELO, which tells nothing. */
const USUAL: ReadonlySet<string> = new Set(['PLAIN', 'LOGIN', 'XOAUTH2']);

/** RFC 4954 §4: a longer command, in octets with its CRLF, goes without an initial response. */
const MAX_COMMAND = 12_288;

/**
 * Logs in and returns the name of the mechanism that did it. Throws MailError `auth` (never), `busy` for any 4xx, `config`
 * where user or password cannot be sent, `protocol` where the server does not prove itself; phase `auth`.
 */
export function* authenticate(
  credentials: Credentials,
  extensions: Extensions,
  channel: Channel,
): Dialogue<string> {
  checkSayable(credentials);
  const offered = extensions.esmtp ? extensions.auth : USUAL;
  const { list, inClear } = choose(credentials, offered, channel);
  if (list.length === 0)
    throw inClear ? wouldBeInClear(channel) : unoffered(credentials, extensions, channel);
  const ways = list.map((choice): Way<string> => {
    return { name: choice.name, go: () => byMechanism(channel.host, choice, credentials) };
  });
  const ended = yield* duringLogin(channel.host, 'SMTP AUTH', tryEach(ways, new Set()));
  if (ended === null) throw new RangeError('no mechanism to try');
  return ended.done;
}

function* byMechanism(
  host: string,
  choice: Choice,
  credentials: Credentials,
): Dialogue<Done<string> | Refused> {
  const { reply, mechanism } = yield* say(host, choice);
  // S-039: 503 "already authenticated"; MAIL will tell whether it is true
  if (reply.code === 235 || (reply.code === 503 && /already/i.test(reply.text))) {
    mechanism.confirm();
    return { done: mechanism.name };
  }
  const error = loginRefusal(host, mechanism.name, reply);
  const about = isTooWeak(reply) ? 'mechanism' : aboutWhat(mechanism, error, reply.text);
  return { error: refused(host, error, mechanism, credentials), about };
}

/** RFC 4954 §6: 504 this mechanism is unknown, 534 it is too weak; but 534 5.7.9 and 5.7.14 (Gmail) are about the password. */
function isTooWeak({ code, text }: Reply): boolean {
  return code === 504 || (code === 534 && !/5\.7\.(9|14)\b|password|log in/i.test(text));
}

interface Said {
  readonly reply: Reply;
  readonly mechanism: Mechanism;
}

/** In one go; where that is no syntax for the server, in two (S-003). */
function* say(host: string, choice: Choice): Dialogue<Said> {
  const said = yield* sayOnce(host, choice, true);
  const { reply, mechanism } = said;
  return reply.code === 501 && mechanism.initial !== null ? yield* sayOnce(host, choice, false) : said;
}

/** RFC 4954 §4: the mechanism to its end. */
function* sayOnce(host: string, choice: Choice, initial: boolean): Dialogue<Said> {
  const mechanism = choice.begin();
  const name = `AUTH ${choice.name}`;
  const first = mechanism.initial === null ? '' : ` ${initialText(mechanism.initial)}`;
  const withCommand = initial && first !== '' && name.length + first.length + 2 <= MAX_COMMAND;
  const answer = turns(host, mechanism, withCommand);
  let reply = yield* withCommand
    ? exchange(host, 'auth', name + first, `${name} ***`)
    : exchange(host, 'auth', name);
  for (let given = ''; reply.code === 334 && given !== '*';) {
    const { text, shown } = answer(reply.text);
    given = text;
    reply = yield* exchange(host, 'auth', text, shown);
  }
  return { reply, mechanism };
}

function wouldBeInClear({ host }: Channel): MailError {
  return new MailError({
    kind: 'auth',
    retry: 'never',
    message: `SMTP AUTH with ${host} not tried: the password would go in clear`,
    hint: cure(TLS_FIRST, host),
    phase: 'auth',
  });
}

function unoffered(credentials: Credentials, { auth, keywords }: Extensions, channel: Channel): MailError {
  const unsafe = keywords.has('STARTTLS') && !channel.secure;
  const wanted = unsafe ? TLS_FIRST : 'token' in credentials && auth.size > 0 ? NO_TOKENS : SMTP_PORTS;
  const offer = auth.size === 0 ? 'no login' : `only ${[...auth].join(', ')}`;
  return new MailError({
    kind: 'auth',
    retry: 'never',
    message: `SMTP AUTH with ${channel.host} not possible: the server offers ${offer}`,
    hint: cure(wanted, channel.host),
    phase: 'auth',
  });
}
