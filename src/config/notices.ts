// What a configuration asks for that this version does not do: said aloud, so that nobody relies on it.
import type { Config } from './load.ts';

/** One sentence for each key without effect; none where all is done. */
export function notices(config: Config): string[] {
  const without = config.web === undefined ? [] : ['web'];
  return without.map((key) => `${key} has no effect in this version`);
}
