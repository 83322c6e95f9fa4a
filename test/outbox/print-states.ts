// `npm run states`: prints what each event makes of a message in each place where it can stand. A dot: it cannot be.
import { EVENTS, outcome, SITUATIONS } from './states.ts';

const events = Object.values(EVENTS);
const names = [...SITUATIONS.keys()];
const first = Math.max(...names.map(({ length }) => length));
const cells = [...SITUATIONS].map(([, before]) => events.map((event) => outcome(before, event) ?? '·'));
const widths = events.map(({ type }, i) =>
  Math.max(type.length, ...cells.map((row) => (row[i] ?? '').length)),
);
const line = (name: string, row: readonly string[]): string =>
  [name.padEnd(first), ...row.map((cell, i) => cell.padEnd(widths[i] ?? 0))].join('  ').trimEnd();
/** Events side by side: more than these are too wide for a window. */
const WIDE = 8;
for (let at = 0; at < events.length; at += WIDE) {
  const some = (row: readonly string[]): string[] =>
    row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).slice(at, at + WIDE);
  process.stdout.write(
    `${line(
      '',
      some(events.map(({ type }) => type)),
    )}\n${names.map((name, i) => line(name, some(cells[i] ?? []))).join('\n')}\n\n`,
  );
}
