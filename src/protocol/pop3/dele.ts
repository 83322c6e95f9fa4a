// Marks messages for deletion (RFC 1939 §5). Nothing goes before QUIT is answered by +OK; RSET, or the end of the connection
// without QUIT, takes the marks back.
import type { Dialogue } from '../dialogue.ts';
import { during } from '../phase.ts';
import { each, inTurn } from './in-turn.ts';
import type { Ahead } from './in-turn.ts';
import { checked } from './retr.ts';
import { readStatus } from './status.ts';

/** Marks these messages and returns those that the server agreed to mark; a refusal is that of one message (P-051). */
export function* dele(host: string, numbers: readonly number[], ahead: Ahead): Dialogue<number[]> {
  const marked: number[] = [];
  function* one(number: number): Dialogue<boolean> {
    if ((yield* readStatus(host, 'DELE')).ok) marked.push(number);
    return true;
  }
  const commands = numbers.map((number) => ({
    line: `DELE ${checked(number)}`,
    octets: 100,
    read: () => during('dele', `POP3 DELE ${number}`, one(number)),
  }));
  yield* inTurn(each(commands), ahead);
  return marked;
}
