// How a table of replies is read: the response code decides what a refusal means, else loose words do (sentences change), and
// the words name the cure where they know one. A new saying of a server is a new row.
import type { MailErrorKind, Retry } from '../model/error.ts';
import { cure, type Hint } from '../model/hint.ts';

/** What follows from a refusal. */
export interface Verdict {
  readonly kind: MailErrorKind;
  readonly retry: Retry;
  /** Milliseconds before another try is of any use, where the server tells no time itself. */
  readonly after?: number;
  readonly hint?: Hint;
}

/** A row: what a server says, and what follows. The first that fits counts. */
export interface KnownReply extends Verdict {
  readonly says: RegExp;
  /** Only servers with Chinese readers speak so. */
  readonly chinese?: true;
}

/** A code → what follows. Codes are hierarchical (RFC 2449 §8): `SYS/TEMP` stands for `SYS/TEMP/X` too. */
export type KnownCodes = Readonly<Record<string, Verdict>>;

/** What a server said. */
export interface Refusal {
  readonly host: string;
  /** As the protocol has it: `INUSE`, `SYS/TEMP`, `535`. */
  readonly code: string | undefined;
  readonly words: string;
}

/** What it means, for a MailError. */
export interface Meaning {
  readonly kind: MailErrorKind;
  readonly retry: Retry;
  readonly after: number | undefined;
  readonly hint: string | undefined;
}

/** Reads the tables; `otherwise` is what the command alone says. */
export function meaningOf(
  { host, code, words }: Refusal,
  codes: KnownCodes,
  rows: readonly KnownReply[],
  otherwise: Verdict,
): Meaning {
  const said = words.slice(0, MOST_READ);
  const row = rows.find(({ says }) => says.test(said));
  // I-178: code first, words second
  const coded = verdictOf(codes, code);
  const { kind, retry, after } = coded ?? row ?? otherwise;
  const hint = row?.hint ?? coded?.hint ?? otherwise.hint;
  return {
    kind,
    retry,
    after: kind === 'busy' ? (timeIn(said) ?? after) : undefined,
    hint: hint && cure(hint, host, row?.chinese ? '中' : said),
  };
}

/** No server says more than this about anything. Characters. */
const MOST_READ = 1000;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

function verdictOf(codes: KnownCodes, code: string | undefined): Verdict | undefined {
  if (code === undefined) return undefined;
  for (let at = code; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/'))))
    if (Object.hasOwn(codes, at)) return codes[at];
  return undefined;
}

/** The time that the words tell to wait (I-051, P-048), in milliseconds, at most a day; undefined where they tell none. */
function timeIn(words: string): number | undefined {
  const [, count, unit = ''] =
    /(?<![\d.])(\d{1,9})[ -]?(milliseconds|ms\b|s(?:ec|\b)|m(?:in|\b)|h(?:our|\b)|秒|分|小时)/i.exec(words) ??
    [];
  if (count === undefined) return undefined;
  const [, length = 1] = UNITS.find(([start]) => unit.toLowerCase().startsWith(start)) ?? [];
  return Math.min(Number(count) * length, DAY);
}

const UNITS: readonly (readonly [start: string, milliseconds: number])[] = [
  ['milli', 1],
  ['ms', 1],
  ['s', 1000],
  ['秒', 1000],
  ['m', MINUTE],
  ['分', MINUTE],
  ['h', 60 * MINUTE],
  ['小时', 60 * MINUTE],
];
