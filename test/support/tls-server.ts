// A TLS server of Node's own, for what the scripted server does not do: chosen versions, a look at the server's end of TLS.
// Its script talks in lines.
import { createInterface } from 'node:readline';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { certificate, type CertificateName } from './certificates.ts';
import type { Ending } from './temporary.ts';

/** One client: what it says, line by line, and what it is told. */
export interface Talk {
  readonly socket: TLSSocket;
  /** The next line; rejects when there is none. */
  readonly line: () => Promise<string>;
  readonly say: (...lines: readonly string[]) => void;
}

/** Listens on a free port of 127.0.0.1, which is returned; a client that goes away ends its script in silence. */
export async function startTlsServer(
  test: Ending,
  name: CertificateName,
  options: TlsOptions,
  script: (talk: Talk) => Promise<void>,
): Promise<number> {
  const sockets = new Set<TLSSocket>();
  const server = createServer({ ...certificate(name), ...options }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
    const talk: Talk = {
      socket,
      line: async () => {
        const next = await lines.next();
        if (next.done === true) throw new Gone();
        return next.value;
      },
      say: (...texts) => void socket.write(texts.map((text) => `${text}\r\n`).join('')),
    };
    void script(talk).catch((thrown: unknown) => {
      if (!(thrown instanceof Gone)) throw thrown;
    });
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('not listening on a port');
  return address.port;
}

class Gone extends Error {}
