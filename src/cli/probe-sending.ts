// The steps of an account that sends: to its SMTP server, up to the login as a delivery does it. Nothing is sent.
import type { Account, Send } from '../model/account.ts';
import { login, ourName } from '../outbox/login.ts';
import { quit } from '../protocol/smtp/quit.ts';
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
    const error = await failureOf(
      dialled.connect().then((connection) => login(connection, account, ourName())),
    );
    const connection = dialled.connection();
    yield* loginSteps(account, send, connection, error, at, now);
    if (error === undefined && connection !== undefined)
      await failureOf(connection.converse(quit(send.host)));
  } finally {
    dialled.connection()?.close();
  }
}
