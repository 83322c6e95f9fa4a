// A line to a server on loopback that can be cut: all that goes over it ends without a word, and nobody gets through until it
// is mended.
import { startLink, together, type Link } from './link.ts';
import type { Ending } from './temporary.ts';

/** A running line. Its `cut` ends what would go over it, too. */
export interface CuttableLink extends Link {
  /** Lets new connections through. */
  mend(): void;
}

/** Starts a line from a free port of loopback to `port` of loopback. It ends with the test. */
export async function startCuttableLink(test: Ending, port: number): Promise<CuttableLink> {
  let whole = true;
  const link = await startLink(test, port, (near, reach) => {
    if (!whole) return void near.resetAndDestroy();
    const far = reach();
    together(near, far);
    near.pipe(far).pipe(near);
  });
  return {
    port: link.port,
    cut: () => {
      whole = false;
      link.cut();
    },
    mend: () => (whole = true),
  };
}
