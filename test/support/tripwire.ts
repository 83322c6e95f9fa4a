// A line to a server in clear that ends at a word of the client: what comes from there on is held back or let through once,
// and nothing of the answer returns. The test then kills whom it likes.
import { startLink, together, type Link } from './link.ts';
import type { Ending } from './temporary.ts';

/** A running line. */
export interface Tripwire extends Link {
  /** Resolves when the word came. */
  readonly tripped: Promise<void>;
}

/** Starts a line to `port` of loopback. `through`: the server still gets what holds the word. It ends with the test. */
export async function startTripwire(
  test: Ending,
  port: number,
  word: RegExp,
  through: boolean,
): Promise<Tripwire> {
  let trip: () => void = () => {};
  const tripped = new Promise<void>((resolve) => (trip = resolve));
  const link = await startLink(test, port, (near, reach) => {
    const far = reach();
    let over = false;
    near.on('data', (chunk: Buffer) => {
      const here = !over && word.test(chunk.toString('latin1'));
      if (!over && (!here || through)) far.write(chunk);
      if (!here) return;
      over = true;
      trip();
    });
    far.on('data', (chunk: Buffer) => void (over || near.write(chunk)));
    together(near, far);
  });
  return { ...link, tripped };
}
