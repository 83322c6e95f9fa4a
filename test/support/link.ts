// A line from a free port of loopback to a server there, which a test bends as it likes.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Ending } from './temporary.ts';

/** A running line. */
export interface Link {
  readonly port: number;
  /** Ends all connections that are open now, without a word. */
  cut(): void;
}

/**
 * Starts a line to `port` of loopback. `carry` is called for each connection: `reach` opens the far end of it, and what goes over is
 * the caller's to hand on. It ends with the test.
 */
export async function startLink(
  test: Ending,
  port: number,
  carry: (near: Socket, reach: () => Socket) => void,
): Promise<Link> {
  const sockets = new Set<Socket>();
  const known = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket
      .setNoDelay(true)
      .on('error', () => undefined)
      .on('close', () => sockets.delete(socket));
  };
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((near) => carry(known(near), () => known(connect(port, '127.0.0.1'))));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.after(async () => {
    cut();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, cut };
}

/** Where one end is over the other one is, too. */
export function together(near: Socket, far: Socket): void {
  near.on('close', () => far.destroy());
  far.on('close', () => near.destroy());
}
