// Whether the service still does what it is for: each part that could be stuck is asked, and has a while to answer. That the
// event loop turns is shown by the asking. Nobody asks what cannot be stuck for long: a poll, a delivery, a message whose text is
// read and the thread that takes mails apart for the page have deadlines of their own, and are ended by them.
import type { Clock } from '../model/clock.ts';
import { textOf } from '../model/error.ts';

/** A part that can be asked. */
export interface Organ {
  /** As in "the index does not answer". */
  readonly name: string;
  /** Resolves when it has answered; rejects where it cannot do its work. */
  readonly ask: () => Promise<void>;
}

/** What is wrong, a sentence for each part that did not answer well within `patience` milliseconds. */
export async function complaints(
  organs: readonly Organ[],
  clock: Clock,
  patience: number,
): Promise<readonly string[]> {
  const all = await Promise.all(organs.map((organ) => complaint(organ, clock, patience)));
  return all.filter((text) => text !== undefined);
}

async function complaint({ name, ask }: Organ, clock: Clock, patience: number): Promise<string | undefined> {
  const answered = new AbortController();
  const late = clock.sleep(patience, answered.signal).then(
    () => `${name} does not answer`,
    () => undefined,
  );
  try {
    return await Promise.race([ask().then(() => undefined), late]);
  } catch (thrown) {
    return `${name} fails: ${textOf(thrown)}`;
  } finally {
    answered.abort();
  }
}
