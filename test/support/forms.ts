// The forms of files of which a fixture is kept, so that what an older mailkeep has written is read for ever.
import { readdirSync } from 'node:fs';

/** Where the fixtures lie. */
export const FIXTURES = 'test/fixtures';

/** The forms of which there is a fixture, the lowest first. */
export function formsOf(of: 'index' | 'outbox' | 'journal' | 'snapshot'): number[] {
  const found = readdirSync(FIXTURES).map((name) => new RegExp(`^${of}-(\\d+)\\.\\w+$`).exec(name)?.[1]);
  return found
    .filter((form) => form !== undefined)
    .map(Number)
    .toSorted((a, b) => a - b);
}
