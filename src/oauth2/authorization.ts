// PURE: the request that a browser carries to the provider, and what comes back with it: a code that is good only for who
// holds the verifier (RFC 7636), in an answer that belongs to this very request.
import { createHash, randomBytes } from 'node:crypto';
import { MailError } from '../model/error.ts';
import type { OAuth2 } from '../model/oauth2.ts';
import { refusal } from './answer.ts';

/** One try to sign in. */
export interface Attempt {
  /** RFC 6749 §10.12: comes back with the answer. */
  readonly state: string;
  /** RFC 7636 §4.1: 43 characters; secret. */
  readonly verifier: string;
  /** What the browser is sent back to. */
  readonly redirectUri: string;
}

/** A new try. */
export function attempt(redirectUri: string): Attempt {
  const word = (): string => randomBytes(32).toString('base64url');
  return { state: word(), verifier: word(), redirectUri };
}

/** The page at which `user` says yes (RFC 6749 §4.1.1). */
export function authorizationPage(client: OAuth2, endpoint: string, user: string, attempt: Attempt): string {
  const page = new URL(endpoint);
  const challenge = createHash('sha256').update(attempt.verifier).digest('base64url');
  for (const [key, value] of Object.entries({
    ...client.parameters,
    response_type: 'code',
    client_id: client.clientId ?? '',
    redirect_uri: attempt.redirectUri,
    ...(client.scope === '' ? {} : { scope: client.scope }),
    state: attempt.state,
    code_challenge: challenge,
    code_challenge_method: 'S256', // RFC 7636 §4.2
    login_hint: user,
  }))
    page.searchParams.set(key, value);
  return page.href;
}

/**
 * The code in the address that the browser was sent to, or in what the person copied: the whole address, or, where the
 * provider shows one (`oob`), the code alone. Undefined for what does not belong to this try. Throws MailError for a no.
 */
export function codeIn(text: string, { state, redirectUri }: Attempt, provider: string): string | undefined {
  const said = text.trim();
  if (redirectUri === 'oob' && /^[\w.~%/+=-]{4,2048}$/.test(said)) return said;
  if (said.length > 8192 || !URL.canParse(said)) return undefined;
  const { searchParams } = new URL(said);
  if (searchParams.get('state') !== state) return undefined;
  const error = searchParams.get('error');
  if (error !== null) {
    throw withHint(
      refusal(
        'sign-in',
        {
          host: provider,
          status: 400,
          body: '',
          retryAfter: undefined,
          location: undefined,
          secrets: [state],
        },
        { error, error_description: searchParams.get('error_description') ?? undefined },
      ),
    );
  }
  return searchParams.get('code') ?? undefined;
}

function withHint(error: MailError): MailError {
  if (error.hint !== undefined || error.kind !== 'auth') return error;
  const { kind, retry, message, code, cause } = error;
  return new MailError({ kind, retry, message, code, cause, hint: 'Run the command again, and allow it' });
}
