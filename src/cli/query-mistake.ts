// A mistake in a query, as a terminal shows it: the query, and carets under what is wrong.
import stringWidth from 'string-width';
import { MailError } from '../model/error.ts';
import { QueryError } from '../search/query-error.ts';
import type { Frame } from './output.ts';
import { safeLine } from './terminal-text.ts';

/** A QueryError with the query and carets in its message, but for JSON; whatever else was thrown comes back as it is. */
export function withCaret(thrown: unknown, query: string, { json }: Pick<Frame, 'json'>): unknown {
  if (!(thrown instanceof QueryError) || json) return thrown;
  const shown = safeLine(query);
  const before = ' '.repeat(stringWidth(shown.slice(0, thrown.at)));
  const carets = '^'.repeat(Math.max(1, stringWidth(shown.slice(thrown.at, thrown.at + thrown.length))));
  const message = `${thrown.message}\n    ${shown}\n    ${before}${carets}`;
  return new MailError({ kind: 'usage', message, retry: 'never', cause: thrown });
}
