// A line to a server in clear that ends at a word of the client: what comes from there on is held back or let through once,
// and nothing of the answer returns. The test then kills whom it likes.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Ending } from './temporary.ts';

/** A running line. */
export interface Tripwire {
  readonly port: number;
  /** Resolves when the word came. */
  readonly tripped: Promise<void>;
  /** Closes all connections that are open now. */
  cut(): void;
}

/** Starts a line to `port` of loopback. `through`: the server still gets what holds the word. It ends with the test. */
export async function startTripwire(
  test: Ending,
  port: number,
  word: RegExp,
  through: boolean,
): Promise<Tripwire> {
  const sockets = new Set<Socket>();
  let trip: () => void = () => {};
  const tripped = new Promise<void>((resolve) => (trip = resolve));
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    let over = false;
    for (const socket of [near, far])
      sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)));
    near.on('data', (chunk: Buffer) => {
      const here = !over && word.test(chunk.toString('latin1'));
      if (!over && (!here || through)) far.write(chunk);
      if (!here) return;
      over = true;
      trip();
    });
    far.on('data', (chunk: Buffer) => void (over || near.write(chunk)));
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  test.after(async () => {
    cut();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, tripped, cut };
}
