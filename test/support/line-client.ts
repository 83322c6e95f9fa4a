// The plainest client there can be, to test the test's own servers: lines out, lines in, no protocol of its own.
import { readFileSync } from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';
import { CA_FILE } from './certificates.ts';
import { Peer } from './peer.ts';
import type { Ending } from './temporary.ts';

/** A connection to a server under test. Octets are latin1 text. */
export interface LineClient {
  /** Sends one line, CRLF added. */
  send(line: string): Promise<void>;
  /** The next line. Rejects with HungUp when the server has closed. */
  line(): Promise<string>;
  /** Sends a line (none where it is empty) and reads up to the line that matches; all those lines. */
  ask(line: string, until: RegExp): Promise<string[]>;
  /** Exactly that many octets, as latin1. */
  octets(count: number): Promise<string>;
  /** Goes on under TLS, with the test CA. */
  startTls(): Promise<void>;
}

/** Connects to 127.0.0.1 and closes at the end of the test. */
export async function connectTo(test: Ending, port: number, secure: boolean = false): Promise<LineClient> {
  let socket: net.Socket = net.connect(port, '127.0.0.1');
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  test.after(() => void socket.destroy());
  let peer: Peer | undefined;
  // A Peer reads lines from any socket; its name only tells from which side it is mostly used.
  const reader = (): Peer => (peer ??= new Peer(socket, 0));
  const startTls = async (): Promise<void> => {
    for (const event of ['data', 'end', 'close', 'error']) socket.removeAllListeners(event);
    const upgraded = tls.connect({ socket, host: 'localhost', ca: readFileSync(CA_FILE) });
    await new Promise((resolve, reject) => upgraded.once('secureConnect', resolve).once('error', reject));
    socket = upgraded;
    peer = undefined;
  };
  if (secure) await startTls();
  const ask = async (line: string, until: RegExp): Promise<string[]> => {
    if (line !== '') await reader().send(Buffer.from(`${line}\r\n`, 'latin1'));
    const lines: string[] = [];
    for (;;) {
      const came = await reader().line();
      lines.push(came);
      if (until.test(came)) return lines;
    }
  };
  return {
    send: (line) => reader().send(Buffer.from(`${line}\r\n`, 'latin1')),
    line: () => reader().line(),
    octets: async (count) => (await reader().octets(count)).toString('latin1'),
    ask,
    startTls,
  };
}
