// PURE: a mistake in a query, with the place where the caret goes.
import { MailError } from '../model/error.ts';

/** A stretch of the query as typed, in UTF-16 units. */
export interface Span {
  readonly at: number;
  /** At least 1. */
  readonly length: number;
}

/** A mistake in a query: kind `usage`. `message` is one clause in lower case that says what is wrong. */
export class QueryError extends MailError implements Span {
  readonly at: number;
  readonly length: number;

  constructor(message: string, span: Span) {
    super({ kind: 'usage', message, retry: 'never' });
    this.at = span.at;
    this.length = Math.max(1, span.length);
  }
}
