// A hint on a terminal: each of its languages on lines of its own, none longer than the window is wide.
import { languagesOf } from '../model/hint.ts';
import type { Frame } from './output.ts';
import { columnsFor, safeLine, wrapped } from './terminal-text.ts';

/** No hint is longer. Lines. */
const MOST = 20;
/** They end a phrase, and do not begin a line. */
const CLOSING = /^[，。；：、！？）”]/;

/** `hint: English` and below it `中文`, behind `indent` spaces; wrapped where `terminal` says that a person looks. */
export function hintLines(
  frame: Pick<Frame, 'terminal' | 'around'>,
  terminal: boolean,
  hint: string,
  { label = 'hint: ', indent = 2 }: { readonly label?: string; readonly indent?: number } = {},
): string[] {
  const left = indent + label.length;
  const columns = terminal ? columnsFor(frame) - left : Infinity;
  return languagesOf(hint)
    .flatMap((text) => folded(safeLine(text), columns))
    .map((line, at) => `${at === 0 ? ' '.repeat(indent) + label : ' '.repeat(left)}${line}`);
}

function folded(text: string, columns: number): string[] {
  const lines: string[] = [];
  // Two columns are kept for the mark that may have to stay with the line before.
  for (const { line } of wrapped(text, columns - 2, MOST)) {
    const last = lines.length - 1;
    const mark = last >= 0 && CLOSING.test(line) ? line.slice(0, 1) : '';
    if (mark !== '') lines[last] += mark;
    const rest = line.slice(mark.length).trimEnd();
    if (rest !== '') lines.push(rest);
  }
  return lines;
}
