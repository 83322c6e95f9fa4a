// How a server is to speak: messages as they are (UTF8, RFC 6856 §2), and its own words in a language that people and
// `refusal` read (LANG, §3). Both are asked for only where they are offered, and a refusal changes nothing.
import type { Dialogue } from '../dialogue.ts';
import { during } from '../phase.ts';
import { command } from './status.ts';

/**
 * Asks for messages with UTF-8 headers as they lie there; without it a server makes them over into ASCII (RFC 6856 §2.1).
 * Only before the login, and after STLS. True where it was granted.
 */
export function* utf8(host: string): Dialogue<boolean> {
  return (yield* during('utf8', 'POP3 UTF8', command(host, 'UTF8'))).ok;
}

/** Asks for English words, which is what refusals are known by. True where it was granted. */
export function* lang(host: string): Dialogue<boolean> {
  return (yield* during('lang', 'POP3 LANG', command(host, 'LANG en'))).ok;
}
