// A line to a server in clear that stops in the middle: after so many octets from the server nothing more comes, until it is let go.
import type { Socket } from 'node:net';
import { startLink, together } from '../support/link.ts';
import type { Ending } from '../support/temporary.ts';

/** A running line. */
export interface Dam {
  readonly port: number;
  /** So many octets came through, and the rest is held back. */
  readonly holds: boolean;
  /** Lets all through, now and later. */
  release(): void;
}

/** Starts a line to `port` of loopback that lets `octets` through, over all connections. It ends with the test. */
export async function holdMail(test: Ending, port: number, octets: number): Promise<Dam> {
  const held = new Set<Socket>();
  let left = octets;
  const link = await startLink(test, port, (near, reach) => {
    const far = reach();
    together(near, far);
    near.on('data', (chunk) => far.write(chunk));
    far.on('data', (chunk) => {
      near.write(chunk);
      left -= chunk.length;
      if (left <= 0) held.add(far.pause());
    });
  });
  return {
    port: link.port,
    get holds() {
      return held.size > 0;
    },
    release: () => {
      left = Infinity;
      for (const far of held) far.resume();
    },
  };
}
