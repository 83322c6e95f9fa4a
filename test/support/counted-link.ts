// A line to an IMAP server in clear on which every line of the client, those within messages too, and every answer that the
// client waits for is an effect with a number, from the first command that changes something until that session ends: at one of
// them the line ends. What was before it has gone through, it has not.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Ending } from './temporary.ts';

/** Whose lines are counted: of the server's, the answers and the leaves to go on. */
export type Side = 'client' | 'server';

/** Where the line ends. */
export interface Cut {
  readonly side: Side;
  /** 1 is the first that counts, on that side; it does not go through. */
  readonly nth: number;
}

/** A running line. */
export interface CountedLink {
  readonly port: number;
  /** Resolves when the line of that number came. */
  readonly tripped: Promise<void>;
  /** Closes what is open, and resolves when the server has closed it too: it has then done all that it was told. */
  end(): Promise<void>;
}

/** Starts a line to `port` of loopback. `without`: a capability that the client shall not see. */
export async function startCountedLink(
  test: Ending,
  port: number,
  cut: Cut,
  without?: string,
): Promise<CountedLink> {
  const open = new Map<Socket, Promise<void>>();
  let count = 0;
  let counts: boolean | undefined;
  let over = false;
  let trip: () => void = () => {};
  const tripped = new Promise<void>((resolve) => (trip = resolve));
  const passes = (side: Side, text: string): boolean => {
    if (over) return false;
    if (side === 'client' && counts === undefined && CHANGING.test(text)) counts = true;
    if (side === 'client' && LAST.test(text)) counts = false;
    if (counts !== true || side !== cut.side || (side === 'server' && !ANSWER.test(text))) return true;
    if (++count !== cut.nth) return true;
    over = true;
    trip();
    return false;
  };
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    open.set(far, new Promise((resolve) => far.once('close', () => resolve())));
    near.setNoDelay(true).on('error', () => {});
    far.setNoDelay(true).on('error', () => {});
    near.on(
      'data',
      linesOf((text) => passes('client', text) && far.write(text, 'latin1')),
    );
    far.on(
      'data',
      linesOf(
        (text) =>
          passes('server', text) &&
          near.write(without === undefined ? text : text.replaceAll(` ${without}`, ''), 'latin1'),
      ),
    );
    near.on('close', () => far.end());
    far.on('close', () => near.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const end = async (): Promise<void> => {
    for (const far of open.keys()) far.end();
    await Promise.all(open.values());
  };
  test.after(async () => {
    for (const far of open.keys()) far.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, tripped, end };
}

/** `A7 OK done`, `+ go on` */
const ANSWER = /^(\+|\S+ (OK|NO|BAD)\b)/;

const CHANGING = /^\S+ (CREATE|SUBSCRIBE|APPEND|STORE|UID STORE)\b/;
const LAST = /^\S+ LOGOUT\b/;

function linesOf(take: (text: string) => unknown): (chunk: Buffer) => void {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk.toString('latin1')).split('\r\n');
    rest = lines.pop() ?? '';
    for (const text of lines) take(`${text}\r\n`);
  };
}
