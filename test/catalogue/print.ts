// `npm run catalogue`: each entry with what holds it, and the numbers.
import { counted } from './counted.ts';
import { entries, suites, type Entry } from './entries.ts';

const all = entries();
const lines = [...all.flatMap(shown), '', 'Suites:', ...suites().flatMap(shown), '', ...counted(all)];
process.stdout.write(`${lines.join('\n')}\n`);

function shown({ id, marks, about, tests, reasons }: Entry): string[] {
  return [
    `${id}  ${about} (${marks.join(', ')})`,
    ...tests.map(({ file, name }) => `    test    ${file}: ${name}`),
    ...reasons.map(({ text, file }) => `    reason  ${text} (${file})`),
  ];
}
