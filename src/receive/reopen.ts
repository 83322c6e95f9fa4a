// Opening a source where a host does not bear some command: it answers by silence (QQ, I-005) or by hanging up (P-008).
// The command is noted for the host, and the connection is made once more without it.
import { MailError } from '../model/error.ts';

/** Commands that a host answered by silence or by closing, by host; kept as long as the process lives. */
export type Avoided = Map<string, Set<string>>;

/** The commands to leave out for `host`. */
export function avoidedAt(avoided: Avoided, host: string): Set<string> {
  const known = avoided.get(host) ?? new Set();
  avoided.set(host, known);
  return known;
}

/** Runs `open`; when it fails on a command, notes the command and runs it again, once for each command. */
export async function reopening(avoid: Set<string>, open: () => Promise<void>): Promise<void> {
  const noted = new Set<string>();
  for (;;) {
    try {
      return await open();
    } catch (thrown) {
      if (!(thrown instanceof MailError) || thrown.avoid === undefined || noted.has(thrown.avoid))
        throw thrown;
      noted.add(thrown.avoid);
      avoid.add(thrown.avoid);
    }
  }
}
