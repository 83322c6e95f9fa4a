// Holds the README's table of RFCs against the code: every RFC that a line of src/ points at stands in the table, and
// every row that claims anything but "no" has at least one line of code that points at it.
// Usage: node .ci/check-rfc.mjs; prints each difference and exits 1.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const cited = new Map();
for (const name of readdirSync('src', { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.ts')) continue;
  const file = join('src', name);
  readFileSync(file, 'utf8')
    .split('\n')
    .forEach((text, at) => {
      for (const [, number] of text.matchAll(/RFC (\d{3,5})/g)) {
        if (!cited.has(number)) cited.set(number, `${file}:${at + 1}`);
      }
    });
}

let wrong = 0;
for (const readme of ['README.md', 'README.zh-CN.md']) {
  const table = new Map();
  for (const row of readFileSync(readme, 'utf8').split('\n')) {
    const [, number, , claim] = /^\|\s*(\d{3,5})\s*\|([^|]*)\|\s*([^|]*?)\s*\|/.exec(row) ?? [];
    if (number !== undefined) table.set(number, claim);
  }
  for (const [number, where] of cited) {
    if (!table.has(number)) complain(`${where} points at RFC ${number}, which ${readme} does not list`);
  }
  for (const [number, claim] of table) {
    if (!cited.has(number) && !/^(no|未)/i.test(claim))
      complain(`${readme} claims RFC ${number}, but no line of src/ points at it`);
  }
}
process.exitCode = wrong > 0 ? 1 : 0;

function complain(text) {
  process.stderr.write(`${text}\n`);
  wrong++;
}
