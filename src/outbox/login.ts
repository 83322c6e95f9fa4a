// From a fresh connection to a server that is ready for MAIL.
import { hostname } from 'node:os';
import type { Account } from '../model/account.ts';
import { MailError } from '../model/error.ts';
import type { Connection } from '../net/connection.ts';
import { signingIn } from '../net/sign-in.ts';
import { withLoginCure } from '../protocol/login-cure.ts';
import { authenticate } from '../protocol/smtp/auth.ts';
import { ehlo, type Extensions } from '../protocol/smtp/ehlo.ts';
import { greeting } from '../protocol/smtp/greeting.ts';
import { starttls } from '../protocol/smtp/starttls.ts';

/**
 * Greets, starts TLS where the account wants it, and logs in; `name` is ours in EHLO, `without` what this host offers and
 * breaks (`ehlo`). Throws MailError.
 */
export async function login(
  connection: Connection,
  account: Account,
  name: string,
  without?: ReadonlySet<string>,
): Promise<Extensions> {
  const { host } = connection;
  // S-012: some servers let every client wait for up to a minute before they greet.
  await connection.converse(greeting(host), { idle: 2 * account.timeouts.idle });
  let extensions = await connection.converse(ehlo(host, name, without));
  if (account.send?.tls === 'starttls') {
    await connection.converse(starttls(host));
    extensions = await connection.converse(ehlo(host, name, without));
  }
  const { channel } = connection;
  try {
    await signingIn(account.login, (credentials) =>
      connection.converse(authenticate(credentials, extensions, channel)),
    );
  } catch (thrown) {
    throw thrown instanceof MailError ? withLoginCure(thrown, host, account.loginHint) : thrown;
  }
  return extensions;
}

/** Our name in EHLO. RFC 5321 §4.1.3: a machine without a whole name says its address; the loopback one tells nobody anything. */
export function ourName(): string {
  const name = hostname();
  return /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(name) ? name : '[127.0.0.1]';
}
