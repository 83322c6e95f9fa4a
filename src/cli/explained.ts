// What to type next, and what each of it does: as columns where the window bears them, else one below the other.
import stringWidth from 'string-width';
import type { Frame } from './output.ts';
import { columnsFor, padded, wrapped } from './terminal-text.ts';

/** Lines of commands and what each does: beside it, or below it where the window is too narrow for that. */
export function explained(commands: readonly [string, string][], frame: Frame): string[] {
  const columns = frame.terminal.out ? columnsFor(frame) : Infinity;
  const width = Math.max(...commands.map(([command]) => stringWidth(command)));
  if (commands.every(([, does]) => width + 5 + stringWidth(does) <= columns))
    return commands.map(([command, does]) => `  ${padded(command, width)}   ${does}`);
  return commands.flatMap(([command, does]) => [
    `  ${command}`,
    ...wrapped(does, columns - 6, 5).map(({ line }) => `      ${line.trimEnd()}`),
  ]);
}

/** A paragraph in the columns of the window; elsewhere one line. */
export function inColumns(text: string, frame: Frame): string[] {
  if (!frame.terminal.out) return [text];
  return wrapped(text, columnsFor(frame), 10).map(({ line }) => line.trimEnd());
}
