// Messages over POP3 into memory, for tests: what came whole, and what was refused.
import type { MailError } from '../../src/model/error.ts';
import type { Dialogue } from '../../src/protocol/dialogue.ts';
import { ONE_BY_ONE, type Ahead } from '../../src/protocol/pop3/in-turn.ts';
import { retr } from '../../src/protocol/pop3/retr.ts';
import { Collect } from './collect.ts';

/** What a RETR of several messages brought. */
export interface Retrieved {
  /** By number, only those that are proved whole. */
  readonly whole: Map<number, Buffer>;
  readonly refused: Map<number, MailError>;
  /** Begun. */
  readonly begun: number[];
}

/** Fetches these messages into `into`; asks for no more after a refusal where `patient` is false. */
export function* retrieve(
  host: string,
  numbers: readonly number[],
  ahead: Ahead,
  into: Retrieved,
  patient: boolean = true,
): Dialogue<void> {
  const sinks = new Map<number, Collect>();
  const asked = numbers.map((number) => ({ number, size: null }));
  yield* retr(host, () => asked.shift(), ahead, {
    begin: (number) => {
      const sink = new Collect();
      sinks.set(number, sink);
      into.begun.push(number);
      return sink;
    },
    whole: (number) => void into.whole.set(number, sinks.get(number)?.bytes ?? Buffer.alloc(0)),
    refused: (number, error) => {
      into.refused.set(number, error);
      return patient;
    },
  });
}

/** Nothing yet. */
export function nothing(): Retrieved {
  return { whole: new Map(), refused: new Map(), begun: [] };
}

/** The octets of one message; its refusal is thrown. */
export function* retrieved(host: string, number: number): Dialogue<Buffer> {
  const got = nothing();
  yield* retrieve(host, [number], ONE_BY_ONE, got);
  for (const error of got.refused.values()) throw error;
  return got.whole.get(number) ?? Buffer.alloc(0);
}
