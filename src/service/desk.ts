// What the service does for a command that asks over the control socket.
import { realpathSync } from 'node:fs';
import type { Config } from '../config/load.ts';
import { openControl, type Answering, type Control } from '../control/listen.ts';
import { CONTROL } from '../control/wire.ts';
import type { Clock } from '../model/clock.ts';
import { textOf } from '../model/error.ts';
import type { Outbox } from '../outbox/run.ts';
import type { Log } from '../runtime/log.ts';
import { version } from '../runtime/version.ts';
import type { Changes } from './changes.ts';
import type { Imports } from './imports.ts';
import type { Polls } from './polls.ts';

/** What the service can do for a command. */
export interface Services {
  readonly polls: Polls;
  readonly outbox: Pick<Outbox, 'act'>;
  readonly imports: Imports;
  /** Reads the configuration again. */
  readonly reload: () => Promise<Changes>;
}

/** Opens the socket; undefined, with a warning, where there is no place for it: the service does without. */
export async function openDesk(
  places: readonly string[],
  { data, path }: Pick<Config, 'data' | 'path'>,
  services: Services,
  clock: Clock,
  log: Log,
): Promise<Control | undefined> {
  if (places.length === 0) return undefined;
  const archive = realpathSync(data);
  const config = realpathSync(path);
  const greeting = { mailkeep: version(), control: CONTROL, pid: process.pid, data: archive, config };
  const since = new Date(clock.now()).toISOString();
  try {
    return await openControl(places, greeting, desk(services, since), clock, (text) => log.warn(text));
  } catch (thrown) {
    log.warn(`commands cannot talk to this service: ${textOf(thrown)}`);
    return undefined;
  }
}

function desk({ polls, imports, outbox, reload }: Services, since: string): Answering {
  return async (request, tell, gone) => {
    if (request.do === 'status') return { pid: process.pid, since, ...polls.standing };
    if (request.do === 'reload') return reload();
    if (request.do === 'outbox') return outbox.act(request.action, request.id);
    if (request.do === 'import') {
      const { account } = request;
      return imports.now(request, gone, (done, total, messages) =>
        tell({ account, done, total, folder: '', messages }),
      );
    }
    const { full, dryRun, retry } = request;
    // Who goes away ends nothing that was begun: what comes is stored all the same.
    return Promise.all(
      polls.named(request.accounts).map((account) =>
        polls.now(account, {
          full,
          dryRun,
          retry,
          progress: (done, total, folder) => tell({ account, done, total, folder }),
        }),
      ),
    );
  };
}
