// Messages into one folder, one command each and several commands in flight (RFC 9051 §5.5): for servers without MULTIAPPEND,
// where each message would cost a round trip. One that is refused keeps no other from being filed.
import { MailError } from '../../model/error.ts';
import type { WireName } from '../../model/ids.ts';
import type { Dialogue } from '../dialogue.ts';
import { appendCommand, appendRefusal, isUnasked, placesIn } from './append.ts';
import type { Filed, Outgoing } from './append.ts';
import type { Capabilities } from './capability.ts';
import { exchanges } from './exchange.ts';
import type { Command } from './exchange.ts';
import type { Tags } from './tags.ts';

/** What becomes of each message; called once for each that was answered, in the server's order. */
export interface Taking<M extends Outgoing> {
  readonly filed: (message: M, place: Filed | null) => void;
  readonly refused: (message: M, why: MailError) => void;
}

interface Append<M> extends Command {
  readonly message: M;
}

/**
 * Files messages in `to`, which is there. With literals that need no leave, at most `window` commands are in flight; else one.
 * After OVERQUOTA, and any refusal that is for now, no further command goes out. Throws MailError as `exchanges` does: what was
 * neither filed nor refused then may be there or not.
 */
export function* appendEach<M extends Outgoing>(
  host: string,
  tags: Tags,
  to: WireName,
  messages: readonly M[],
  { capabilities, window }: { readonly capabilities: Capabilities; readonly window: number },
  taking: Taking<M>,
): Dialogue<void> {
  const waiting = [...messages].reverse();
  const atOnce = messages.every((message) => isUnasked(message, capabilities)) ? window : 1;
  let stopped = false;
  yield* exchanges<Append<M>>(host, tags, atOnce, {
    name: 'APPEND',
    next: () => {
      const message = stopped ? undefined : waiting.pop();
      return message && { ...appendCommand(to, [message], capabilities), message };
    },
    answered: ({ message }, answer) => {
      if (answer.word === 'OK') return taking.filed(message, placesIn(answer, 1)[0] ?? null);
      const why = appendRefusal(host, to, answer);
      if (why.kind === 'busy') stopped = true;
      taking.refused(message, why);
    },
  });
}
