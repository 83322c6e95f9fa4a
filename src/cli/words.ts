// PURE: what the words of all commands are put together from.
import { amount } from '../runtime/amount.ts';

/** `1 message`, `2,345 messages`. */
export function count(n: number, noun: string): string {
  return `${amount(n)} ${noun}${n === 1 ? '' : 's'}`;
}

/** The words for `n` things, to be spread into a list; none where there are no such things. */
export function some(n: number, words: string): string[] {
  return n > 0 ? [words] : [];
}
