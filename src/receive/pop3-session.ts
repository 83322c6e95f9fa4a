// From a connection to a POP3 maildrop: greeting, capabilities, STLS, login. What a server can do is asked before the login,
// after STLS and after the login (RFC 2449 §5), because the answer changes (P-006).
import type { Connection } from '../net/connection.ts';
import { signingIn } from '../net/sign-in.ts';
import { capa, type Capabilities } from '../protocol/pop3/capa.ts';
import { greeting } from '../protocol/pop3/greeting.ts';
import { lang, utf8 } from '../protocol/pop3/language.ts';
import { signIn } from '../protocol/pop3/login.ts';
import { stls } from '../protocol/pop3/stls.ts';
import type { Pace } from './login-pace.ts';
import type { Receiving } from './open-source.ts';

/**
 * Logs in, and returns what the server can do then; null where it tells nothing. Throws MailError; with `avoid: 'CAPA'`
 * where it hangs up on the question (P-008).
 */
export async function openPop3(
  connection: Connection,
  account: Receiving,
  avoid: Set<string>,
  pace: Pace,
): Promise<Capabilities | null> {
  const { host, tls } = account.receive;
  const ask = async (): Promise<Capabilities | null> => {
    if (avoid.has('CAPA')) return null;
    const told = await connection.converse(capa(host));
    if (told?.size !== 0) return told;
    avoid.add('CAPA');
    return null;
  };
  const greeted = await connection.converse(greeting(host));
  if (tls === 'starttls') await connection.converse(stls(host));
  // RFC 2595 §4: what was said before STLS does not count after it, and is not asked for.
  const stamp = tls === 'starttls' ? null : greeted.stamp;
  const offered = await ask();
  await pace(Math.max(loginDelay(offered), account.receive.loginInterval ?? 0));
  // RFC 6856 §2: before the login, or never.
  if (offered?.has('UTF8') === true) await connection.converse(utf8(host));
  const before = { channel: connection.channel, capabilities: offered, stamp, avoid };
  await signingIn(account.login, (credentials) => connection.converse(signIn(before, credentials)));
  const able = await ask();
  if (able?.has('LANG') === true) await connection.converse(lang(host));
  return able;
}

/** RFC 2449 §6.5: the least time between two logins, in seconds there, in milliseconds here. At most a day is believed. */
function loginDelay(offered: Capabilities | null): number {
  const seconds = Number(/^\d{1,6}/.exec(offered?.get('LOGIN-DELAY') ?? '')?.[0] ?? 0);
  return Math.min(seconds, 86_400) * 1000;
}
