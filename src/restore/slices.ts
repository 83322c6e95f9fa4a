// PURE: messages → what goes out together: enough to spare round trips, and so little that a refusal or a cut costs little.
import type { Wanted } from './plan.ts';

const MESSAGES = 50;
const OCTETS = 4 * 2 ** 20;
/** A message of more goes alone: its octets are only sent when the server asks for them. */
const ALONE = 64 * 1024;

/** Runs of `wanted`, in its order. */
export function slices(wanted: readonly Wanted[]): Wanted[][] {
  const all: Wanted[][] = [];
  let octets = Infinity;
  for (const one of wanted) {
    const last = all.at(-1);
    const fits = last !== undefined && last.length < MESSAGES && octets + one.size <= OCTETS;
    if (fits && one.size <= ALONE) last.push(one);
    else all.push([one]);
    octets = fits ? octets + one.size : one.size;
    if (one.size > ALONE) octets = Infinity;
  }
  return all;
}
