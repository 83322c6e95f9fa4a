// The steps that receiving and sending have in common: the name, the connection with its certificate, the login.
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Account, Endpoint } from '../model/account.ts';
import { asMailError, MailError, textOf } from '../model/error.ts';
import type { Connection } from '../net/connection.ts';
import { dial } from '../net/dial.ts';
import { netFailure } from '../net/failure.ts';
import { withLoginCure } from '../protocol/login-cure.ts';
import { notesOfConnection } from './probe-notes.ts';
import { same, type Step } from './steps.ts';

const DAY = 86_400_000;

/** Where a conversation may fail before the login: it says nothing about the password. */
const BEFORE_LOGIN: ReadonlySet<string> = new Set([
  'greeting',
  'ehlo',
  'starttls',
  'stls',
  'capability',
  'capa',
]);

/** Which server a step is about. */
export interface At {
  readonly account: string;
  readonly server: 'imap' | 'pop3' | 'smtp';
}

/** The step `dns`. */
export async function nameStep({ host }: Endpoint, at: At): Promise<Step> {
  const step = { ...at, step: 'dns', host } as const;
  if (isIP(host) !== 0) return { ...step, text: { en: `${host} is an address`, zh: `${host} 是 IP 地址` } };
  try {
    const addresses = (await lookup(host, { all: true })).map(({ address }) => address);
    const list = addresses.join(', ');
    return {
      ...step,
      text: { en: `${host} is ${list}`, zh: `${host} 的地址是 ${list}` },
      facts: { addresses },
    };
  } catch (thrown) {
    return { ...step, text: same(host), error: netFailure(host, thrown) };
  }
}

/** A dial that remembers its connection, so that what failed can be told: reaching the server, or logging in. */
export function dialler(
  { timeouts }: Account,
  endpoint: Endpoint,
): { connect: () => Promise<Connection>; connection: () => Connection | undefined } {
  let made: Connection | undefined;
  return {
    connect: async () => (made = await dial(endpoint, timeouts)),
    connection: () => made,
  };
}

/** The steps `connect` and `login`, told apart by how far it came. */
export function* loginSteps(
  { user, loginHint }: Account,
  endpoint: Endpoint,
  connection: Connection | undefined,
  error: MailError | undefined,
  at: At,
  now: number,
): Generator<Step> {
  const where = `${endpoint.host}:${endpoint.port}`;
  if (connection === undefined || error?.kind === 'tls' || BEFORE_LOGIN.has(error?.phase ?? '')) {
    yield { ...at, step: 'connect', host: endpoint.host, text: same(where), error };
    return;
  }
  yield { ...at, step: 'connect', ...reached(where, endpoint, connection, now) };
  yield {
    ...at,
    step: 'login',
    host: endpoint.host,
    text: same(user),
    error: error && withLoginCure(error, endpoint.host, loginHint),
  };
}

function reached(
  where: string,
  endpoint: Endpoint,
  { certificateEnds, tlsVersion: version, channel: { loopback } }: Connection,
  now: number,
): Pick<Step, 'text' | 'facts' | 'notes' | 'host'> {
  const { host, tls, pin } = endpoint;
  const days = certificateEnds === null ? null : Math.floor((certificateEnds - now) / DAY);
  const notes = notesOfConnection(endpoint, { days, version, loopback });
  if (days === null) return { text: { en: `${where} without TLS`, zh: `${where}，没有加密` }, host, notes };
  const how =
    tls === 'starttls' ? { en: 'TLS by STARTTLS', zh: 'TLS（STARTTLS）' } : { en: 'TLS', zh: 'TLS' };
  const ends =
    days < 0 && pin !== undefined
      ? {
          en: `the certificate ended ${-days} days ago, but its key is the pinned one`,
          zh: `证书 ${-days} 天前已到期，但密钥与 pin 相符`,
        }
      : { en: `the certificate ends in ${days} days`, zh: `证书还有 ${days} 天到期` };
  const text = { en: `${where}, ${how.en}; ${ends.en}`, zh: `${where}，${how.zh}；${ends.zh}` };
  return { text, host, facts: { days }, notes };
}

/** The failure of something, or undefined when it was done. */
export async function failureOf(done: Promise<unknown>): Promise<MailError | undefined> {
  return done.then(
    () => undefined,
    (thrown: unknown) => unexpected(thrown),
  );
}

/** Any failure as a MailError. */
export function unexpected(thrown: unknown): MailError {
  return asMailError(thrown, { kind: 'protocol', message: textOf(thrown), retry: 'never' });
}
