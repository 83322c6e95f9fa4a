// PURE: a mistake in a query, with the place where the caret goes.
import { MailError } from '../model/error.ts';
import type { Hint } from '../model/hint.ts';

/** A stretch of the query as typed, in UTF-16 units. */
export interface Span {
  readonly at: number;
  /** At least 1. */
  readonly length: number;
}

/** A mistake in a query: kind `usage`. `message` is one clause in lower case that says what is wrong, in English. */
export class QueryError extends MailError implements Span {
  readonly at: number;
  readonly length: number;
  /** What is wrong, in both languages. */
  readonly said: Hint;

  constructor(said: Hint, span: Span) {
    super({ kind: 'usage', message: said.en, retry: 'never' });
    this.said = said;
    this.at = span.at;
    this.length = Math.max(1, span.length);
  }
}
