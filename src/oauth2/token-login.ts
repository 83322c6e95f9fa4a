// What stands behind `Account.login` of an account that signs in by OAuth2: a token that holds, renewed before it ends, in
// one process at a time, and stored before it is used. Where only the person can help, nobody is asked in vain.
import type { Account, Credentials, Login } from '../model/account.ts';
import type { Clock } from '../model/clock.ts';
import { asMailError, MailError, textOf } from '../model/error.ts';
import type { OAuth2 } from '../model/oauth2.ts';
import { refreshed } from './token-endpoint.ts';
import { belongTo, renewal, renewed } from './tokens.ts';
import type { Tokens } from './tokens.ts';
import { TokenFile } from './token-file.ts';

/** The accounts, each with its login; those that sign in by OAuth2 get theirs, with tokens below `data`. */
export function withTokens(accounts: readonly Account[], data: string, clock: Clock): Account[] {
  return accounts.map((account) => {
    const { name, user, oauth2 } = account;
    if (oauth2 === undefined) return account;
    const file = new TokenFile(data, name);
    return {
      ...account,
      login: tokenLogin({ name, user, oauth2 }, file, clock),
      signedIn: () => file.signedIn(),
    };
  });
}

/** Who signs in. */
export interface SigningIn {
  /** The account's name. */
  readonly name: string;
  readonly user: string;
  readonly oauth2: OAuth2;
}

/**
 * Why the account cannot log in before its person has signed in (kind `auth`), or because a newer mailkeep keeps its tokens (kind
 * `storage`); else undefined. Throws MailError `storage`.
 */
export async function wantsSignIn(who: SigningIn, data: string): Promise<MailError | undefined> {
  try {
    return missing(who, await new TokenFile(data, who.name).read());
  } catch (thrown) {
    if (thrown instanceof MailError && thrown.retry === 'never') return thrown;
    throw thrown;
  }
}

function tokenLogin(who: SigningIn, file: TokenFile, clock: Clock): Login {
  const held: Held = { unstored: undefined };
  let turn: Promise<unknown> = Promise.resolve();
  return (refused) => {
    const own = turn.then(() => current(who, file, clock, held, refusedToken(refused)));
    turn = own.catch(() => undefined);
    return own.then(({ accessToken }) => ({ user: who.user, token: accessToken }));
  };
}

/** Tokens that a full or broken disk did not take; the provider has forgotten those on disk. */
interface Held {
  unstored: Tokens | undefined;
}

function refusedToken(refused: Credentials | undefined): string | undefined {
  return refused !== undefined && 'token' in refused ? refused.token : undefined;
}

async function current(
  who: SigningIn,
  file: TokenFile,
  clock: Clock,
  held: Held,
  refused: string | undefined,
): Promise<Tokens> {
  const tokens = usable(who, await file.read());
  if (held.unstored === undefined && renewal(tokens, refused, clock.now()) === 'none') return tokens;
  return file.alone(clock, async (interrupted) => {
    await storeHeld(file, held);
    // Another process may have renewed them in the meantime.
    const latest = usable(who, await file.read());
    const need = renewal(latest, refused, clock.now());
    if (need === 'none') return latest;
    try {
      return await renew(who, latest, file, clock, held, interrupted);
    } catch (thrown) {
      // What still holds is good enough while the provider, or the disk, is in trouble.
      if (need === 'wanted' && thrown instanceof MailError && thrown.retry === 'later' && !held.unstored)
        return latest;
      throw thrown;
    }
  });
}

async function storeHeld(file: TokenFile, held: Held): Promise<void> {
  const { unstored } = held;
  if (unstored === undefined) return;
  const there = await file.read();
  // A sign-in since then wins.
  if (there === undefined || there.signedIn <= unstored.signedIn) await file.store(unstored);
  held.unstored = undefined;
}

async function renew(
  who: SigningIn,
  tokens: Tokens,
  file: TokenFile,
  clock: Clock,
  held: Held,
  interrupted: boolean,
): Promise<Tokens> {
  const { refreshToken } = tokens;
  if (refreshToken === null) {
    if (clock.now() < tokens.expires && clock.now() >= tokens.issued) return tokens;
    throw signInAgain(
      who,
      `the sign-in of account "${who.name}" is over, and its provider gave nothing to renew it by`,
    );
  }
  const place = await file.place();
  const issued = clock.now();
  let next: Tokens;
  try {
    next = renewed(tokens, await refreshed(who.oauth2, refreshToken), issued);
  } catch (thrown) {
    await place.leave();
    throw await ended(who, tokens, file, interrupted, thrown);
  }
  try {
    await place.store(next);
  } catch (thrown) {
    held.unstored = next;
    throw thrown;
  }
  return next;
}

/** Notes that the provider renews no more, so that it is not asked again and again; any other failure stays as it is. */
async function ended(
  who: SigningIn,
  tokens: Tokens,
  file: TokenFile,
  interrupted: boolean,
  thrown: unknown,
): Promise<MailError> {
  const error = asMailError(thrown, { kind: 'protocol', retry: 'later', message: textOf(thrown) });
  if (error.kind !== 'auth') return error;
  const why = interrupted
    ? `${error.message} (an earlier renewal was cut off before its answer was stored)`
    : error.message;
  await file.store({ ...tokens, ended: why });
  return signInAgain(who, why, error);
}

function usable(who: SigningIn, tokens: Tokens | undefined): Tokens {
  const error = missing(who, tokens);
  if (error !== undefined || tokens === undefined) throw error ?? new TypeError('no tokens and no reason');
  return tokens;
}

function missing(who: SigningIn, tokens: Tokens | undefined): MailError | undefined {
  const { name, user, oauth2 } = who;
  if (oauth2.clientId === undefined) return withoutClient(who);
  if (tokens === undefined)
    return signInAgain(who, `account "${name}" is not signed in at ${oauth2.provider}`);
  if (!belongTo(tokens, user, oauth2))
    return signInAgain(
      who,
      `account "${name}" was signed in as another user or client than the configuration names`,
    );
  return tokens.ended === null ? undefined : signInAgain(who, tokens.ended);
}

/** Nobody can sign in without a client, and none is shipped. */
export function withoutClient({ name, oauth2 }: Pick<SigningIn, 'name' | 'oauth2'>): MailError {
  return new MailError({
    kind: 'config',
    retry: 'never',
    message: `account "${name}" has no oauth2.clientId, so it cannot sign in at ${oauth2.provider}`,
    hint: `mailkeep brings no client id of its own: ${oauth2.registering}`,
    cause: new Error('oauth2.clientId is missing'),
  });
}

function signInAgain({ name, oauth2 }: SigningIn, message: string, cause?: MailError): MailError {
  const why = cause !== undefined && oauth2.ending !== undefined ? ` (${oauth2.ending})` : '';
  return new MailError({
    kind: 'auth',
    retry: 'never',
    message,
    code: cause?.code,
    hint: `Run \`mailkeep login ${name}\`${why}`,
    cause: cause ?? new Error('no usable tokens'),
  });
}
