// The catalogue in numbers, by severity.
import { SEVERITIES, type Entry } from './entries.ts';

/** One line for each severity, and one for all. An entry of two severities counts under both. */
export function counted(all: readonly Entry[]): string[] {
  const line = (name: string, some: readonly Entry[]): string => {
    const tested = some.filter(({ tests }) => tests.length > 0);
    const reasoned = some.length - tested.length;
    return `${name.padEnd(12)}${some.length} entries, ${tested.length} held by tests, ${reasoned} by a reason alone`;
  };
  return [
    ...SEVERITIES.map((severity) =>
      line(
        severity,
        all.filter(({ marks }) => marks.includes(severity)),
      ),
    ),
    line('all', all),
  ];
}
