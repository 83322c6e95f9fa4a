// What chance does to the answers of a server: whole answers come twice, late, not at all or in another order; numbers grow,
// octets turn over, pieces of other answers stand where they should not.
import type { Chance } from '../random.ts';

/** How much of it, in a hundred. */
export interface Harm {
  /** Of answers. */
  readonly answers: number;
  /** Of octets in an answer. */
  readonly octets: number;
}

/** No harm, a little, or much. */
export function harmOf(luck: Chance): Harm {
  return luck.of([
    { answers: 0, octets: 0 },
    { answers: 8, octets: 0 },
    { answers: 0, octets: 8 },
    { answers: 15, octets: 15 },
    { answers: 40, octets: 40 },
  ]);
}

/** Answers, one after another, as they come in the end. `pieces`: what may come between. */
export function damaged(
  answers: readonly Buffer[],
  pieces: readonly string[],
  harm: Harm,
  luck: Chance,
): Buffer[] {
  const come = [...answers];
  // Now and then a line that is longer than any may be.
  if (harm.octets > 0 && luck.upTo(500) === 0) come.splice(luck.upTo(come.length + 1), 0, LONG);
  for (let at = 0; at < come.length; at++) {
    const answer = come[at] ?? Buffer.alloc(0);
    if (luck.often(harm.octets)) come[at] = bent(answer, pieces, luck);
    if (!luck.often(harm.answers)) continue;
    const other = luck.upTo(come.length);
    switch (luck.upTo(5)) {
      case 0:
        come.splice(at, 1);
        break;
      case 1:
        come.splice(other, 0, answer);
        at++;
        break;
      case 2:
        come[at] = come[other] ?? answer;
        come[other] = answer;
        break;
      case 3:
        come.splice(at++, 0, Buffer.from(luck.of(pieces)));
        break;
      default:
        come[at] = answer.subarray(0, luck.upTo(answer.length + 1));
    }
  }
  return come;
}

const LONG = Buffer.alloc(1_200_000, 'x');

function bent(answer: Buffer, pieces: readonly string[], luck: Chance): Buffer {
  const at = luck.upTo(answer.length + 1);
  const from = answer.subarray(0, at);
  const rest = answer.subarray(at);
  switch (luck.upTo(4)) {
    case 0: {
      const turned = Buffer.from(answer);
      if (turned.length > 0) turned[luck.upTo(turned.length)] = luck.upTo(256);
      return turned;
    }
    case 1:
      return Buffer.concat([from, Buffer.from(luck.of(pieces)), rest]);
    case 2:
      return Buffer.concat([from, rest.subarray(luck.upTo(20))]);
    default: {
      const number = luck.of([
        '0',
        '-1',
        '00',
        '1',
        '2',
        '7',
        '4294967295',
        '4294967296',
        '99999999999999999999',
        '1e9',
      ]);
      const numbers = [...answer.toString('latin1').matchAll(/\d+/g)];
      if (numbers.length === 0) return answer;
      const { index, 0: digits } = luck.of(numbers);
      return Buffer.concat([
        answer.subarray(0, index),
        Buffer.from(number),
        answer.subarray(index + digits.length),
      ]);
    }
  }
}
