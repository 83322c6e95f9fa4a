// Requests that no browser and no library would send: octets to the page's port, and its answer.
import { connect } from 'node:net';

/** What came back. */
export interface RawAnswer {
  /** 0 where it hung up without a word. */
  readonly status: number;
  /** All of it, as latin1. */
  readonly text: string;
  header(name: string): string | undefined;
}

/** Says `octets` as they stand, and reads until the page hangs up. */
export function saidToPage(url: string, octets: string): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), hostname.replace(/[[\]]/g, ''), () =>
      socket.write(octets, 'latin1'),
    );
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => (text += chunk));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' ? undefined : reject(error),
    );
    socket.on('close', () =>
      resolve({
        text,
        status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0),
        header: (name) =>
          new RegExp(`\r\n${name}: ([^\r]*)\r\n`, 'i').exec(text.split('\r\n\r\n', 1)[0] + '\r\n')?.[1],
      }),
    );
  });
}

/** A request as text; `undefined` leaves a header out. */
export function request(
  line: string,
  headers: Readonly<Record<string, string | undefined>>,
  body = '',
): string {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  );
  return [`${line} HTTP/1.1`, ...lines, 'Connection: close', '', body].join('\r\n');
}
