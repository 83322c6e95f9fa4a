// `mailkeep folders ACCOUNT`: what the server holds, how much of it, and which of it is kept.
import type { Command } from 'commander';
import { receiving } from '../daemon.ts';
import { MailError } from '../model/error.ts';
import { connector } from '../net/connector.ts';
import { withLoginCure } from '../protocol/login-cure.ts';
import { canBeOpened, isKept } from '../receive/choose.ts';
import { openSource } from '../receive/open-source.ts';
import { createLog } from '../runtime/log.ts';
import type { Frame } from './output.ts';
import { octets as sized } from './octets.ts';
import { example } from './register.ts';
import { safeLine } from './terminal-text.ts';
import { count } from './words.ts';

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
    const rows = (await source.survey(canBeOpened, true)).map(({ folder, status }) => ({
      ...folder,
      kept: isKept(folder, account.receive.folders),
      messages: status?.exists ?? null,
      octets: status?.octets ?? null,
    }));
    await source.close();
    if (frame.json)
      return frame.document(
        rows.map(({ name, attributes, kept, messages, octets: bytes }) => ({
          name,
          attributes,
          kept,
          messages,
          bytes,
        })),
      );
    for (const row of rows) frame.print(safeLine(rowOf(row)));
  } catch (thrown) {
    throw thrown instanceof MailError
      ? withLoginCure(thrown, account.receive.host, account.loginHint)
      : thrown;
  } finally {
    source.abort();
  }
}

interface Row {
  readonly name: string;
  readonly attributes: readonly string[];
  readonly kept: boolean;
  /** Null: the server does not say. */
  readonly messages: number | null;
  readonly octets: number | null;
}

function rowOf({ name, attributes, kept, messages, octets }: Row): string {
  const held = [
    ...(messages === null ? [] : [count(messages, 'message')]),
    ...(octets === null ? [] : [sized(octets)]),
  ].join(', ');
  const uses = attributes.length > 0 ? `  (${attributes.join(' ')})` : '';
  return `${kept ? 'kept' : 'left'}    ${name}${held === '' ? '' : `  ${held}`}${uses}`;
}
