// How the demo looks on a terminal: numbered headings, the commands as one would type them, their own words below.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const BOLD = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;

/** Prints a line, or an empty one. */
export function say(line: string = ''): void {
  process.stdout.write(line === '' ? '\n' : `  ${line}\n`);
}

/** Prints a numbered heading. */
export function heading(number: number, title: string): void {
  const text = `${number}  ${title}`;
  process.stdout.write(`\n${BOLD ? `\u001b[1m${text}\u001b[0m` : text}\n\n`);
}

/** Prints a command as a person types it. */
export function command(...args: readonly string[]): void {
  say(
    `$ mailkeep ${args.map((arg) => (/[^\w./:=@-]/.test(arg) && /^[ -~]*$/.test(arg) ? `'${arg}'` : arg)).join(' ')}`,
  );
}

/** Prints what a command said, at most `most` lines of it. */
export function quote(text: string, most: number = 14): void {
  const lines = text.trimEnd().split('\n');
  for (const line of lines.slice(0, most)) say(`  ${line}`.trimEnd() || '');
  if (lines.length > most) say(`  … ${lines.length - most} more lines`);
  say();
}

/** The stored messages below `mail`: absolute paths by id. */
export function storedIn(mail: string): Map<string, string> {
  const paths = readdirSync(mail, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.eml'),
  );
  return new Map(paths.map((path) => [path.slice(-68, -4), join(mail, path)]));
}

/** Prints what lies in the demo's directory, with a word on each thing. */
export function tree(directory: string): void {
  say(`${directory}/`);
  say('  config.yaml             the configuration of this demo');
  for (const name of readdirSync(join(directory, 'data')).sort()) {
    if (name.startsWith('.') || /-(?:wal|shm)$|\.lock$|\.sock$/.test(name)) continue;
    const path = join(directory, 'data', name);
    const shown = `data/${name}${statSync(path).isDirectory() ? '/' : ''}`;
    say(`  ${shown.padEnd(22)}  ${MEANING[name]?.(path) ?? ''}`.trimEnd());
  }
}

const MEANING: Readonly<Record<string, (path: string) => string>> = {
  mail: (path) => `${storedIn(path).size} messages as the server sent them: YYYY/MM/<sha256>.eml, read-only`,
  journal: (path) => `where and when each was seen: ${linesBelow(path)} lines, never rewritten`,
  'index.db': () => 'what a search asks; delete it, and `mailkeep reindex` builds it again',
  'outbox.db': () => 'the state of what is being sent',
  outbox: () => 'drop a message here and it is sent; see sent/ and failed/',
};

function linesBelow(directory: string): number {
  const files = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'utf8'));
  return files.join('').split('\n').length - 1;
}
