// `mailkeep web`: the page alone, without the service. It reads the archive, beside a running service and without it.
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { listenOf, type Listen } from '../config/load.ts';
import { servePage } from '../page.ts';
import { exitWithoutThem } from '../read/leave.ts';
import { createLog } from '../runtime/log.ts';
import { stopSignal } from '../runtime/shutdown.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { archiveWords } from './archive-words.ts';
import { languageOf } from './locale.ts';
import type { Frame } from './output.ts';
import { example } from './register.ts';
import { serviceBeside } from './service-beside.ts';

/** Where it listens if nobody says otherwise. */
const USUAL: Listen = { host: '127.0.0.1', port: 8025 };

/** Adds `web`. */
export function register(program: Command, frame: Frame): void {
  program
    .command('web')
    .description('the page alone, without the service: search and read in a browser')
    .option('--listen <host:port>', 'where; else as the configuration says, else 127.0.0.1:8025', place)
    .addHelpText('after', example('mailkeep web', 'mailkeep web --listen 127.0.0.1:8026'))
    .action((options: { readonly listen?: Listen }) => run(options.listen, frame));
}

function place(text: string): Listen {
  const { host, port } = listenOf(text);
  if (!/^(\[[0-9a-fA-F:.]+\]|[^\s:[\]]+):\d{1,5}$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('must be HOST:PORT such as 127.0.0.1:8025.');
  return { host, port };
}

async function run(wish: Listen | undefined, frame: Frame): Promise<void> {
  const config = await frame.config();
  const service = await serviceBeside(frame);
  const { level, format } = config.log;
  const log = createLog({ level: frame.verbose ? 'debug' : level, format });
  const stop = stopSignal();
  exitWithoutThem();
  try {
    const building = { config: () => config, service, clock: systemClock, log };
    const page = await servePage(building, wish ?? config.web?.listen ?? USUAL);
    if (frame.json) frame.document({ url: page.url });
    else frame.print(page.url);
    frame.say(archiveWords[languageOf(frame.around.env)].ctrlC);
    await stopped(stop.signal);
    await page.close();
  } finally {
    stop.release();
    await log.flush();
  }
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
