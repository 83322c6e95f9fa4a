// A line to a server on loopback that is as long as the sea is wide: octets take their time each way, as many at once as
// are sent. Opening a connection costs a round trip too, as over a real line.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Ending } from './temporary.ts';

/** A running line. */
export interface SlowLink {
  readonly port: number;
  /** Octets that came from the server so far. */
  readonly received: number;
}

interface Line {
  /** Milliseconds each way. */
  readonly delay: number;
  /** Octets a second each way; absent: no limit. */
  readonly rate?: number;
}

/** Octets under way in one direction, above which no more are taken in. */
const MOST_UNDER_WAY = 32 << 20;

/** Starts a line from a free port, on all addresses of this machine, to `port` of loopback. It ends with the test. */
export async function startSlowLink(test: Ending, port: number, line: Line): Promise<SlowLink> {
  const sockets = new Set<Socket>();
  const state = { received: 0, free: { up: 0, down: 0 } };
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    const opens = performance.now() + 2 * line.delay;
    for (const socket of [near, far]) {
      sockets.add(socket.setNoDelay(true));
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    }
    far.on('data', (chunk) => (state.received += chunk.length));
    carry(near, far, line, 'up', state.free, opens);
    carry(far, near, line, 'down', state.free, opens);
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  test.after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    port: (server.address() as AddressInfo).port,
    get received() {
      return state.received;
    },
  };
}

/** One direction of one connection; the rate is shared by all connections. */
function carry(
  from: Socket,
  to: Socket,
  { delay, rate = Infinity }: Line,
  way: 'up' | 'down',
  free: Record<'up' | 'down', number>,
  opens: number,
): void {
  let underWay = 0;
  const later = (octets: number, then: () => void): void => {
    free[way] = Math.max(free[way], performance.now(), opens) + (1000 * octets) / rate;
    setTimeout(then, free[way] - performance.now() + delay);
  };
  from.on('data', (chunk) => {
    underWay += chunk.length;
    if (underWay > MOST_UNDER_WAY) from.pause();
    later(chunk.length, () => {
      underWay -= chunk.length;
      if (from.isPaused()) from.resume();
      to.write(chunk);
    });
  });
  from.on('end', () => later(0, () => to.end()));
  from.on('close', () => later(0, () => to.destroy()));
}
