// Commands sent ahead of their answers, in a window (RFC 2449 §6.6), or one by one where a server cannot bear that (P-040).
// Answers come in the order of the commands and are read in it, whatever becomes of single ones.
import type { Dialogue } from '../dialogue.ts';

/** How far commands may run ahead of the answer that is being read. One command and no octets: not at all. */
export interface Ahead {
  /** Commands without an answer, at least 1. */
  readonly commands: number;
  /** Octets that their answers are taken to have. */
  readonly octets: number;
}

/** One command, its answer still to come. */
export const ONE_BY_ONE: Ahead = { commands: 1, octets: 0 };

/** A command line, and how many octets its answer is taken to have. */
export interface Line {
  readonly line: string;
  readonly octets: number;
}

/**
 * Sends `lines` as far ahead as allowed and reads the answer of number i by `read(i)`. Where `read` returns false nothing
 * more is sent, and what was sent already is read to its end, so that the session stays in step. With `behind`, that line
 * follows the last command at once, if anything was sent ahead at all. Returns true where it was sent: its answer is then
 * the next to be read.
 */
export function* inTurn(
  lines: readonly Line[],
  ahead: Ahead,
  read: (at: number) => Dialogue<boolean>,
  behind?: string,
): Dialogue<boolean> {
  let sent = 0;
  let octets = 0;
  let closed = false; // nothing more is sent
  let followed = false;
  for (let at = 0; !(at >= sent && (closed || at >= lines.length)); at++) {
    const due: string[] = [];
    while (!closed && sent < lines.length && (sent <= at || fits(sent - at, octets, ahead))) {
      const { line, octets: weight } = lines[sent++] ?? NOTHING;
      due.push(line);
      octets += weight;
    }
    if (behind !== undefined && ahead.commands > 1 && !followed && sent === lines.length) {
      due.push(behind);
      followed = true;
    }
    if (due.length > 0) yield { want: 'send', bytes: Buffer.from(due.map((line) => `${line}\r\n`).join('')) };
    if (!(yield* read(at))) closed = true;
    octets -= lines[at]?.octets ?? 0;
  }
  return followed;
}

const NOTHING: Line = { line: '', octets: 0 };

function fits(commands: number, octets: number, ahead: Ahead): boolean {
  return commands < ahead.commands && octets < ahead.octets;
}
