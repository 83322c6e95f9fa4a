// The service as another process sees it: asked over its control socket. Where none answers, nothing runs and nothing begins.
import { z } from 'zod';
import { inChinese } from '../chinese/told.ts';
import { reportedShape } from '../control/wire.ts';
import { askService, notUnderstood } from '../control/ask.ts';
import type { Clock } from '../model/clock.ts';
import { MailError } from '../model/error.ts';
import type { Action } from '../outbox/actions.ts';
import { actAlone } from '../outbox/alone.ts';
import type { ListedLetter } from '../outbox/list.ts';
import type { OutboxParts } from '../outbox/parts.ts';
import type { ServiceStatus } from './account-facts.ts';

/** What only the service knows, or does. */
export interface AtService {
  /** Undefined: none runs. */
  status(): Promise<ServiceStatus | undefined>;
  /** Begins a poll of an account, or of all (null). Throws MailError where that cannot be. */
  sync(account: string | null): Promise<void>;
  /** Does something about a letter, and resolves with it as it is then. Throws MailError where that cannot be. */
  act(action: Action, id: string): Promise<ListedLetter>;
}

/** The service of an archive, asked at the first of `places` where it answers. `config`: as it is now. */
export function askedService(places: readonly string[], config: () => OutboxParts, clock: Clock): AtService {
  const { data } = config();
  return {
    status: async () => {
      const told = await askService(places, data, { do: 'status' }).catch(() => undefined);
      return serviceStatus.safeParse(told?.answer).data;
    },
    sync: async (account) => {
      // Whoever goes away ends nothing that was begun: its first word is that it has begun.
      const begun = new AbortController();
      const accounts = account === null ? [] : [account];
      const request = { do: 'sync', accounts, full: false, dryRun: false, retry: false } as const;
      const asked = askService(places, data, request, {
        progress: () => begun.abort(),
        signal: begun.signal,
      });
      const answer = await asked.catch((thrown: unknown) => {
        if (!begun.signal.aborted) throw thrown;
        return BEGUN;
      });
      if (answer === undefined) throw noService();
    },
    act: async (action, id) => {
      const told = await askService(places, data, { do: 'outbox', action, id });
      // The running service may be in the middle of sending; without one it is done here.
      if (told === undefined) return actAlone(config(), { clock, inChinese }, action, id);
      if (isLetter(told.answer)) return told.answer;
      throw notUnderstood();
    },
  };
}

function isLetter(answer: unknown): answer is ListedLetter {
  return typeof answer === 'object' && answer !== null && 'state' in answer && 'recipients' in answer;
}

const BEGUN = {};

const serviceStatus: z.ZodType<ServiceStatus> = z.object({
  pid: z.number(),
  since: z.string(),
  // A service from before an upgrade does not count.
  polls: z.number().default(0),
  running: z.record(z.string(), z.object({ done: z.number(), total: z.number(), folder: z.string() })),
  untaken: z.record(z.string(), reportedShape).default({}),
});

function noService(): MailError {
  return new MailError({
    kind: 'busy',
    message: 'no service of this archive runs',
    retry: 'later',
    hint: 'Start it: `mailkeep daemon`, or `systemctl start mailkeep`. `mailkeep sync` fetches once, without it.',
  });
}
