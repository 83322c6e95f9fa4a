// The service as its own page sees it: what runs is known, and what is wished begins at once.
import type { Outbox } from '../outbox/run.ts';
import type { Log } from '../runtime/log.ts';
import { textOf } from '../model/error.ts';
import type { AtService } from './asked.ts';
import type { Polls } from './polls.ts';

/** `since`: ISO 8601. */
export function ownService(
  { polls, outbox }: { readonly polls: Polls; readonly outbox: Pick<Outbox, 'act'> },
  since: string,
  log: Pick<Log, 'debug'>,
): AtService {
  return {
    status: async () => ({ pid: process.pid, since, ...polls.standing }),
    sync: async (account) => {
      for (const name of polls.named(account === null ? [] : [account]))
        // What becomes of it stands in the log and in the status; only a stop ends it early.
        void polls
          .now(name, { retry: false })
          .catch((thrown: unknown) => log.debug(`a sync was not begun: ${textOf(thrown)}`));
    },
    act: (action, id) => outbox.act(action, id),
  };
}
