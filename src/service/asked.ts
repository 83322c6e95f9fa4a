// The service as another process sees it: asked over its control socket. Where none answers, nothing runs and nothing begins.
import { z } from 'zod';
import { askService } from '../control/ask.ts';
import { MailError } from '../model/error.ts';
import type { ServiceStatus } from './account-facts.ts';

/** What only the service knows, or does. */
export interface AtService {
  /** Undefined: none runs. */
  status(): Promise<ServiceStatus | undefined>;
  /** Begins a poll of an account, or of all (null). Throws MailError where that cannot be. */
  sync(account: string | null): Promise<void>;
}

/** The service of the archive at `data`, asked at the first of `places` where it answers. */
export function askedService(places: readonly string[], data: string): AtService {
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
  };
}

const BEGUN = {};

const serviceStatus: z.ZodType<ServiceStatus> = z.object({
  pid: z.number(),
  since: z.string(),
  running: z.record(z.string(), z.object({ done: z.number(), total: z.number(), folder: z.string() })),
});

function noService(): MailError {
  return new MailError({
    kind: 'busy',
    message: 'no service of this archive runs',
    retry: 'later',
    hint: 'Start it: `mailkeep daemon`, or `systemctl start mailkeep`. `mailkeep sync` fetches once, without it.',
  });
}
