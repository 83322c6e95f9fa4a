// An account that is signed in at an authorization server of our own: its tokens lie where `mailkeep login` puts them.
import { join } from 'node:path';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Account } from '../../src/model/account.ts';
import type { Clock } from '../../src/model/clock.ts';
import { withTokens } from '../../src/oauth2/token-login.ts';
import type { Tokens } from '../../src/oauth2/tokens.ts';
import type { AuthorizationServer } from './authorization-server.ts';

export const USER = 'me@example.org';

/** An account `mine` of this server, with its login. */
export function oauth2Account(
  server: Pick<AuthorizationServer, 'keys'>,
  data: string,
  clock: Clock,
): Account {
  const { clientId, tokenEndpoint, authorizationEndpoint, deviceEndpoint, scope, ca } = server.keys;
  const account: Account = {
    name: 'mine',
    address: USER,
    user: USER,
    login: () => Promise.reject(new Error('no tokens')),
    oauth2: {
      provider: 'localhost',
      clientId,
      tokenEndpoint,
      authorizationEndpoint,
      deviceEndpoint,
      scope,
      ca,
      redirect: 'http://127.0.0.1/',
      parameters: {},
      registering: 'register one',
    },
    timeouts: { connect: 30_000, idle: 30_000 },
  };
  const [signing] = withTokens([account], data, clock);
  if (signing === undefined) throw new TypeError('no account');
  return signing;
}

/** Writes tokens that the server has just issued for account `mine`, signed in at `now`. */
export function putTokens(
  server: AuthorizationServer,
  data: string,
  now: number,
  more: Partial<Tokens> = {},
): Tokens {
  const {
    access_token: accessToken,
    refresh_token: refreshToken = null,
    expires_in: seconds,
  } = server.issue();
  const { tokenEndpoint, clientId } = server.keys;
  const tokens: Tokens = {
    version: 1,
    user: USER,
    tokenEndpoint,
    clientId,
    accessToken,
    refreshToken,
    issued: now,
    expires: now + seconds * 1000,
    signedIn: now,
    ended: null,
    ...more,
  };
  mkdirSync(join(data, 'tokens'), { recursive: true });
  writeFileSync(tokenPath(data), JSON.stringify(tokens));
  return tokens;
}

/** Where they lie. */
export function tokenPath(data: string): string {
  return join(data, 'tokens', 'mine.json');
}

/** What lies there. */
export function tokensAt(data: string): Tokens {
  const tokens: Tokens = JSON.parse(readFileSync(tokenPath(data), 'utf8'));
  return tokens;
}
