// Which mechanisms are tried, and in which order: what the credentials are good for, what the server offers, and what may go
// over this connection. The strongest comes first; one that reveals the secret goes only where nobody can listen.
import type { Credentials, Password, Token } from '../../model/account.ts';
import { mayReveal, type Channel } from './channel.ts';
import { CramMd5 } from './cram-md5.ts';
import { Login } from './login.ts';
import type { Mechanism } from './mechanism.ts';
import { OAuthBearer } from './oauthbearer.ts';
import { Plain } from './plain.ts';
import { Scram } from './scram.ts';
import { XOAuth2 } from './xoauth2.ts';

/** A mechanism that may be tried. */
export interface Choice {
  readonly name: string;
  /** Begins one login by it. */
  readonly begin: () => Mechanism;
}

/** What could be tried, and whether something was left out because the secret would go in clear. */
export interface Choices {
  readonly list: readonly Choice[];
  readonly inClear: boolean;
}

/** The mechanisms to try of those in `offered` (upper case), strongest first; may be empty. */
export function choose(credentials: Credentials, offered: ReadonlySet<string>, channel: Channel): Choices {
  const all = 'token' in credentials ? forToken(credentials) : forPassword(credentials, offered, channel);
  const usable = all.filter(({ name }) => offered.has(name));
  const list = usable.filter(({ name }) => mayReveal(channel) || !REVEALING.has(name));
  return { list, inClear: list.length < usable.length };
}

/** They send the password or the token itself. */
const REVEALING: ReadonlySet<string> = new Set(['OAUTHBEARER', 'XOAUTH2', 'PLAIN', 'LOGIN']);

function forToken(token: Token): Choice[] {
  return [
    { name: 'OAUTHBEARER', begin: () => new OAuthBearer(token) },
    { name: 'XOAUTH2', begin: () => new XOAuth2(token) },
  ];
}

function forPassword(password: Password, offered: ReadonlySet<string>, channel: Channel): Choice[] {
  return [
    ...scram('sha256', password, offered, channel),
    ...scram('sha1', password, offered, channel),
    { name: 'CRAM-MD5', begin: () => new CramMd5(password) },
    { name: 'PLAIN', begin: () => new Plain(password) },
    { name: 'LOGIN', begin: () => new Login(password) },
  ];
}

function scram(
  hash: 'sha1' | 'sha256',
  password: Password,
  offered: ReadonlySet<string>,
  channel: Channel,
): Choice[] {
  const name = hash === 'sha1' ? 'SCRAM-SHA-1' : 'SCRAM-SHA-256';
  const plus = `${name}-PLUS`;
  // RFC 5802 §6: `y` tells a server that does offer -PLUS that somebody took it out of its list
  const { binding } = channel;
  const unbound = binding !== null && !offered.has(plus) ? 'y' : 'n';
  return [
    ...(binding === null ? [] : [{ name: plus, begin: () => new Scram(password, hash, binding, channel) }]),
    { name, begin: () => new Scram(password, hash, unbound, channel) },
  ];
}
