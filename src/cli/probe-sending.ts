// The steps of an account that sends: to its SMTP server, up to the login as a delivery does it. Nothing is sent.
import { hostname } from 'node:os';
import type { Account, Send } from '../model/account.ts';
import type { Connection } from '../net/connection.ts';
import { authenticate } from '../protocol/smtp/auth.ts';
import { ehlo } from '../protocol/smtp/ehlo.ts';
import { greeting } from '../protocol/smtp/greeting.ts';
import { quit } from '../protocol/smtp/quit.ts';
import { starttls } from '../protocol/smtp/starttls.ts';
import { dialler, failureOf, loginSteps, nameStep } from './probe-parts.ts';
import type { Step } from './steps.ts';

/** Yields dns, connect and login, as far as it comes. */
export async function* probeSending(
  account: Account & { readonly send: Send },
  now: number,
): AsyncGenerator<Step> {
  const { send } = account;
  const at = { account: account.name, server: 'smtp' } as const;
  const name = await nameStep(send, at);
  yield name;
  if (name.error !== undefined) return;
  const dialled = dialler(account, send);
  try {
    const error = await failureOf(dialled.connect().then((connection) => logIn(connection, account, send)));
    const connection = dialled.connection();
    yield* loginSteps(account, send, connection, error, at, now);
    if (error === undefined && connection !== undefined)
      await failureOf(connection.converse(quit(send.host)));
  } finally {
    dialled.connection()?.close();
  }
}

async function logIn(
  connection: Connection,
  { user, password }: Account,
  { host, tls }: Send,
): Promise<void> {
  await connection.converse(greeting(host));
  const name = isPlain(hostname()) ? hostname() : 'localhost';
  let extensions = await connection.converse(ehlo(host, name));
  if (tls === 'starttls') {
    await connection.converse(starttls(host));
    extensions = await connection.converse(ehlo(host, name));
  }
  const { secure, loopback } = connection;
  await connection.converse(authenticate(host, user, await password(), extensions, { secure, loopback }));
}

const isPlain = (name: string): boolean => /^[A-Za-z0-9.-]{1,255}$/.test(name);
