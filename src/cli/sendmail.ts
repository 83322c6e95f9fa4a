// `mailkeep sendmail`: the interface of the classic sendmail, for programs that know no other (cron, git send-email, mail). A
// message on standard input is completed where a program of this machine leaves things out, and handed to the outbox.
import { hostname } from 'node:os';
import { Command } from 'commander';
import type { Account } from '../model/account.ts';
import { MailError, type MailErrorKind } from '../model/error.ts';
import { accountFor, envelopeOf } from '../outbox/envelope.ts';
import { MAX_HEAD, type Field } from '../outbox/header.ts';
import { completed, localHead } from '../outbox/local-message.ts';
import { isProgramText, programText } from '../outbox/program-text.ts';
import { submit } from '../outbox/submit.ts';
import type { Frame } from './output.ts';
import { example } from './register.ts';
import { classic, type Classic } from './sendmail-arguments.ts';

/** Adds `sendmail`. What stands behind its name is read by itself: classic letters are glued to their values. */
export function register(program: Command, frame: Frame): void {
  program
    .command('sendmail')
    .description('hand in a message by the interface of the classic sendmail')
    .argument(
      '[classic...]',
      'recipients and -t -i -oi -f ADDRESS -F NAME -bm -bp -N REPORTS -R full; -a ACCOUNT; other letters are taken and have no effect',
    )
    .usage('[-t] [-i] [-f ADDRESS] [-a ACCOUNT] [RECIPIENT…]')
    .addHelpText(
      'after',
      example(
        'generate-report | mailkeep sendmail -t',
        'git send-email --sendmail-cmd="mailkeep sendmail" 0001.patch',
      ),
    )
    .action((argv: string[]) =>
      run(argv, frame).catch((thrown: unknown) => {
        // The first code stays: the one that callers of a sendmail know.
        frame.exit(thrown instanceof MailError ? (CODES[thrown.kind] ?? EX_TEMPFAIL) : EX_SOFTWARE);
        throw thrown;
      }),
    );
}

/** sysexits.h: 64 and 65 mean that it is in vain to try again, 75 that it is not. */
const CODES: Readonly<Partial<Record<MailErrorKind, number>>> = { usage: 64, message: 65, config: 78 };
const EX_SOFTWARE = 70;
const EX_TEMPFAIL = 75;

async function run(argv: readonly string[], frame: Frame): Promise<void> {
  const asked = classic(argv);
  if (typeof asked === 'string') throw usage(asked);
  if (asked.mode === 'nothing') return;
  if (asked.mode === 'queue') {
    const alone = new Command();
    (await import('./outbox.ts')).register(alone, frame);
    await alone.parseAsync(['outbox', 'list'], { from: 'user' });
    return;
  }
  const { outbox, accounts } = await frame.config();
  const message = await opened(asked.dotEnds ? untilDot(octets(frame)) : octets(frame));
  const account = sendingAccount(asked, message.fields, accounts);
  const file = await submit({
    outbox,
    accounts,
    account: account.name,
    name: 'message',
    from: whole(message, asked, account),
  });
  if (frame.json) frame.document({ ok: true, file });
}

/** By -a, else by -f or From, else the first that sends: mail of the machine itself has nobody's address. */
function sendingAccount(
  { account, sender }: Classic,
  fields: readonly Field[],
  accounts: readonly Account[],
): Account {
  const able = accounts.filter(({ send }) => send !== undefined);
  if (account !== null) {
    const named = able.find(({ name }) => name === account);
    if (named === undefined) throw usage(`there is no account ${account} that sends`);
    return named;
  }
  const envelope = envelopeOf([...fields, ONLY_ONE]);
  for (const one of [sender, 'refused' in envelope ? null : envelope.sender]) {
    const owner = one === null ? undefined : accountFor(able, null, one);
    if (owner !== undefined && !('refused' in owner)) return owner;
  }
  const [first] = able;
  if (first !== undefined) return first;
  throw new MailError({
    kind: 'config',
    retry: 'never',
    message: 'no account has send: in the configuration',
    hint: '`mailkeep init` adds one that sends',
  });
}

/** Whoever gets it, the sender is the same. */
const ONLY_ONE: Field = { name: 'to', raw: Buffer.from('To: nobody@invalid\n') };

function usage(message: string): MailError {
  return new MailError({ kind: 'usage', retry: 'never', message, hint: 'see `mailkeep sendmail --help`' });
}

async function* octets(frame: Frame): AsyncGenerator<Buffer> {
  for await (const chunk of frame.stdin) yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
}

/** The lines before a lone dot. What stands behind it is nobody's. */
async function* untilDot(from: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  /** What may become the lone dot, of the end of what has come. */
  let dot = Buffer.alloc(0);
  let fresh = true;
  for await (const chunk of from) {
    const all = Buffer.concat([dot, chunk]);
    dot = Buffer.alloc(0);
    let end = all.length;
    for (let at = 0; at < all.length;) {
      const line = fresh ? /^\.(\r?\n|\r?$)?/.exec(all.toString('latin1', at, at + 3))?.[1] : undefined;
      if (line?.endsWith('\n') === true) return yield all.subarray(0, at);
      if (line !== undefined && at + 1 + line.length === all.length) {
        dot = Buffer.from(all.subarray(at));
        end = at;
        break;
      }
      const feed = all.indexOf('\n', at);
      fresh = feed >= 0;
      at = feed < 0 ? all.length : feed + 1;
    }
    yield all.subarray(0, end);
  }
}

/** A message of which the header has been read. */
interface Opened {
  readonly fields: readonly Field[];
  /** What came behind it with the last read. */
  readonly start: Buffer;
  readonly rest: AsyncIterator<Buffer>;
}

async function opened(from: AsyncIterable<Buffer>): Promise<Opened> {
  const rest = from[Symbol.asyncIterator]();
  let start = Buffer.alloc(0);
  let head = localHead(start, false);
  for (let next = await rest.next(); head === undefined; next = await rest.next()) {
    if (next.done !== true) start = Buffer.concat([start, next.value]);
    head = localHead(start, next.done === true || start.length > MAX_HEAD);
    if (head !== undefined) break;
  }
  const { fields, body } = head ?? { fields: [], body: 0 };
  return { fields, start: start.subarray(body), rest };
}

/** The message with its header completed. */
async function* whole(
  { fields, start, rest }: Opened,
  { recipients, fromHeader, fullName, reports }: Classic,
  { address }: Account,
): AsyncGenerator<Buffer> {
  const local = { address, hosts: [hostname()], recipients, fromHeader, fullName, reports };
  const head = completed(fields, local);
  if ('refused' in head) throw new MailError({ kind: 'message', retry: 'never', message: head.refused });
  yield head;
  yield Buffer.from('\r\n');
  const body = bodyOf(start, rest);
  yield* isProgramText(fields) ? programText(body) : body;
}

async function* bodyOf(start: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield start;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}
