// A mistake in a query, as a terminal shows it: the query, or the part of a long one in which it stands, and carets under what is
// wrong. It is said in the person's language.
import stringWidth from 'string-width';
import { MailError } from '../model/error.ts';
import { QueryError } from '../search/query-error.ts';
import { isChinese } from './locale.ts';
import type { Frame } from './output.ts';
import { columnsFor, fitted, isWithin, safeLine } from './terminal-text.ts';

const INDENT = '    ';

/** A QueryError with the query and carets in its message, but for JSON; whatever else was thrown comes back as it is. */
export function withCaret(
  thrown: unknown,
  query: string,
  frame: Pick<Frame, 'json' | 'terminal' | 'around'>,
): unknown {
  if (!(thrown instanceof QueryError) || frame.json) return thrown;
  const said = isChinese(frame.around.env) ? thrown.said.zh : thrown.said.en;
  const { line, before, carets } = shown(safeLine(query), thrown, columnsFor(frame) - INDENT.length);
  const message = `${said}\n${INDENT}${line}\n${INDENT}${' '.repeat(before)}${'^'.repeat(carets)}`;
  return new MailError({ kind: 'usage', message, retry: 'never', cause: thrown });
}

/** A line of `columns` with the mistake in it; in columns, what stands before the mistake, and how wide it is. */
function shown(
  query: string,
  { at, length }: QueryError,
  columns: number,
): { line: string; before: number; carets: number } {
  const isLong = !isWithin(query, columns);
  // Where all are Chinese, that is a third of the line.
  let from = isLong ? Math.max(0, at - Math.floor(columns / 6)) : 0;
  if (/[\udc00-\udfff]/.test(query.charAt(from))) from += 1;
  const start = from > 0 ? '…' : '';
  const line = fitted(start + query.slice(from), columns);
  const before = stringWidth(start + query.slice(from, at));
  // No more than fit: what is wrong may be a hundred thousand characters long.
  const carets = Math.max(1, stringWidth(query.slice(at, at + Math.min(length, columns))));
  return { line, before, carets: Math.min(carets, Math.max(1, columns - before)) };
}
