// The steps that receiving and sending have in common: the name, the connection with its certificate, the login.
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Account, Endpoint } from '../model/account.ts';
import { asMailError, MailError, textOf } from '../model/error.ts';
import { cure } from '../model/hint.ts';
import type { Connection } from '../net/connection.ts';
import { dial } from '../net/dial.ts';
import { netFailure } from '../net/failure.ts';
import { withLoginCure } from '../protocol/login-cure.ts';
import { notesOfConnection } from './probe-notes.ts';
import type { Step } from './steps.ts';

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
  const step = { ...at, step: 'dns' } as const;
  if (isIP(host) !== 0) return { ...step, text: `${host} is an address` };
  try {
    const addresses = (await lookup(host, { all: true })).map(({ address }) => address);
    return { ...step, text: `${host} is ${addresses.join(', ')}`, facts: { addresses } };
  } catch (thrown) {
    return { ...step, text: host, error: netFailure(host, thrown) };
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
    yield { ...at, step: 'connect', text: where, error };
    return;
  }
  yield { ...at, step: 'connect', ...reached(where, endpoint, connection, now) };
  yield { ...at, step: 'login', text: user, error: error && withLoginCure(error, endpoint.host, loginHint) };
}

function reached(
  where: string,
  endpoint: Endpoint,
  { certificateEnds, tlsVersion: version, channel: { loopback } }: Connection,
  now: number,
): Pick<Step, 'text' | 'facts' | 'notes'> {
  const { host, tls, pin } = endpoint;
  const days = certificateEnds === null ? null : Math.floor((certificateEnds - now) / DAY);
  const notes = notesOfConnection(endpoint, { days, version, loopback }).map((note) => cure(note, host));
  if (days === null) return { text: `${where} without TLS`, notes };
  const how = tls === 'starttls' ? 'TLS by STARTTLS' : 'TLS';
  const ends =
    days < 0 && pin !== undefined
      ? `the certificate ended ${-days} days ago, but its key is the pinned one`
      : `the certificate ends in ${days} days`;
  return { text: `${where}, ${how}; ${ends}`, facts: { days }, notes };
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
