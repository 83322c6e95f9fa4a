// `mailkeep web`: the page alone, without the service. It reads the archive, beside a running service and without it.
import type { Command } from 'commander';
import { pageFacts } from '../page.ts';
import { createLog } from '../runtime/log.ts';
import { stopSignal } from '../runtime/shutdown.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { openPage } from '../web/listen.ts';
import type { Frame } from './output.ts';
import { example } from './register.ts';
import { serviceBeside } from './service-beside.ts';

/** Adds `web`. */
export function register(program: Command, frame: Frame): void {
  program
    .command('web')
    .description('the page alone, without the service: search and read in a browser')
    .addHelpText('after', example('mailkeep web'))
    .action(() => run(frame));
}

async function run(frame: Frame): Promise<void> {
  const config = await frame.config();
  const service = await serviceBeside(frame);
  const { facts, close } = await pageFacts(() => config, service, systemClock);
  const log = createLog({ level: config.log.level, format: config.log.format });
  const stop = stopSignal();
  try {
    const page = await openPage(
      { facts, clock: systemClock, log },
      {
        ...(config.web?.listen ?? { host: '127.0.0.1', port: 8025 }),
        password: config.web?.password,
        address: config.web?.address,
      },
    );
    frame.print(page.url);
    await new Promise<void>((resolve) => {
      stop.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await page.close();
  } finally {
    stop.release();
    await close();
  }
}
