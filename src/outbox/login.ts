// From a fresh connection to a server that is ready for MAIL; and whether it can take this very message.
import { hostname } from 'node:os';
import { passwordOf, type Account } from '../model/account.ts';
import type { Connection } from '../net/connection.ts';
import { authenticate } from '../protocol/smtp/auth.ts';
import { ehlo, type Extensions } from '../protocol/smtp/ehlo.ts';
import { greeting } from '../protocol/smtp/greeting.ts';
import { starttls } from '../protocol/smtp/starttls.ts';

/** What is to be delivered: frozen octets, and whom they are for. */
export interface Delivery {
  readonly sender: string;
  /** Those of this try, at least one. */
  readonly recipients: readonly string[];
  /** The frozen file. */
  readonly path: string;
  /** Its octets. */
  readonly size: number;
  readonly eightBitBody: boolean;
  readonly eightBitHead: boolean;
}

/** Greets, starts TLS where the account wants it, and logs in; `name` is ours in EHLO. Throws MailError. */
export async function login(connection: Connection, account: Account, name: string): Promise<Extensions> {
  const { host } = connection;
  await connection.converse(greeting(host));
  let extensions = await connection.converse(ehlo(host, name));
  if (account.send?.tls === 'starttls') {
    await connection.converse(starttls(host));
    extensions = await connection.converse(ehlo(host, name));
  }
  const { secure, loopback } = connection;
  const { user, password } = passwordOf(await account.login());
  await connection.converse(authenticate(host, user, password, extensions, { secure, loopback }));
  return extensions;
}

/** What the server would have to be able to, and is not. Frozen octets are not changed for one server. */
export function inability(
  { eightBitBody, eightBitHead }: Delivery,
  { keywords }: Extensions,
  host: string,
): string | null {
  if (eightBitHead && !keywords.has('SMTPUTF8')) {
    return `its header holds characters beyond ASCII as they are, and ${host} takes none (no SMTPUTF8): write them as encoded words (RFC 2047)`;
  }
  if (eightBitBody && !keywords.has('8BITMIME')) {
    return `its body holds octets above 127, and ${host} takes none (no 8BITMIME): encode it as quoted-printable or base64`;
  }
  return null;
}

/** Our name in EHLO. RFC 5321 §4.1.3: a machine without a whole name says its address; the loopback one tells nobody anything. */
export function ourName(): string {
  const name = hostname();
  return /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(name) ? name : '[127.0.0.1]';
}
