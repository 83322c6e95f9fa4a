// `mailkeep reload`: the running service reads its configuration again, and tells what that changed.
import type { Command } from 'commander';
import { askService } from '../control/ask.ts';
import { controlPlaces } from '../control/wire.ts';
import { MailError } from '../model/error.ts';
import type { Changes } from '../service/changes.ts';
import { archiveWords, type ArchiveWords } from './archive-words.ts';
import { languageOf } from './locale.ts';
import type { Frame } from './output.ts';
import { example } from './register.ts';

/** Adds `reload`. */
export function register(program: Command, frame: Frame): void {
  program
    .command('reload')
    .description('have the running service read its configuration again')
    .addHelpText('after', example('mailkeep reload'))
    .action(async () => {
      const { data, path } = await frame.config();
      const places = controlPlaces(frame.around.env, data, 'command');
      // One whose `data` was changed in the file still serves the archive from before.
      const asked = await askService(places, data, { do: 'reload' }, { config: path });
      if (asked === undefined) throw nobody(data);
      const changes = asked.answer as Changes;
      if (frame.json) frame.document(changes);
      else for (const line of lines(changes, archiveWords[languageOf(frame.around.env)])) frame.print(line);
    });
}

const ALL = ['added', 'changed', 'removed', 'restart'] as const;

function lines(changes: Changes, words: ArchiveWords): string[] {
  const some = ALL.filter((what) => changes[what].length > 0);
  return some.length === 0
    ? [words.asBefore]
    : some.map((what) => `${words.changes[what]}${changes[what].join(', ')}`);
}

function nobody(data: string): MailError {
  return new MailError({
    kind: 'connect',
    retry: 'later',
    message: `no service of the archive at ${data} answers`,
    hint: 'A service reads its configuration when it starts: `mailkeep daemon`, or `systemctl start mailkeep`. If `data` was changed while it ran, restart it.',
  });
}
