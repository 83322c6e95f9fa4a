// PURE: the tokens of one account as they lie in a file, and when they are to be renewed.
import { z } from 'zod';
import type { OAuth2 } from '../model/oauth2.ts';
import type { Grant } from './answer.ts';

/** What is known of a sign-in. Times are milliseconds since 1970 by this machine's clock. */
export interface Tokens {
  readonly version: 1;
  /** For whom, by whom and for which client they were issued; they are good for no other. */
  readonly user: string;
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly accessToken: string;
  /** Null where the provider gave none. */
  readonly refreshToken: string | null;
  /** When the access token was asked for. */
  readonly issued: number;
  /** When it ends. */
  readonly expires: number;
  /** When the person signed in. */
  readonly signedIn: number;
  /** Why the provider will renew them no more; nobody is asked again until the person has signed in. */
  readonly ended: string | null;
}

const VERSION = 1;

const versioned = z.object({ version: z.number().int() });

const shape: z.ZodType<Tokens> = z.object({
  version: z.literal(VERSION),
  user: z.string(),
  tokenEndpoint: z.string(),
  clientId: z.string(),
  accessToken: z.string().min(1),
  refreshToken: z.string().min(1).nullable(),
  issued: z.number(),
  expires: z.number(),
  signedIn: z.number(),
  ended: z.string().nullable(),
});

/** The tokens in a file's text; undefined where it holds none, or only a part of them. */
export function tokensIn(text: string): Tokens | undefined {
  try {
    return shape.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The version that a file's text tells where it is a later one than this program knows; its tokens are another's to read. */
export function laterVersion(text: string): number | undefined {
  try {
    const found = versioned.safeParse(JSON.parse(text)).data;
    return found !== undefined && found.version > VERSION ? found.version : undefined;
  } catch {
    return undefined;
  }
}

/** The text of a file. */
export function textOfTokens(tokens: Tokens): string {
  return `${JSON.stringify(tokens, undefined, 2)}\n`;
}

/** True where the tokens belong to this user of this client. */
export function belongTo(tokens: Tokens, user: string, { tokenEndpoint, clientId }: OAuth2): boolean {
  return tokens.user === user && tokens.tokenEndpoint === tokenEndpoint && tokens.clientId === clientId;
}

/** The tokens after a renewal that was asked for at `issued`. RFC 6749 §6: a new refresh token takes the old one's place. */
export function renewed(tokens: Tokens, grant: Grant, issued: number): Tokens {
  return {
    ...tokens,
    accessToken: grant.accessToken,
    refreshToken: grant.refreshToken ?? tokens.refreshToken,
    issued,
    expires: issued + grant.lifetime,
    ended: null,
  };
}

const MINUTE = 60_000;

/**
 * Whether the access token is to be renewed at `now`. `wanted`: it still holds, but not for long, or this machine's clock was
 * set back since, so that its end is not known; `needed`: it is over, or a mail server has refused it. One that was issued
 * within the last minute is not renewed for being refused: a fresher one would be refused as well.
 */
export function renewal(
  { accessToken, issued, expires }: Tokens,
  refused: string | undefined,
  now: number,
): 'none' | 'wanted' | 'needed' {
  const setBack = now < issued;
  if (refused === accessToken && (setBack || now - issued >= MINUTE)) return 'needed';
  if (now >= expires) return 'needed';
  // Five minutes early, so that it does not end in the middle of a login, nor by a clock that is somewhat slow.
  const early = Math.min(5 * MINUTE, (expires - issued) / 4);
  return setBack || now >= expires - early ? 'wanted' : 'none';
}
