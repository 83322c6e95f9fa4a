// The password of the page: read once, kept as an scrypt hash, compared in the same time for any wrong one. One comparison
// at a time: each takes 32 MB and a twentieth of a second, by design.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Secret } from '../model/account.ts';

/** 32 MB and about 50 ms a comparison. */
const COST = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
/** Comparisons that may wait for their turn. */
const MOST_WAITING = 8;
/** Longer passwords are wrong without a comparison. */
const LONGEST = 1024;

/** Compares. Undefined: too many others are waiting. */
export type PasswordCheck = (said: string) => Promise<boolean | undefined>;

/** Reads the password and gives what compares with it. Throws MailError `config` where it cannot be read. */
export async function passwordCheck(secret: Secret): Promise<PasswordCheck> {
  const salt = randomBytes(16);
  const right = await hashed(await secret(), salt);
  let waiting = 0;
  let turn: Promise<unknown> = Promise.resolve();
  return async (said) => {
    if (said.length > LONGEST) return false;
    if (waiting >= MOST_WAITING) return undefined;
    waiting++;
    const mine = turn
      .then(async () => timingSafeEqual(await hashed(said, salt), right))
      .finally(() => waiting--);
    turn = mine.catch(() => {});
    return mine;
  };
}

async function hashed(password: string, salt: Buffer): Promise<Buffer> {
  // The same characters, whichever way a keyboard composes them.
  return (await derive(password.normalize('NFC'), salt, 32, COST)) as Buffer;
}

const derive: (password: string, salt: Buffer, length: number, cost: typeof COST) => Promise<unknown> =
  promisify(
    (
      password: string,
      salt: Buffer,
      length: number,
      cost: typeof COST,
      done: (error: Error | null, key: Buffer) => void,
    ) => scrypt(password, salt, length, cost, done),
  );
