// The login: AUTHENTICATE PLAIN where it is offered, else LOGIN. Neither is sent to a server that forbids it in clear.
import { MailError } from '../../model/error.ts';
import type { Dialogue } from '../dialogue.ts';
import { checkSecrets, plain } from '../sasl.ts';
import { commandOf } from './astring.ts';
import { HeardCapabilities } from './capability.ts';
import type { Capabilities } from './capability.ts';
import { exchange } from './exchange.ts';
import type { Answer } from './exchange.ts';
import { refusal } from './refusal.ts';
import type { Tags } from './tags.ts';

/**
 * Logs in with what `capabilities` offer. A server that offers PLAIN and does not know it (BAD) is asked by LOGIN; after
 * a NO nothing else is tried. Returns the capabilities that came with the answer, null where none did: ask again then,
 * they change with the login (RFC 9051 §6.2.2). Throws MailError `auth` (never; later where the password may be right),
 * `busy`, `config` where user or password cannot be sent. The caller sees to TLS.
 */
export function* signIn(
  host: string,
  tags: Tags,
  user: string,
  pass: string,
  capabilities: Capabilities,
): Dialogue<Capabilities | null> {
  if (!capabilities.has('AUTH=PLAIN')) return yield* login(host, tags, user, pass, capabilities);
  const said = yield* sayPlain(host, tags, user, pass, capabilities);
  const unknown = said.answer.word === 'BAD' && said.answer.code === null;
  if (unknown && !capabilities.has('LOGINDISABLED')) {
    const error = refusal(host, 'AUTHENTICATE PLAIN', 'auth', said.answer);
    if (error.kind === 'refused') return yield* login(host, tags, user, pass, capabilities);
  }
  return entered(host, said);
}

/** LOGIN (RFC 9051 §6.2.3). Throws MailError as `signIn`, and `auth` where LOGINDISABLED forbids it (I-171). */
export function* login(
  host: string,
  tags: Tags,
  user: string,
  pass: string,
  capabilities: Capabilities = new Set(),
): Dialogue<Capabilities | null> {
  checkSecrets(user, pass);
  if (capabilities.has('LOGINDISABLED')) throw disabled(host);
  const strings = [user, pass].map((text) => Buffer.from(text, 'utf8').toString('latin1'));
  const heard = new HeardCapabilities();
  const pieces = commandOf('LOGIN', strings, true);
  const command = { name: 'LOGIN', pieces, secret: true, phase: 'auth' };
  const answer = yield* inLogin(exchange(host, tags, command, heard.hearing));
  if (answer.word !== 'OK') throw refusal(host, 'LOGIN', 'auth', answer);
  return heard.with(answer);
}

/** AUTHENTICATE PLAIN (RFC 9051 §6.2.2), in one go where SASL-IR is offered (RFC 4959 §3). Throws MailError as `signIn`. */
export function* authenticatePlain(
  host: string,
  tags: Tags,
  user: string,
  pass: string,
  capabilities: Capabilities = new Set(),
): Dialogue<Capabilities | null> {
  return entered(host, yield* sayPlain(host, tags, user, pass, capabilities));
}

interface Said {
  readonly answer: Answer;
  readonly told: Capabilities | null;
}

function entered(host: string, { answer, told }: Said): Capabilities | null {
  if (answer.word !== 'OK') throw refusal(host, 'AUTHENTICATE PLAIN', 'auth', answer);
  return told;
}

function* sayPlain(
  host: string,
  tags: Tags,
  user: string,
  pass: string,
  capabilities: Capabilities,
): Dialogue<Said> {
  const message = plain(user, pass).toString('base64');
  const initial = capabilities.has('SASL-IR') && message.length < 900;
  const heard = new HeardCapabilities();
  let asked = 0;
  const pieces = [initial ? `AUTHENTICATE PLAIN ${message}` : 'AUTHENTICATE PLAIN'];
  const command = { name: 'AUTHENTICATE', shown: 'AUTHENTICATE PLAIN', pieces, secret: true, phase: 'auth' };
  // Some ask although they had it with the command. Who asks twice wants another mechanism: `*` ends it.
  const goOn = (): string => (++asked === 1 ? message : '*');
  const answer = yield* inLogin(exchange(host, tags, command, { ...heard.hearing, goOn }));
  return { answer, told: heard.with(answer) };
}

/** A connection that is lost in the login is not dialled again at once: to the server it would look like an attack. */
function* inLogin(answer: Dialogue<Answer>): Dialogue<Answer> {
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

function disabled(host: string): MailError {
  return new MailError({
    kind: 'auth',
    retry: 'never',
    message: `IMAP LOGIN is disabled by ${host} on this connection`,
    phase: 'auth',
    code: 'LOGINDISABLED',
    hint: 'The server wants TLS before a login, or another way to log in: set tls: implicit or tls: starttls.',
    cause: new Error('LOGINDISABLED'),
  });
}
