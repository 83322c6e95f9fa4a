// The cure of a refused login: what the server's words named, unless the provider is known to say it better.
import { MailError } from '../model/error.ts';
import { cure } from '../model/hint.ts';
import { ANY_PROVIDER, APP_PASSWORD, AUTH_CODE, SWITCHED_OFF } from './cures.ts';

/** What these name, a preset names with the place where it is to be found. */
const GENERAL = [AUTH_CODE, APP_PASSWORD, SWITCHED_OFF];

/** `error` as it is told: a refused login of `host` with `known`, the hint of its provider, or what most providers want. */
export function withLoginCure(error: MailError, host: string, known: string | undefined): MailError {
  const { kind, message, retry, after, phase, code, avoid, hint, cause } = error;
  if (kind !== 'auth') return error;
  const general = hint === undefined || GENERAL.some(({ en }) => hint.startsWith(en));
  const better = general ? (known ?? hint ?? cure(ANY_PROVIDER, host, message)) : hint;
  if (better === hint) return error;
  return new MailError({ kind, message, retry, after, phase, code, avoid, hint: better, cause });
}
