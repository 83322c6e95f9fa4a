// Commands sent ahead of their answers, in a window (RFC 2449 §6.6), or one by one where a server cannot bear that (P-040).
// Answers come in the order of the commands and are read in it, whatever becomes of single ones.
import type { Dialogue } from '../dialogue.ts';

/** How far commands may run ahead of the answer that is being read. */
export interface Ahead {
  /** Commands without an answer, at least 1. */
  readonly commands: number;
  /** Octets that their answers are taken to have. */
  readonly octets: number;
  /** The lines of messages end in LF at this host, though its own end in CRLF (P-022). */
  readonly byLf?: boolean;
}

/** The next command waits for the answer to the last. */
export const ONE_BY_ONE: Ahead = { commands: 1, octets: 0 };

/** A command, and how its answer is read. */
export interface Command {
  readonly line: string;
  /** What its answer is taken to have. */
  readonly octets: number;
  /** False: nothing more is to be sent. What was sent is read all the same, so that the session stays in step. */
  readonly read: () => Dialogue<boolean>;
}

/**
 * Sends what `next` gives as far ahead as allowed, and reads each answer. `next` is told how many commands are without an
 * answer; it is asked again after each answer, also where it had nothing before, and an end is an end only once none is.
 */
export function* inTurn(next: (flying: number) => Command | undefined, ahead: Ahead): Dialogue<void> {
  const flying: Command[] = [];
  let octets = 0;
  let closed = false;
  for (;;) {
    let due = '';
    while (!closed && (flying.length === 0 || (flying.length < ahead.commands && octets < ahead.octets))) {
      const command = next(flying.length);
      if (command === undefined) break;
      flying.push(command);
      octets += command.octets;
      due += `${command.line}\r\n`;
    }
    if (due !== '') yield { want: 'send', bytes: Buffer.from(due) };
    const first = flying.shift();
    if (first === undefined) return;
    if (!(yield* first.read())) closed = true;
    octets -= first.octets;
  }
}

/** Gives these, one after the other. */
export function each(commands: readonly Command[]): () => Command | undefined {
  const left = commands.values();
  return () => left.next().value;
}
