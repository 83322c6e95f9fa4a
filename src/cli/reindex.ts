// `mailkeep reindex`: index.db anew from mail/ and journal/, without a server.
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { join } from 'node:path';
import { MailError } from '../model/error.ts';
import { Journal } from '../archive/journal.ts';
import { checkMounted } from '../archive/unmounted.ts';
import { rebuild } from '../index/rebuild.ts';
import { acquireLock } from '../runtime/lock.ts';
import { createProgress } from '../runtime/progress.ts';
import { stopSignal } from '../runtime/shutdown.ts';
import { archiveWords } from './archive-words.ts';
import { languageOf } from './locale.ts';
import type { Frame } from './output.ts';
import { example } from './register.ts';

/** Adds `reindex`. */
export function register(program: Command, frame: Frame): void {
  program
    .command('reindex')
    .description('rebuild index.db from the stored messages and journals')
    .option('--resume', 'go on where a reindex that was stopped came to')
    .addHelpText('after', example('mailkeep reindex', 'mailkeep reindex --resume'))
    .action(async (options: { readonly resume?: boolean }) => reindex(frame, options.resume === true));
}

async function reindex(frame: Frame, resume: boolean): Promise<void> {
  const { data } = await frame.config();
  if (!existsSync(data))
    throw new MailError({
      kind: 'storage',
      message: `nothing is stored yet: ${data} does not exist`,
      retry: 'later',
      hint: '`mailkeep sync` fetches mail; see that data: in the configuration is right',
    });
  const stop = stopSignal();
  const lock = await acquireLock(join(data, 'lock'), { unseen: true }).catch((thrown: unknown) => {
    stop.release();
    throw thrown instanceof MailError && thrown.kind === 'locked' ? beside(thrown) : thrown;
  });
  const progress = createProgress({ silent: frame.quiet || frame.json });
  try {
    await checkMounted(data, new Journal(data));
    const done = await rebuild(data, {
      resume,
      onProgress: (messages, total) => progress.update(messages, total, 'messages'),
      signal: stop.signal,
    });
    progress.end();
    if (frame.json) return frame.document({ ok: true, ...done });
    frame.print(archiveWords[languageOf(frame.around.env)].indexed(done.messages, done.resumed));
  } finally {
    progress.end();
    await lock.release();
    stop.release();
  }
}

function beside({ message, cause }: MailError): MailError {
  return new MailError({
    kind: 'locked',
    retry: 'later',
    message,
    hint: 'If that is the service, stop it first. An index that is damaged or missing needs no reindex: the service makes it anew when it starts. — 如果那是 mailkeep 服务，请先停止它。索引损坏或丢失时无需 reindex：服务启动时会自动重建。',
    cause,
  });
}
