// AUTH at the SMTP side: PLAIN, LOGIN and CRAM-MD5 (RFC 4954 §4, RFC 2195 §2), each to a user or to none.
import { createHmac } from 'node:crypto';
import { BEARER, bearer } from './bearer.ts';
import type { House } from './house.ts';
import { logIn } from './house.ts';
import type { User } from './mailbox.ts';
import type { Wire } from './wire.ts';

/**
 * Talks one AUTH to its end: the user, undefined when the login is wrong, null for an unknown mechanism. `initial` is
 * the response that came with the command, where one did.
 */
export async function authenticate(
  wire: Wire,
  house: House,
  mechanism: string,
  initial: string | undefined,
): Promise<User | undefined | null> {
  const raw = async (prompt: string): Promise<string> => {
    await wire.say(`334 ${Buffer.from(prompt).toString('base64')}`.trimEnd());
    return wire.peer.line();
  };
  const ask = async (prompt: string): Promise<string> => decoded(await raw(prompt));
  if (house.tokens !== undefined && BEARER.includes(mechanism)) {
    return bearer(house, mechanism, initial ?? (await raw('')), raw);
  }
  switch (house.faults.mechanisms.includes(mechanism) ? mechanism : '') {
    case 'PLAIN': {
      const [, user = '', password = ''] = (initial === undefined ? await ask('') : decoded(initial)).split(
        '\0',
      );
      return logIn(house, user, password);
    }
    case 'LOGIN': {
      const user = initial === undefined ? await ask('Username:') : decoded(initial);
      return logIn(house, user, await ask('Password:'));
    }
    case 'CRAM-MD5': {
      const challenge = `<${wire.peer.nth}.${house.heard.length}@${house.name}>`;
      const answer = await ask(challenge);
      const user = house.users.get(answer.slice(0, answer.lastIndexOf(' ')).toLowerCase());
      const right = createHmac('md5', user?.password ?? '')
        .update(challenge)
        .digest('hex');
      return answer.endsWith(` ${right}`) ? user : undefined;
    }
    default:
      return null;
  }
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString();
}
