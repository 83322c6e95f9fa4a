// A line to an SMTP server in clear that holds back the answer to a final dot until it is let go.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Ending } from '../support/temporary.ts';

/** A running line. */
export interface Gate {
  readonly port: number;
  /** A dot came, and its answer is held back. */
  readonly holds: boolean;
  /** Lets the answer go. */
  release(): void;
}

/** Starts a line to `port` of loopback. It ends with the test. */
export async function holdAnswers(test: Ending, port: number): Promise<Gate> {
  const sockets = new Set<Socket>();
  const state = { holds: false, released: false, go: (): void => undefined };
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    let sent = '';
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    near.on('data', (chunk) => {
      sent = (sent + chunk.toString('latin1')).slice(-5);
      if (sent === '\r\n.\r\n' && !state.released) {
        state.holds = true;
        far.pause();
        state.go = () => far.resume();
      }
      far.write(chunk);
    });
    far.on('data', (chunk) => near.write(chunk));
    near.on('end', () => far.end());
    far.on('end', () => near.end());
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
      state.released = true;
      state.go();
    },
  };
}
