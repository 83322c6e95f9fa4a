// Runs every compiled test file, and says at the end which suites of real servers were left out and why.
// Usage: node .ci/test.mjs [part of a file name …]; with MAILKEEP_REQUIRE_SERVERS=1 a missing server is a failure.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const wanted = process.argv.slice(2);
const files = readdirSync('dist/test', { recursive: true, encoding: 'utf8' })
  .filter(
    (name) =>
      name.endsWith('.test.js') && (wanted.length === 0 || wanted.some((part) => name.includes(part))),
  )
  .map((name) => join('dist/test', name))
  .sort();
if (files.length === 0) {
  process.stderr.write('no test file matches\n');
  process.exit(1);
}
const child = spawn(
  process.execPath,
  [
    '--enable-source-maps',
    '--test',
    '--test-concurrency=2',
    // No file needs a quarter of it: one that hangs is ended and told, in place of holding up all others.
    '--test-timeout=1200000',
    '--test-reporter=spec',
    ...files,
  ],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const skipped = new Set();
let tail = '';
child.stdout.on('data', (chunk) => {
  process.stdout.write(chunk);
  const lines = (tail + chunk.toString('utf8')).split('\n');
  tail = lines.pop() ?? '';
  for (const text of lines) {
    const reason = /# (?:SKIP )?(needs .*)$/.exec(text);
    if (reason)
      skipped.add(
        `${text
          .replace(/\s*\([\d.]+ms\)/, '')
          .replace(/# .*/, '')
          .replace('﹣', '')
          .trim()}: ${reason[1]}`,
      );
  }
});
child.on('close', (code) => {
  if (skipped.size > 0)
    process.stdout.write(`\nLeft out here:\n${[...skipped].map((text) => `  ${text}`).join('\n')}\n`);
  process.exitCode = code ?? 1;
});
