// Tests an account at its servers, step by step: the password or token can be had, the name has an address, the server is reached and
// its certificate is good, it lets us in, its folders are there. It reads only. A server that fails at one step is not asked
// for the next; the other one is tested all the same.
import type { Account, Credentials } from '../model/account.ts';
import { failureOf } from './probe-parts.ts';
import { probeReceiving } from './probe-receiving.ts';
import { probeSending } from './probe-sending.ts';
import type { Step } from './steps.ts';

/** Yields each step when it is done; a failed one holds its MailError. `now` is in milliseconds since 1970. */
export async function* probe(account: Account, now: number): AsyncGenerator<Step> {
  // Asked for once: a program that prints it may ask the person.
  let asked: Credentials | undefined;
  const error = await failureOf(account.login().then((credentials) => (asked = credentials)));
  const { name, oauth2 } = account;
  yield oauth2 === undefined
    ? { account: name, step: 'password', text: { en: 'it can be read', zh: '可以读到' }, error }
    : {
        account: name,
        step: 'token',
        text: { en: `${oauth2.provider} gave one, and it holds`, zh: `${oauth2.provider} 已给出，有效` },
        error,
      };
  if (error !== undefined || asked === undefined) return;
  const credentials = asked;
  const { receive, send } = account;
  const ready = {
    ...account,
    login: (refused?: Credentials) =>
      refused === undefined ? Promise.resolve(credentials) : account.login(refused),
  };
  if (receive !== undefined) yield* probeReceiving({ ...ready, receive }, now);
  if (send !== undefined) yield* probeSending({ ...ready, send }, now);
}
