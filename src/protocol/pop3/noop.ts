// A word to keep the session alive (RFC 1939 §5), and to see that it is in step.
import type { Dialogue } from '../dialogue.ts';
import { during } from '../phase.ts';
import { command } from './status.ts';

/** Any status will do: the server is there. Throws MailError `protocol` (now) where the answer is none. */
export function* noop(host: string): Dialogue<void> {
  yield* during('noop', 'POP3 NOOP', command(host, 'NOOP'));
}
