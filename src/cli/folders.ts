// `mailkeep folders ACCOUNT`: what the server holds, how much of it, and which of it is kept.
import type { Command } from 'commander';
import { receiving } from '../daemon.ts';
import { MailError } from '../model/error.ts';
import { canBeOpened } from '../model/mailbox.ts';
import { connector } from '../net/connector.ts';
import { withLoginCure } from '../protocol/login-cure.ts';
import { besideAllMail } from '../receive/all-mail.ts';
import { isKept } from '../receive/choose.ts';
import { openSource } from '../receive/open-source.ts';
import { createLog } from '../runtime/log.ts';
import { archiveWords, type ArchiveWords } from './archive-words.ts';
import { languageOf } from './locale.ts';
import type { Frame } from './output.ts';
import { octets as sized } from '../runtime/octets.ts';
import { example } from './register.ts';
import { padded, safeLine } from './terminal-text.ts';

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
    const found = await source.survey(canBeOpened, true);
    const kept = new Set(found.filter(({ folder }) => isKept(folder, account.receive.folders)));
    const labels = new Set(source.hasLabels === true ? besideAllMail([...kept]).within : []);
    const rows = found.map((one) => ({
      ...one.folder,
      kept: kept.has(one),
      label: labels.has(one),
      messages: one.status?.exists ?? null,
      octets: one.status?.octets ?? null,
    }));
    await source.close();
    if (frame.json)
      return frame.document(
        rows.map(({ name, attributes, kept, label, messages, octets: bytes }) => ({
          name,
          attributes,
          kept,
          ...(label ? { label } : {}),
          messages,
          bytes,
        })),
      );
    const words = archiveWords[languageOf(frame.around.env)];
    for (const row of rows) frame.print(safeLine(rowOf(row, words)));
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
  /** Gmail: its messages are read from All Mail. */
  readonly label: boolean;
  /** Null: the server does not say. */
  readonly messages: number | null;
  readonly octets: number | null;
}

function rowOf({ name, attributes, kept, label, messages, octets }: Row, words: ArchiveWords): string {
  const held = [
    ...(messages === null ? [] : [words.messages(messages)]),
    ...(octets === null ? [] : [sized(octets)]),
  ].join(', ');
  const uses = attributes.length > 0 ? `  (${attributes.join(' ')})` : '';
  const kind = label ? 'label' : kept ? 'kept' : 'left';
  return `${padded(words.folder[kind], 8)}${name}${held === '' ? '' : `  ${held}`}${uses}`;
}
