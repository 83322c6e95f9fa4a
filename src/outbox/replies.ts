// PURE: what a server's refusal means, where the digits alone tell it wrong: whom it is about, whether it is for good, when
// to come back, and what a person can do.
import { cure, type Hint } from '../model/hint.ts';
import type { Answer } from './event.ts';
import { SAYINGS, type Saying, type Scope } from './sayings.ts';

/** What a refusal means. */
export interface Meaning {
  readonly scope: Scope;
  readonly answer: Answer;
  /** Milliseconds before another try is of any use. */
  readonly after?: number;
  /** One sentence for the person; once more in Chinese where the provider is Chinese. */
  readonly hint?: string;
}

/**
 * What a refusal with `code` (400 to 599) and `text` by `host` means, when it came to the command about one recipient or about
 * the message as a whole. Without a saying of its own: 4xx later, 5xx never, 421 is about the connection (RFC 5321 §4.2.1).
 */
export function meaningOf(about: 'message' | 'recipient', code: number, text: string, host: string): Meaning {
  const closes = code === 421;
  const plain: Meaning = { scope: closes ? 'connection' : about, answer: code >= 500 ? 'never' : 'later' };
  const saying = sayingOf(code, text);
  if (saying === undefined) return plain;
  const { scope = plain.scope, answer = plain.answer, after, hint, chinese } = saying;
  return {
    scope: closes && scope !== 'account' ? 'connection' : scope,
    answer,
    ...(after === undefined ? {} : { after }),
    ...(hint === undefined ? {} : { hint: cure(hint, host, chinese ? '中' : text) }),
  };
}

/** What a person can do about a reply as it is stored, `550 5.1.1 No such user`; undefined where nothing is known. */
export function hintOf(reply: string | null): Hint | undefined {
  const [, code, text] = /^([45]\d\d) ?(.*)$/s.exec(reply ?? '') ?? [];
  return code === undefined ? undefined : sayingOf(Number(code), text ?? '')?.hint;
}

function sayingOf(code: number, text: string): Saying | undefined {
  return SAYINGS.find((row) => String(code).startsWith(row.code) && row.says.test(text));
}
