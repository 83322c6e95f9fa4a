// A line to a server in clear that stops in the middle: after so many octets from the server nothing more comes, until it is let go.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
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
  const sockets = new Set<Socket>();
  const held = new Set<Socket>();
  const state = { left: octets, holds: false };
  const server = createServer((near) => {
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
    near.on('data', (chunk) => far.write(chunk));
    far.on('data', (chunk) => {
      near.write(chunk);
      state.left -= chunk.length;
      if (state.left > 0) return;
      state.holds = true;
      held.add(far.pause());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    port: (server.address() as AddressInfo).port,
    get holds() {
      return state.holds;
    },
    release: () => {
      state.left = Infinity;
      for (const far of held) far.resume();
    },
  };
}
