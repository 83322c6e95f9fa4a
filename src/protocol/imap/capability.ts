// What a server can do, as it says (RFC 9051 §7.2.2). It says so in a greeting, in the answer to a login, or when asked;
// what was said before TLS or before the login no longer counts after it.
import type { Dialogue } from '../dialogue.ts';
import { exchange } from './exchange.ts';
import type { Hearing } from './exchange.ts';
import type { Code, Status } from './response.ts';
import type { Tags } from './tags.ts';

/** Words in upper case: `IMAP4REV1`, `ID`, `AUTH=PLAIN`. */
export type Capabilities = ReadonlySet<string>;

/**
 * Asks for the capabilities. A server that refuses to tell has none (an empty set): each is then tried or left out on its
 * own. Throws MailError as `exchange` does.
 */
export function* capability(host: string, tags: Tags): Dialogue<Capabilities> {
  const heard = new HeardCapabilities();
  const answer = yield* exchange(host, tags, { name: 'CAPABILITY', pieces: ['CAPABILITY'] }, heard.hearing);
  return heard.with(answer) ?? new Set();
}

/** The capabilities in a response code, or null where the code is another. */
export function capabilitiesIn(code: Code | null): Capabilities | null {
  return code?.name === 'CAPABILITY' ? new Set(words(code.rest)) : null;
}

/** Extensions that IMAP4rev2 has taken in (RFC 9051 appendix E), as far as they are asked about. */
const REV2 = ['ENABLE', 'ESEARCH', 'LIST-STATUS', 'SPECIAL-USE', 'UIDPLUS', 'MOVE', 'STATUS=SIZE', 'SASL-IR'];

/**
 * What can be asked of a server that offers these. One of IMAP4rev2 alone need not name what is part of it; one that offers
 * IMAP4rev1 too is taken at that: what it then lists works, and nothing has to be enabled (I-073).
 */
export function inEffect(offered: Capabilities): Capabilities {
  return isRev2(offered) ? new Set([...offered, ...REV2]) : offered;
}

/** True for a server of IMAP4rev2 alone: names of folders are UTF-8 (RFC 9051 §5.1). */
export function isRev2(offered: Capabilities): boolean {
  return offered.has('IMAP4REV2') && !offered.has('IMAP4REV1');
}

/** Collects what a server tells of its capabilities while a command runs. */
export class HeardCapabilities {
  readonly #words = new Set<string>();

  readonly hearing: Hearing = {
    data: ({ text }) => {
      const [, list] = /^\*[ \t]+CAPABILITY[ \t]+(.*)$/is.exec(text) ?? [];
      for (const word of words(list ?? '')) this.#words.add(word);
    },
    status: (status) => this.#take(status),
  };

  /** All that was heard, with the code of the answer; null where nothing was. */
  with(answer: Status): Capabilities | null {
    this.#take(answer);
    return this.#words.size === 0 ? null : this.#words;
  }

  #take({ code }: Status): void {
    for (const word of capabilitiesIn(code) ?? []) this.#words.add(word);
  }
}

/** I-164: spaces may be double, or trail. */
function words(text: string): string[] {
  return text.toUpperCase().split(/\s+/).filter(Boolean);
}
