// `mailkeep folders ACCOUNT`: what the server holds, and which of it is kept.
import type { Command } from 'commander';
import { connector, receiving } from '../daemon.ts';
import { MailError } from '../model/error.ts';
import { isKept } from '../receive/choose.ts';
import { openSource } from '../receive/open-source.ts';
import { createLog } from '../runtime/log.ts';
import type { Frame } from './output.ts';
import { withHint } from './probe-parts.ts';
import { example } from './register.ts';
import { safeLine } from './terminal-text.ts';

/** Adds `folders`. */
export function register(program: Command, frame: Frame): void {
  program
    .command('folders')
    .argument('<account>', 'name of an account')
    .description("list the server's folders, and which are kept")
    .addHelpText('after', example('mailkeep folders qq'))
    .action(async (name: string) => folders(frame, name));
}

async function folders(frame: Frame, name: string): Promise<void> {
  const config = await frame.config();
  const [account] = receiving(await frame.accounts([name]));
  if (account === undefined) {
    throw new MailError({
      kind: 'config',
      retry: 'never',
      message: `the account "${name}" has no receive: section`,
    });
  }
  const log = createLog({ level: frame.verbose ? 'debug' : 'warn', format: config.log.format });
  const dial = connector(log);
  const source = openSource(account, () => dial(account, account.receive), new Map());
  try {
    await source.open();
    const rows = (await source.folders()).map((folder) => ({
      ...folder,
      kept: isKept(folder, account.receive.folders),
    }));
    await source.close();
    if (frame.json)
      return frame.document(rows.map(({ name, attributes, kept }) => ({ name, attributes, kept })));
    for (const { name, attributes, kept } of rows) {
      frame.print(
        safeLine(
          `${kept ? 'kept   ' : 'left   '} ${name}${attributes.length > 0 ? `  (${attributes.join(' ')})` : ''}`,
        ),
      );
    }
  } catch (thrown) {
    throw thrown instanceof MailError ? withHint(thrown, account.loginHint) : thrown;
  } finally {
    source.abort();
  }
}
