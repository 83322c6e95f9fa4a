// The token endpoint (RFC 6749 §3.2): what is shown there, together with the client's own name, for a grant.
import { MailError } from '../model/error.ts';
import type { OAuth2 } from '../model/oauth2.ts';
import { grantOf } from './answer.ts';
import type { Answer, Grant } from './answer.ts';
import { post } from './post.ts';

/** RFC 6749 §6: a new access token, and perhaps a new refresh token, for this one. Throws MailError. */
export async function refreshed(client: OAuth2, refreshToken: string): Promise<Grant> {
  const form = { grant_type: 'refresh_token', refresh_token: refreshToken };
  return grantOf('renewal', await ask(client, client.tokenEndpoint, form));
}

/** RFC 6749 §4.1.3 with RFC 7636 §4.5: the grant for the code that came with the redirect. Throws MailError. */
export async function redeemed(
  client: OAuth2,
  code: string,
  verifier: string,
  redirectUri: string,
  signal: AbortSignal,
): Promise<Grant> {
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  };
  return grantOf('sign-in', await ask(client, client.tokenEndpoint, form, signal));
}

/** Sends `form` in the client's name to one of its endpoints. Throws MailError where no answer came, and `config`. */
export async function ask(
  { clientId, clientSecret, ca }: OAuth2,
  endpoint: string,
  form: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<Answer> {
  if (clientId === undefined) {
    throw new MailError({
      kind: 'config',
      retry: 'never',
      message: 'oauth2.clientId is missing',
      cause: new Error('no client id'),
    });
  }
  // RFC 6749 §2.3.1: in the form, which all four kinds of provider take; a public client gives its id alone.
  const secret = clientSecret === undefined ? {} : { client_secret: await clientSecret() };
  return post(endpoint, { client_id: clientId, ...secret, ...form }, { ca, signal });
}
