// Who counts what goes on between us and the servers. Whoever works tells it, and asks nothing back.
import type { MailErrorKind } from './error.ts';

/** For which of its two servers an account makes a connection. */
export type Way = 'receive' | 'send';

/** Is told what goes on; never throws. */
export interface Onlooker {
  /** A connection was made; the result is called once, when it has ended. */
  connected(account: string, way: Way): () => void;
  /** A server, or the way to it, refused what was asked. */
  refused(account: string, way: Way, kind: MailErrorKind): void;
  /** A try to deliver a letter is over, and has left it in `state`. */
  delivered(account: string, state: string, seconds: number): void;
}

/** Where nobody counts. */
export const NOBODY: Onlooker = {
  connected: () => () => undefined,
  refused: () => undefined,
  delivered: () => undefined,
};
