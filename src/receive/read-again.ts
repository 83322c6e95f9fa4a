// Gmail's POP3 takes a message off its list once it was sent and a QUIT followed (P-005), and shows a few hundred at a time. What is
// stored and shown all the same had no QUIT behind it, because that session broke: enough of such fill all that is shown, and no
// later mail would ever come. They are read once more, to nowhere, so that this session's QUIT takes them off the list.
import type { Budget } from './budget.ts';
import type { FolderRun } from './folder-run.ts';
import type { KnownKey } from '../index/positions.ts';
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
  // Without a QUIT it would be in vain: the session after this one says it.
  if (source.showsByAndBy !== true || isInVain(source) || stored.length < FILLS) return 0;
  const before = acquitted.readAgain(account);
  const now = clock.now();
  // A clock that went back tells nothing of the time that has passed.
  const isDue = (last: number | undefined): boolean => last === undefined || last > now || last <= now - REST;
  const due = stored.filter(({ key }) => isDue(before.get(plainKey(key))));
  const weights = new Map(due.map((one) => [plainKey(one.key), weightOf(one)]));
  const came: KnownKey[] = [];
  let isWhole = false;
  try {
    for (const keys of batches(due)) {
      signal.throwIfAborted();
      const weight = keys.reduce((sum, key) => sum + (weights.get(plainKey(key)) ?? 0), 0);
      if (!hasRoom(budget, weight)) break;
      for (const key of keys) before.set(plainKey(key), now);
      try {
        came.push(...(await hashesOf(source, keys)).keys());
      } finally {
        budget?.give(weight);
      }
    }
    isWhole = !isInVain(source);
  } finally {
    // No QUIT follows: the next session reads them once more, without what broke this one, or came as nothing.
    if (!isWhole) for (const key of came) before.delete(key);
  }
  return came.length;
}

function isInVain({ sentInVain }: Source): boolean {
  return sentInVain === true;
}

/** New mail comes first: a reserve of the day's budget is left to it. */
function hasRoom(budget: Budget | undefined, octets: number): boolean {
  return budget === undefined || budget.take(octets, budget.reserve);
}
