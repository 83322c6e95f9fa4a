// The catalogue of what real servers and real messages do, entry by entry, and what holds each of them here: tests by their
// names, or a reason with the code that it speaks of. It is data: the tables beside this file, in lines.
//   I-047 loses mail: a body as a quoted string, or NIL          an id, how grave it is, and what it is about
//   + protocol/imap/fetch: takes a quoted body as it stands      a test, by its file below test/ and its name; `…` is anything
//   = EXAMINE alone is said @ src/receive/imap-source.ts: examine(      a reason, and code that has to stand in that file
import { readFileSync } from 'node:fs';

/** How grave an entry is, the worst first. */
export const SEVERITIES = ['loses mail', 'hangs', 'blocks', 'duplicates', 'security', 'cosmetic'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** A test by its names. */
export interface NamedTest {
  /** Below `test/`, without `.test.ts`. */
  readonly file: string;
  readonly name: string;
}

/** Why no test is needed, and the code that makes it so. */
export interface Reason {
  readonly text: string;
  readonly file: string;
  readonly code: string;
}

/** An entry of the catalogue, or a suite of entries. */
export interface Entry {
  /** `I-047`; of a suite its name. */
  readonly id: string;
  /** Of a suite the ids that it holds. */
  readonly marks: readonly string[];
  readonly about: string;
  readonly tests: readonly NamedTest[];
  readonly reasons: readonly Reason[];
}

const TABLES = ['imap', 'pop3', 'smtp', 'tls', 'mime'] as const;

/** All entries, in the order of the tables. Throws Error for a line that is none of the three. */
export function entries(): Entry[] {
  return TABLES.flatMap((name) => readTable(`test/catalogue/${name}.txt`));
}

/** The scripts of the catalogue's smallest suite: each with the entries that it covers. */
export function suites(): Entry[] {
  return readTable('test/catalogue/suites.txt');
}

/** The ways in which mail was lost elsewhere. */
export function losses(): Entry[] {
  return readTable('test/catalogue/losses.txt');
}

interface Writing {
  id: string;
  marks: string[];
  about: string;
  tests: NamedTest[];
  reasons: Reason[];
}

function readTable(path: string): Entry[] {
  const found: Writing[] = [];
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const last = found.at(-1);
    const [, file, name] = /^\+ (\S+): (.+)$/.exec(line) ?? [];
    const [, text, where, code] = /^= (.+) @ (\S+): (.+)$/.exec(line) ?? [];
    const [, id, marks, about] = /^([A-Za-z0-9-]+) ([^:]+): (.+)$/.exec(line) ?? [];
    if (last !== undefined && file !== undefined && name !== undefined) last.tests.push({ file, name });
    else if (last !== undefined && text !== undefined && where !== undefined && code !== undefined)
      last.reasons.push({ text, file: where, code });
    else if (id !== undefined && marks !== undefined && about !== undefined)
      found.push({ id, marks: marks.split(', '), about, tests: [], reasons: [] });
    else throw new Error(`${path}: not a line of a table: ${line}`);
  }
  return found;
}
