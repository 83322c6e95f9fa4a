// What is wrong in a configuration file, in the words of the person who wrote it: the line, the key as a path
// (`accounts[0].receive.port`), what it must be, and for an unknown key the nearest right one.
import { distance } from 'fastest-levenshtein';
import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Document, LineCounter, Node, Pair } from 'yaml';
import { z } from 'zod';
import { configShape } from './shape.ts';

/** Keys and list positions from the top of the file. */
export type Path = readonly PropertyKey[];

/** Collects problems; `where` need not exist, the nearest thing above it gives the line. */
export type Reporter = (where: Path, text: string) => void;

/** One thing that is wrong. */
export interface Problem {
  /** 1-based. */
  readonly line: number;
  /** 1-based; only where the text is no YAML: elsewhere the key tells the place. */
  readonly column?: number;
  readonly text: string;
}

/** A reporter that adds to `problems`, with lines taken from the parsed file. */
export function reporter(document: Document, lines: LineCounter, problems: Problem[]): Reporter {
  return (where, text) => {
    const key = shown(where);
    problems.push({
      line: lines.linePos(offsetOf(document, where)).line || 1,
      text: key === '' ? text : `${key}: ${text}`,
    });
  };
}

/** Reports every issue that the schema found in `value`. */
export function reportIssues(issues: readonly z.core.$ZodIssue[], value: unknown, report: Reporter): void {
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) report([...issue.path, key], unknownKey(key, keysAt(issue.path)));
    } else if (issue.code === 'invalid_union') {
      const found = valueAt(value, issue.path);
      const branch = issue.errors.find((errors) => !errors.some(isOfRoot)) ?? [];
      // What stands there may be a password, and is not repeated.
      if (branch.length === 0) report(issue.path, `must be text or a mapping, ${isNow(found, false)}`);
      else
        reportIssues(
          branch.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })),
          value,
          report,
        );
    } else {
      report(issue.path, worded(issue, valueAt(value, issue.path)));
    }
  }
}

const isOfRoot = (issue: z.core.$ZodIssue): boolean =>
  issue.code === 'invalid_type' && issue.path.length === 0;

/** `; did you mean "receive"?` where one of `known` is near enough to `key`, else an empty text. */
export function didYouMean(key: string, known: readonly string[]): string {
  const wanted = key.toLowerCase();
  const near = known
    .map((name) => ({ name, far: farness(wanted, name.toLowerCase()) }))
    .sort((a, b) => a.far - b.far)[0];
  const limit = Math.max(1, Math.floor(key.length / 2));
  return near !== undefined && near.far <= limit ? `; did you mean "${near.name}"?` : '';
}

/** A longer or shorter form of the same word is as near as one slip: `environment` for `env`. */
function farness(key: string, name: string): number {
  return key.length > 1 && (key.startsWith(name) || name.startsWith(key)) ? 1 : distance(key, name);
}

function unknownKey(key: string, known: readonly string[]): string {
  const guess = didYouMean(key, known);
  return `unknown key${guess === '' ? `; known here: ${known.join(', ')}` : guess}`;
}

function worded(issue: z.core.$ZodIssue, found: unknown): string {
  if (found === undefined) return 'is missing';
  if (issue.code === 'invalid_type' && issue.message.startsWith('Invalid input')) {
    const quotes = issue.expected === 'string' && typeof found !== 'object' ? '; put it in quotes' : '';
    return `must be ${TYPES[issue.expected] ?? issue.expected}, ${isNow(found)}${quotes}`;
  }
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'too_small' && typeof found === 'number') return `must be at least ${issue.minimum}`;
  if (issue.code === 'too_big' && typeof found === 'number') return `must be at most ${issue.maximum}`;
  return issue.message;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping of keys',
};

function isNow(found: unknown, repeat: boolean = true): string {
  if (found === null) return 'but nothing stands there';
  if (Array.isArray(found)) return 'not a list';
  const kind = typeof found;
  if (kind === 'number' && !repeat) return 'not a number; put it in quotes';
  return `not ${kind === 'string' ? 'text' : kind === 'object' ? 'a mapping' : `the ${kind} ${JSON.stringify(found)}`}`;
}

/** `accounts[0].receive.port`. */
function shown(where: Path): string {
  return where.reduce<string>((path, step) => {
    if (typeof step === 'number') return `${path}[${step}]`;
    return path === '' ? String(step) : `${path}.${String(step)}`;
  }, '');
}

function valueAt(value: unknown, where: Path): unknown {
  return where.reduce<unknown>(
    (inner, step) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, step) : undefined),
    value,
  );
}

/** The keys that the schema knows at `where`. */
function keysAt(where: Path): string[] {
  let here: z.core.JSONSchema.BaseSchema | undefined = z.toJSONSchema(configShape);
  for (const step of where) {
    const { properties, items } = asMapping(here);
    const next = typeof step === 'number' ? items : properties?.[String(step)];
    here = typeof next === 'object' && !Array.isArray(next) ? next : undefined;
  }
  return Object.keys(asMapping(here).properties ?? {});
}

/** The branch of `anyOf` that is a mapping, or the schema itself. */
function asMapping(schema: z.core.JSONSchema.BaseSchema | undefined): z.core.JSONSchema.BaseSchema {
  const branches = schema?.anyOf ?? [];
  return branches.find((branch) => branch.type === 'object') ?? schema ?? {};
}

function offsetOf(document: Document, where: Path): number {
  let offset = 0;
  let node: unknown = document.contents;
  for (const step of where) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.find(
        ({ key }) => isScalar(key) && String(key.value) === String(step),
      );
      if (pair === undefined) return offset;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      offset = startOf(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  const { range } = (typeof node === 'object' && node !== null ? node : {}) as Partial<Node>;
  return range?.[0];
}
