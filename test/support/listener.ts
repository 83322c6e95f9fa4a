// Listens on loopback and gives each client its Peer: the floor under the scripted server and the provider.
import { createServer } from 'node:net';
import type { CertificateName } from './certificates.ts';
import { HungUp, Peer } from './peer.ts';

/** What a server does with one client, from the first octet on. It ends by returning, or by throwing HungUp. */
export type Conversation = (peer: Peer) => Promise<void>;

/** A listening port. */
export interface Listener {
  readonly port: number;
  /** Every connection so far, in order; closed ones too. */
  readonly peers: readonly Peer[];
  /** What conversations threw beside HungUp. */
  readonly errors: readonly unknown[];
  /** Destroys every open connection; the port stays open. */
  hangUp(): void;
  /** Closes the port and every connection; resolves when all conversations have ended. */
  stop(): Promise<void>;
}

/** Listens on 127.0.0.1, on a free port. With `tls`, each connection begins with a handshake with that certificate. */
export async function listen(conversation: Conversation, tls?: CertificateName): Promise<Listener> {
  const peers: Peer[] = [];
  const errors: unknown[] = [];
  const running = new Set<Promise<void>>();
  const attend = async (peer: Peer): Promise<void> => {
    try {
      if (tls !== undefined) await peer.startTls('', tls);
      await conversation(peer);
    } catch (error) {
      if (!(error instanceof HungUp)) errors.push(error);
    }
    peer.end();
  };
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const peer = new Peer(socket, peers.length);
    peers.push(peer);
    const talk = attend(peer);
    running.add(talk);
    void talk.finally(() => running.delete(talk));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const hangUp = (): void => peers.forEach((peer) => peer.destroy());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('not listening on a port');
  return {
    port: address.port,
    peers,
    errors,
    hangUp,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      hangUp();
      await Promise.all(running);
      await closed;
    },
  };
}
