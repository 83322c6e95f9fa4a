// A line to a server on loopback that can be cut: all that goes over it ends without a word, and nobody gets through until it
// is mended.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Ending } from './temporary.ts';

/** A running line. */
export interface CuttableLink {
  readonly port: number;
  /** Cuts what goes over it, and what would. */
  cut(): void;
  /** Lets new connections through. */
  mend(): void;
}

/** Starts a line from a free port of loopback to `port` of loopback. It ends with the test. */
export async function startCuttableLink(test: Ending, port: number): Promise<CuttableLink> {
  const sockets = new Set<Socket>();
  let whole = true;
  const server = createServer((near) => {
    if (!whole) return near.resetAndDestroy();
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket.setNoDelay(true));
      socket
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
    }
    near.pipe(far).pipe(near);
    return undefined;
  });
  const end = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.after(async () => {
    end();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      whole = false;
      end();
    },
    mend: () => (whole = true),
  };
}
