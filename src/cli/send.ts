// `mailkeep send`: puts messages into the drop folder, whether or not the service runs, and says at once what could never be
// sent. It does not wait for the delivery: `mailkeep outbox` tells of that.
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { asMailError, MailError } from '../model/error.ts';
import { submit } from '../outbox/submit.ts';
import { exitCodeOf, failureJson } from './output.ts';
import type { FailureJson, Frame } from './output.ts';
import { example } from './register.ts';
import { systemReason } from '../runtime/storage-error.ts';

interface SendFlags {
  readonly account?: string;
}

/** Adds `send`. */
export function register(program: Command, frame: Frame): void {
  program
    .command('send')
    .description('hand messages to the outbox')
    .argument('<file...>', 'messages (.eml); - is standard input')
    .option('--account <name>', 'the account that is to send; default: the one whose address the sender is')
    .addHelpText('after', example('mailkeep send letter.eml', 'generate-report | mailkeep send -'))
    .action((files: string[], flags: SendFlags) => run(files, flags, frame));
}

interface Handed {
  readonly source: string;
  /** Its path in the drop folder. */
  readonly file: string | null;
  readonly error: FailureJson | null;
}

async function run(files: readonly string[], flags: SendFlags, frame: Frame): Promise<void> {
  const { outbox, accounts } = await frame.config();
  const [chosen] = flags.account === undefined ? [] : await frame.accounts([flags.account]);
  const handed: Handed[] = [];
  for (const source of files) {
    try {
      const file = await submit({
        outbox,
        accounts,
        account: chosen?.name ?? null,
        name: source === '-' ? 'message' : basename(source),
        from: octets(source, frame),
      });
      handed.push({ source, file, error: null });
      if (!frame.json) frame.print(file);
    } catch (thrown) {
      // The others are none the worse for it.
      const error = thrown instanceof MailError ? inFile(source, thrown) : thrown;
      handed.push({ source, file: null, error: failureJson(error) });
      if (frame.json) frame.exit(exitCodeOf(failureJson(error).kind));
      else frame.fail(error);
    }
  }
  if (frame.json) frame.document({ ok: handed.every(({ error }) => error === null), files: handed });
}

async function* octets(source: string, frame: Frame): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of source === '-' ? frame.stdin : createReadStream(source)) {
      if (Buffer.isBuffer(chunk)) yield chunk;
      else if (typeof chunk === 'string') yield Buffer.from(chunk);
    }
  } catch (thrown) {
    throw asMailError(thrown, {
      kind: 'usage',
      retry: 'never',
      message: `it cannot be read: ${systemReason(thrown)}`,
      hint: 'FILE is the path of a whole mail, such as letter.eml; `-` reads one from standard input.',
    });
  }
}

function inFile(source: string, error: MailError): MailError {
  const { kind, retry, message, hint } = error;
  const name = source === '-' ? 'standard input' : source;
  return new MailError({ kind, retry, message: `${name}: ${message}`, hint, cause: error });
}
