// Cases by chance, as many as fit into a time, each from a seed of its own: the same seed gives the same case. A case that
// fails is told with its seed. By environment:
//   MAILKEEP_FUZZ_SEED     that one case and no other
//   MAILKEEP_FUZZ_SECONDS  how long instead of a few seconds, beginning with a seed of the moment
import type { TestContext } from 'node:test';
import { chance, type Chance } from '../random.ts';

/** Where a run begins where nothing else is said, so that every run of the tests begins alike. */
const FIRST = 20_261_126;

/** Runs `one` for one seed after another for `seconds`. Rejects with the first failure, and the seed that makes it again. */
export async function mill(
  t: TestContext,
  seconds: number,
  one: (luck: Chance, seed: number) => Promise<void>,
): Promise<void> {
  const { MAILKEEP_FUZZ_SEED: only, MAILKEEP_FUZZ_SECONDS: longer } = process.env;
  const first = only !== undefined ? Number(only) : longer === undefined ? FIRST : Date.now() % 2 ** 31;
  const until = performance.now() + 1000 * Number(longer ?? seconds);
  let seed = first;
  do {
    await one(chance(seed), seed).catch((cause: unknown) => {
      const said = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`MAILKEEP_FUZZ_SEED=${seed}: ${said}`, { cause });
    });
    seed++;
  } while (only === undefined && performance.now() < until);
  t.diagnostic(`seeds ${first} to ${seed - 1}: ${seed - first} cases`);
}
