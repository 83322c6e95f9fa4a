// A person signs in, once: by a code on any device, or in a browser that comes back to this machine. What is granted is
// stored before anybody says that all is well.
import type { Clock } from '../model/clock.ts';
import { MailError } from '../model/error.ts';
import type { OAuth2 } from '../model/oauth2.ts';
import type { Grant } from './answer.ts';
import { attempt, authorizationPage, codeIn } from './authorization.ts';
import type { Attempt } from './authorization.ts';
import { deviceCode, grantForDevice } from './device-code.ts';
import { isLoopback, openLoopback } from './loopback.ts';
import type { Loopback } from './loopback.ts';
import { redeemed } from './token-endpoint.ts';
import { TokenFile } from './token-file.ts';
import { withoutClient } from './token-login.ts';
import type { SigningIn } from './token-login.ts';
import type { Tokens } from './tokens.ts';

/** What the person is to do. `lifetime` is how long there is for it, in milliseconds. */
export type Task =
  | { readonly way: 'device'; readonly page: string; readonly code: string; readonly lifetime: number }
  | { readonly way: 'browser'; readonly page: string; readonly lifetime: number }
  | {
      readonly way: 'copy';
      readonly page: string;
      /** What is to be brought back: the code that the page shows, or the address of the last page. */
      readonly bring: 'code' | 'address';
      readonly lifetime: number;
    };

/** The person at the other end. */
export interface Person {
  /** True where this machine has a browser for them. */
  readonly browser: boolean;
  /** Tells what to do. */
  show(task: Task): void;
  /** Told now and then how many milliseconds have gone by. */
  waiting(gone: number): void;
  /** Lines that the person types or pastes; ends with `signal`. */
  lines(signal: AbortSignal): AsyncIterable<string>;
  /** A line was not what is wanted. */
  notThis(bring: 'code' | 'address'): void;
}

/** Milliseconds that a person has in a browser. */
const IN_BROWSER = 15 * 60_000;

/** Signs in, stores the tokens below `data`, and returns them. Throws MailError; `cancelled` when `signal` aborts. */
export async function signIn(
  who: SigningIn,
  data: string,
  person: Person,
  clock: Clock,
  signal: AbortSignal,
): Promise<Tokens> {
  const { oauth2, user, name } = who;
  if (oauth2.clientId === undefined) throw withoutClient(who);
  const file = new TokenFile(data, name);
  // A disk that cannot take the tokens is found out before the person has done anything.
  await file.alone(clock, async () => (await file.place()).leave());
  const { grant, asked } = await granted(oauth2, user, person, clock, signal);
  const tokens: Tokens = {
    version: 1,
    user,
    tokenEndpoint: oauth2.tokenEndpoint,
    clientId: oauth2.clientId,
    accessToken: grant.accessToken,
    refreshToken: grant.refreshToken,
    issued: asked,
    expires: asked + grant.lifetime,
    signedIn: clock.now(),
    ended: null,
  };
  await file.alone(clock, () => file.store(tokens));
  return tokens;
}

interface Granted {
  readonly grant: Grant;
  /** When it was asked for, at the earliest. */
  readonly asked: number;
}

/** In a browser where there is one; else by a code where the provider has them; else by what a browser elsewhere shows. */
async function granted(
  client: OAuth2,
  user: string,
  person: Person,
  clock: Clock,
  signal: AbortSignal,
): Promise<Granted> {
  const { deviceEndpoint, authorizationEndpoint, redirect } = client;
  const here = person.browser && authorizationEndpoint !== undefined && isLoopback(redirect);
  if (deviceEndpoint !== undefined && !here) {
    const code = await deviceCode(client, deviceEndpoint, signal);
    const { page, userCode, lifetime } = code;
    person.show({ way: 'device', page, code: userCode, lifetime });
    return grantForDevice(client, code, clock, signal, (gone) => person.waiting(gone));
  }
  if (authorizationEndpoint === undefined) throw new TypeError('a provider without any way to sign in');
  return inBrowser(client, authorizationEndpoint, user, here, person, clock, signal);
}

async function inBrowser(
  client: OAuth2,
  endpoint: string,
  user: string,
  here: boolean,
  person: Person,
  clock: Clock,
  signal: AbortSignal,
): Promise<Granted> {
  const loopback = isLoopback(client.redirect) ? await openLoopback(client.redirect) : undefined;
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  try {
    const trial = attempt(loopback?.redirectUri ?? client.redirect);
    const page = authorizationPage(client, endpoint, user, trial);
    const bring = trial.redirectUri === 'oob' ? 'code' : 'address';
    const coming = [
      ...(loopback === undefined ? [] : [redirected(loopback, trial, client.provider)]),
      brought(person, trial, bring, client.provider, either),
      tooLate(clock, client, either),
    ];
    // What loses the race may still fail, and nobody listens to it any more.
    for (const one of coming) one.catch(() => undefined);
    person.show(
      here
        ? { way: 'browser', page, lifetime: IN_BROWSER }
        : { way: 'copy', page, bring, lifetime: IN_BROWSER },
    );
    const code = await Promise.race(coming);
    const asked = clock.now();
    return { grant: await redeemed(client, code, trial.verifier, trial.redirectUri, signal), asked };
  } finally {
    over.abort();
    await loopback?.close();
  }
}

/** The code that a browser on this machine brings. */
function redirected(loopback: Loopback, trial: Attempt, provider: string): Promise<string> {
  return new Promise((resolve, reject) => {
    loopback.listen((address) => {
      try {
        const code = codeIn(address, trial, provider);
        if (code === undefined) return undefined;
        resolve(code);
        return 'Done here. You can close this page; mailkeep says the rest in its own window.';
      } catch (thrown) {
        reject(thrown);
        return 'The provider said no. mailkeep says the rest in its own window.';
      }
    });
  });
}

/** The code that the person brings. It waits for ever where their lines end. */
async function brought(
  person: Person,
  trial: Attempt,
  bring: 'code' | 'address',
  provider: string,
  signal: AbortSignal,
): Promise<string> {
  for await (const line of person.lines(signal)) {
    const code = line.trim() === '' ? undefined : codeIn(line, trial, provider);
    if (code !== undefined) return code;
    if (line.trim() !== '') person.notThis(bring);
  }
  return new Promise(() => undefined);
}

async function tooLate(clock: Clock, { provider }: OAuth2, signal: AbortSignal): Promise<never> {
  await clock.sleep(IN_BROWSER, signal);
  throw new MailError({
    kind: 'auth',
    retry: 'never',
    message: `nobody signed in at ${provider} within ${IN_BROWSER / 60_000} minutes`,
    hint: 'Run the command again',
    cause: new Error('no redirect came'),
  });
}
