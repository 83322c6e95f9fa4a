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
