// A line to an SMTP server in clear that holds back the answer to a final dot until it is let go.
import { startLink } from '../support/link.ts';
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
  const state = { holds: false, released: false, go: (): void => undefined };
  const link = await startLink(test, port, (near, reach) => {
    const far = reach();
    let sent = '';
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
  return {
    port: link.port,
    get holds() {
      return state.holds;
    },
    release: () => {
      state.released = true;
      state.go();
    },
  };
}
