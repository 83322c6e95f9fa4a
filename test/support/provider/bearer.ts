// Logins with a token: XOAUTH2 as Google and Microsoft have it, and OAUTHBEARER (RFC 7628), each to a user or to none.
import type { House } from './house.ts';
import type { User } from './mailbox.ts';

/** The mechanisms that a provider with tokens offers. */
export const BEARER: readonly string[] = ['XOAUTH2', 'OAUTHBEARER'];

/**
 * Talks one such login to its end. `initial` is the client's response in base64; `ask` sends a challenge (octets, not yet in
 * base64) and resolves with the client's next response.
 */
export async function bearer(
  house: House,
  mechanism: string,
  initial: string,
  ask: (challenge: string) => Promise<string>,
): Promise<User | undefined> {
  const fields = Buffer.from(initial, 'base64').toString().split('\u0001');
  const [head = ''] = fields;
  const name = mechanism === 'XOAUTH2' ? /^user=(.*)$/.exec(head)?.[1] : /^n,a=(.*),$/.exec(head)?.[1];
  const token = fields.find((field) => field.startsWith('auth=Bearer '))?.slice('auth=Bearer '.length) ?? '';
  const user = house.users.get((name ?? '').toLowerCase());
  const whole = fields.at(-1) === '' && fields.at(-2) === '';
  if (user !== undefined && whole && house.tokens?.(user.address, token) === true) return user;
  // RFC 7628 §3.2.3: why not, as JSON, which the client has to answer before it is refused.
  await ask('{"status":"400","schemes":"Bearer","scope":"mail"}');
  return undefined;
}
