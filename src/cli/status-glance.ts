// What `status` shows first to a person who looks at a terminal: a verdict in their language, whether the service runs, and, where
// the window is too narrow for a table, each account in lines of its own.
import stringWidth from 'string-width';
import type { Status } from '../service/facts.ts';
import { isUntried } from '../model/untried.ts';
import type { Language } from '../web/language.ts';
import { languageOf } from './locale.ts';
import type { Frame } from './output.ts';
import { columnsFor, paintFor, wrapped } from './terminal-text.ts';
import { fromNow } from './times.ts';
import { statusWords } from './status-words.ts';

/** No line of ours becomes more. */
const MOST = 20;

/** One line: all is well, or how much is not. */
export function verdict({ ok, alerts, accounts }: Status, frame: Frame): string {
  const paint = paintFor(frame);
  const words = statusWords[languageOf(frame.around.env)];
  if (ok && isUntried(accounts)) return paint.yellow(`! ${words.untried}`);
  if (ok) return paint.green(`✓ ${words.well}`);
  const failing = accounts.filter(({ state }) => state === 'failing' || state === 'stale').length;
  if (alerts.length > 0) return paint.red(`✗ ${words.troubles(alerts.length)}`);
  return paint.yellow(`! ${words.failed(failing)}`);
}

/** Whether the service runs. */
export function serviceLine({ service }: Status, now: number, language: Language): string {
  const words = statusWords[language];
  if (service === null) return words.noService;
  return words.serviceSince(fromNow(Date.parse(service.since), now, language), service.pid);
}

/** How far a poll is: a bar of 20 columns where the whole is known. */
export function bar(done: number, total: number): string {
  if (total === 0) return '';
  const full = Math.min(20, Math.round((20 * done) / total));
  return `${'█'.repeat(full)}${'░'.repeat(20 - full)} `;
}

/** `lines` in the columns of the window; what goes on stands below what it belongs to. Elsewhere as they are. */
export function inWindow(lines: readonly string[], frame: Frame): string[] {
  if (!frame.terminal.out) return [...lines];
  const columns = columnsFor(frame);
  return lines.flatMap((line) => {
    // A coloured line is coloured as a whole, or in its end: what is folded keeps its colour on each line.
    if (stringWidth(line) <= columns || line.includes('\x1b')) return [line];
    const indent = ' '.repeat(Math.min(8, line.length - line.trimStart().length + 2));
    const [first, ...more] = wrapped(line, columns, 1);
    if (first === undefined || more.length > 0) return [line];
    const rest = wrapped(line.slice(first.line.length), columns - indent.length, MOST);
    return [first.line.trimEnd(), ...rest.map(({ line: part }) => `${indent}${part.trimEnd()}`)];
  });
}
