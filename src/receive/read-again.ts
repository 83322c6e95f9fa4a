// Gmail's POP3 takes a message off its list once it was sent and a QUIT followed (P-005), and shows a few hundred at a time. What is
// stored and shown all the same had no QUIT behind it, because that session broke: enough of such fill all that is shown, and no
// later mail would ever come. They are read once more, to nowhere, so that this session's QUIT takes them off the list.
import type { Budget } from './budget.ts';
import type { FolderRun } from './folder-run.ts';
import { hashesOf } from './hashes-of.ts';
import { batches, plainKey, weightOf } from './plan.ts';
import type { Listed, Source } from './source.ts';

/** Fewer leave enough room for new mail: Gmail shows 250 at least (P-004). */
const FILLS = 100;

/** One is read again no more often, while the process lives: a server that forgets nothing shows it for ever. Milliseconds. */
const REST = 86_400_000;

/** Reads these, which are stored, once more where they are many, and returns how many it read. Throws what `Source.fetch` throws. */
export async function readAgain(
  { account, acquitted, budget, clock, signal }: FolderRun,
  source: Source,
  stored: readonly Listed[],
): Promise<number> {
  if (source.showsByAndBy !== true || stored.length < FILLS) return 0;
  const before = acquitted.readAgain(account);
  const now = clock.now();
  // A clock that went back tells nothing of the time that has passed.
  const isDue = (last: number | undefined): boolean => last === undefined || last > now || last <= now - REST;
  const due = stored.filter(({ key }) => isDue(before.get(plainKey(key))));
  const weights = new Map(due.map((one) => [plainKey(one.key), weightOf(one)]));
  let read = 0;
  for (const keys of batches(due)) {
    signal.throwIfAborted();
    const weight = keys.reduce((sum, key) => sum + (weights.get(plainKey(key)) ?? 0), 0);
    if (!hasRoom(budget, weight)) break;
    for (const key of keys) before.set(plainKey(key), now);
    try {
      read += (await hashesOf(source, keys)).size;
    } finally {
      budget?.give(weight);
    }
  }
  return read;
}

/** New mail comes first: a reserve of the day's budget is left to it. */
function hasRoom(budget: Budget | undefined, octets: number): boolean {
  return budget === undefined || budget.take(octets, budget.reserve);
}
