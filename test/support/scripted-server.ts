// A server that plays a test's script over a real socket: exact octets, splits, stalls, cuts, resets, injected plaintext.
// What the client sent is kept, and a script that was disappointed fails its test.
import type { CertificateName } from './certificates.ts';
import type { Conversation } from './listener.ts';
import { listen } from './listener.ts';
import type { Ending } from './temporary.ts';

/** What the server does with one connection. See Peer for its words. */
export type Script = Conversation;

/** A running scripted server. */
export interface ScriptedServer {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Connections so far. */
  readonly connections: number;
  /** All that the client of connection `nth` (0 is the first) has sent, decrypted, as latin1. */
  heard(nth?: number): string;
  /** Closes everything. Throws what a script threw (beside HungUp); runs by itself at the end of the test. */
  stop(): Promise<void>;
}

/**
 * Starts a server on a free port of 127.0.0.1. Connection n plays the n-th script, and the last script plays for all that
 * come after it. With `tls` every connection begins with TLS; without it a script may call `peer.startTls`.
 */
export async function startScriptedServer(
  test: Ending,
  scripts: Script | readonly [Script, ...Script[]],
  options: { readonly tls?: CertificateName } = {},
): Promise<ScriptedServer> {
  const list: readonly Script[] = typeof scripts === 'function' ? [scripts] : scripts;
  const listener = await listen(async (peer) => {
    await (list[peer.nth] ?? list.at(-1))?.(peer);
  }, options.tls);
  let told = 0;
  const stop = async (): Promise<void> => {
    await listener.stop();
    const [error] = listener.errors.slice(told);
    told = listener.errors.length;
    if (error !== undefined) throw error;
  };
  test.after(stop);
  return {
    host: '127.0.0.1',
    port: listener.port,
    get connections() {
      return listener.peers.length;
    },
    heard: (nth = 0) => listener.peers[nth]?.heard.toString('latin1') ?? '',
    stop,
  };
}
