// `mailkeep daemon`: the service, until SIGTERM or Ctrl-C.
import type { Command } from 'commander';
import { controlPlaces } from '../control/wire.ts';
import { asMailError, MailError, textOf } from '../model/error.ts';
import { exitWithoutThem } from '../read/leave.ts';
import { atHangup } from '../runtime/hangup.ts';
import { lastWords } from '../runtime/last-words.ts';
import { LogFile } from '../runtime/log-file.ts';
import { createLog } from '../runtime/log.ts';
import { serviceManager } from '../runtime/sd-notify.ts';
import { stopSignal } from '../runtime/shutdown.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { serve } from '../serve.ts';
import type { Frame } from './output.ts';
import { example } from './register.ts';

/** Adds `daemon`. */
export function register(program: Command, frame: Frame): void {
  program
    .command('daemon')
    .description('run the service: fetch by schedule, and send what is put into the outbox')
    .addHelpText('after', example('mailkeep daemon --config /etc/mailkeep/config.yaml'))
    .action(async () => {
      const config = await frame.config();
      const { level, format, file: path } = config.log;
      const file = path === undefined ? undefined : openedLog(path);
      const into = file instanceof LogFile ? file : undefined;
      const log = createLog({ level: frame.verbose ? 'debug' : level, format, file: into });
      if (file instanceof MailError) log.warn(`${file.message}: the log goes on without that file`);
      const end = lastWords(log);
      // Without somebody who listens, Node.js would open its debugger.
      const moved = (): void => into?.reopen();
      process.on('SIGUSR1', moved);
      const stop = stopSignal();
      exitWithoutThem();
      try {
        const places = controlPlaces(frame.around.env, config.data, 'service');
        await serve({
          config,
          read: () => frame.readConfig(),
          log,
          clock: systemClock,
          manager: serviceManager(process.env),
          signal: stop.signal,
          places,
          atHangup,
        });
      } finally {
        stop.release();
        await log.flush();
        process.removeListener('SIGUSR1', moved);
        end();
      }
    });
}

/** A file that cannot be opened is no reason to fetch no mail. */
function openedLog(path: string): LogFile | MailError {
  try {
    return new LogFile(path);
  } catch (thrown) {
    return asMailError(thrown, { kind: 'storage', retry: 'never', message: textOf(thrown) });
  }
}
