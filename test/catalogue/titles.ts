// The names of the tests in a source file, as they stand there: a name may be a template, and then what it is filled with has
// to stand in the file too. So a table can name a test, and a check can tell whether there is one of that name.
import { readFileSync } from 'node:fs';

/** The tests of one file. */
export interface Titles {
  /** True where a test, or a group of tests, has this name. */
  has(name: string): boolean;
}

/** Where a title begins; what is left out (`it.skip`, `it.todo`) is no test. */
const OPENING = /(?:^|[^.\w])(?:it|test|describe|suite|t\.test)\(\s*/g;

/** Reads the titles of a test file; undefined where there is no such file. */
export function titlesOf(path: string): Titles | undefined {
  const source = readSource(path);
  if (source === undefined) return undefined;
  const titles: Title[] = [];
  let named = false;
  for (const { index, 0: opening } of source.matchAll(OPENING)) {
    const title = titleAt(source, index + opening.length);
    if (title === undefined) named = true;
    else titles.push(title);
  }
  // Where a table holds whole names, each of them stands in the file as a string of its own.
  const isString = (name: string): boolean =>
    named && ["'", '"', '`'].some((mark) => source.includes(`${mark}${name}${mark}`));
  return { has: (name) => titles.some((title) => fits(title, name, source)) || isString(name) };
}

/** The text of a file, read once; undefined where there is none. */
export function readSource(path: string): string | undefined {
  if (!read.has(path)) {
    try {
      read.set(path, readFileSync(path, 'utf8'));
    } catch {
      read.set(path, undefined);
    }
  }
  return read.get(path);
}

const read = new Map<string, string | undefined>();

/** Literal parts; between each two of them stands something that is filled in. */
type Title = readonly string[];

/** The string or template that begins at `at`; undefined where something else does. */
function titleAt(source: string, at: number): Title | undefined {
  const mark = source[at];
  if (mark !== "'" && mark !== '"' && mark !== '`') return undefined;
  const parts: string[] = [];
  let part = '';
  for (let next = at + 1; next < source.length; next++) {
    const char = source[next] ?? '';
    if (char === mark) return [...parts, part];
    if (char === '\\') part += source[++next] ?? '';
    else if (mark === '`' && source.startsWith('${', next)) {
      parts.push(part);
      part = '';
      next = endOfHole(source, next + 2);
    } else part += char;
  }
  return undefined;
}

/** Where the `}` of a `${` stands that ends before `at`; strings in between may hold braces of their own. */
function endOfHole(source: string, at: number): number {
  let depth = 1;
  for (let next = at; next < source.length; next++) {
    const char = source[next] ?? '';
    if (char === '{') depth++;
    else if (char === '}' && --depth === 0) return next;
    else if (char === "'" || char === '"') next = source.indexOf(char, next + 1);
  }
  return source.length;
}

/** `…` in a name stands for anything; what else fills a template must be found in the source, however it is spaced there. */
function fits([first = '', ...rest]: Title, name: string, source: string): boolean {
  if (!name.startsWith(first)) return false;
  const left = name.slice(first.length);
  const [next, ...others] = rest;
  if (next === undefined) return left === '';
  for (let at = left.indexOf(next); at >= 0; at = left.indexOf(next, at + 1)) {
    const filling = left.slice(0, at);
    if (stands(filling, source) && fits([next, ...others], left.slice(at), source)) return true;
    if (at === left.length) break; // an empty part is found there for ever
  }
  return false;
}

function stands(text: string, source: string): boolean {
  if (text === '' || text.trim() === '…') return true;
  const bare = text.replace(/^"(.*)"$/s, '$1');
  return [text, bare, bare.replaceAll("'", "\\'")].some((form) => squeezed(source).includes(squeezed(form)));
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, '');
}
