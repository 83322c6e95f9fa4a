// `mailkeep daemon`: the service, until SIGTERM or Ctrl-C.
import type { Command } from 'commander';
import { serve } from '../daemon.ts';
import { createLog } from '../runtime/log.ts';
import { stopSignal } from '../runtime/shutdown.ts';
import { systemClock } from '../runtime/system-clock.ts';
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
      const log = createLog({ level: frame.verbose ? 'debug' : config.log.level, format: config.log.format });
      const stop = stopSignal();
      try {
        await serve(config, log, systemClock, stop.signal);
      } finally {
        stop.release();
        await log.flush();
      }
    });
}
