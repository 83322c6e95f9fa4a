// `mailkeep init`: an address becomes an account in the configuration. The logins are tested before anything is written,
// and a file that is there is added to, never replaced.
import { resolve } from 'node:path';
import { confirm, intro } from '@clack/prompts';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import type { Account } from '../model/account.ts';
import { MailError } from '../model/error.ts';
import { parseConfig } from '../config/load.ts';
import type { Config } from '../config/load.ts';
import { defaultData, expand, ownConfig } from '../config/places.ts';
import { existing, withAccount, writePrivate } from '../config/write.ts';
import type { Existing } from '../config/write.ts';
import { absolute, answers } from './init-answers.ts';
import type { Answers } from './init-answers.ts';
import { answered } from './init-asking.ts';
import type { InitFlags } from './init-asking.ts';
import { questionFor } from './init-begin.ts';
import { begin, noService, notReached, reaches, serviceOf } from './init-service.ts';
import type { Service } from './init-service.ts';
import { storeFor, STORES } from './init-store.ts';
import type { Store } from './init-store.ts';
import { initTexts } from './init-texts.ts';
import { isOfTheMachine, tell } from './init-telling.ts';
import type { InitTexts } from './init-texts.ts';
import { tested } from './init-testing.ts';
import type { Frame } from './output.ts';
import { columnsFor } from './terminal-text.ts';
import { example } from './register.ts';
import { unheard } from './unheard.ts';

/** Adds `init`. */
export function register(program: Command, frame: Frame): void {
  const tls = ['implicit', 'starttls', 'none'];
  const command = program
    .command('init')
    .description('set up an account: by questions on a terminal, or by flags')
    .option('--address <address>', 'the mail address')
    .option('--name <name>', "the account's short name; default: from the address")
    .option('--user <user>', 'login name; default: the address')
    .addOption(new Option('--protocol <protocol>', 'how mail is fetched').choices(['imap', 'pop3']))
    .option('--password-env <name>', 'the password is in this environment variable')
    .addOption(
      new Option('--password-file <file>', 'the password is in this file').conflicts(['passwordEnv']),
    )
    .addOption(
      new Option(
        '--password-command <words>',
        'this command prints the password (words between spaces, no shell)',
      ).conflicts(['passwordEnv', 'passwordFile']),
    )
    .addOption(
      new Option(
        '--password-stdin',
        'read the password from standard input; it is kept where --password-store says',
      ).conflicts(['passwordEnv', 'passwordFile', 'passwordCommand']),
    )
    .addOption(
      new Option(
        '--password-store <kind>',
        'where a typed password is kept: sealed by systemd, in the keyring, or in a private file; default: the first that is here',
      ).choices([...STORES]),
    );
  command
    .option('--client-id <id>', 'sign in by OAuth2 as this client (Google, Microsoft, Yahoo)')
    .option('--client-secret-file <file>', 'its secret is in this file');
  for (const server of ['imap', 'pop3', 'smtp']) {
    command
      .option(`--${server}-host <host>`, `${server.toUpperCase()} server; default: the provider's`)
      .option(`--${server}-port <port>`, 'its port', portOf)
      .addOption(new Option(`--${server}-tls <mode>`, 'how it is made safe').choices(tls));
  }
  command
    .option('--no-send', 'this account does not send')
    .option('--ca <file>', "PEM file of the authorities to trust instead of the system's")
    .option('--data <folder>', 'where mail is kept')
    .option('--outbox <folder>', 'the drop folder')
    .option('--no-test', 'do not test the logins')
    .option('--offline', 'ask nobody: neither for the servers of a domain, nor at the logins')
    .option(
      '--start',
      'start the installed service, now and at each boot; one that runs takes the account in',
    )
    .option('--yes', 'ask nothing')
    .addHelpText(
      'after',
      example('mailkeep init', 'mailkeep init --address me@qq.com --password-env QQ_CODE --data ~/mail'),
    )
    .action((flags: InitFlags) => init(flags, frame));
}

/** A configuration that is not yet written. */
interface Draft {
  readonly text: string;
  readonly account: Account;
  readonly data: string;
  readonly outbox: string;
  /** Where a typed password goes. */
  readonly store: Store | undefined;
}

async function init(flags: InitFlags, frame: Frame): Promise<void> {
  const texts = initTexts(frame.around.env);
  const path = resolve(ownConfig(frame.configPath, frame.around));
  const before = await existing(path);
  const config = before && parseConfig(before.text, path, (before.mode & 0o044) !== 0, frame.around);
  keepPlaces(flags, config, frame);
  const ask = frame.terminal.in && frame.terminal.out && flags.yes !== true && !frame.json;
  // A serial console tells no size, and nothing fits into no columns.
  if (ask && process.stdout.columns === 0) Object.assign(process.stdout, { columns: 80, rows: 24 });
  const service = ask || flags.start === true ? await serviceOf(path, frame.around) : undefined;
  if (flags.start === true && service === undefined) throw noService(path);
  if (ask) intro(texts.title);
  const piped = flags.passwordStdin === true ? await firstLine(frame) : undefined;
  const asking = {
    flags,
    texts,
    ask,
    taken: config?.accounts.map(({ name }) => name) ?? [],
    data: config === undefined ? defaultData(frame.around) : undefined,
    quietly: <T>(work: () => Promise<T>) => (ask ? unheard(frame, texts.cancelled, work) : work()),
    columns: columnsFor(frame),
    piped,
  };
  const given = await answers(asking);
  const draft = await drafted(given, flags, path, before, frame);
  // Before a person has signed in there is nothing to test with.
  const test = flags.test && flags.offline !== true && draft.account.oauth2 === undefined;
  const { steps, typed } = test
    ? await tested(draft.account, given.typed, asking, frame)
    : { steps: [], typed: given.typed };
  const sealed = draft.store?.kind === 'systemd';
  const begun = service !== undefined && (await wanted(service, sealed, flags, texts));
  await draft.store?.keep(typed ?? '');
  try {
    await writePrivate(path, draft.text, before?.mode);
  } catch (thrown) {
    // A password that no configuration names would lie about.
    await draft.store?.forget().catch(() => undefined);
    throw thrown;
  }
  if (begun) frame.say(`${texts.starting} …`);
  const failure = begun ? await begin(service, sealed, frame.around) : undefined;
  const { account, outbox, store, data } = draft;
  const signsIn = account.oauth2 !== undefined;
  const appended = before !== undefined;
  tell(
    { path, account: account.name, signsIn, data, outbox, store, appended, steps, service, begun, failure },
    texts,
    ask,
    frame,
  );
}

/** Whether the service is to be started: as the flag says, else as the person does. Ctrl-C here is before anything is written. */
async function wanted(
  service: Service,
  sealed: boolean,
  { start }: InitFlags,
  texts: InitTexts,
): Promise<boolean> {
  const may = reaches(service, sealed);
  if (start === true && !may) throw notReached();
  if (start === true || !may) return may;
  const message = texts.mayStart(questionFor(service.standing), !service.lingers);
  return answered(await confirm({ message, active: texts.agree, inactive: texts.notNow }));
}

/** The places of an existing configuration stay what they are. */
function keepPlaces(flags: InitFlags, config: Config | undefined, { around }: Frame): void {
  for (const key of ['data', 'outbox'] as const) {
    const wanted = flags[key];
    if (config === undefined || wanted === undefined || expand(wanted, '.', around) === config[key]) continue;
    throw new MailError({
      kind: 'usage',
      message: `${config.path} is there already, and its ${key} is ${config[key]}`,
      retry: 'never',
      hint: `Leave --${key} out, or name another file with --config`,
    });
  }
}

async function drafted(
  { account, typed, data }: Answers,
  { outbox, passwordStore }: InitFlags,
  path: string,
  before: Existing | undefined,
  frame: Frame,
): Promise<Draft> {
  const { name } = account;
  const { around } = frame;
  const store =
    typed === undefined ? undefined : storeFor(passwordStore, { account: name, config: path, around });
  const { receive, send, ...who } = account;
  const password = store === undefined ? who.password : store.source;
  const entry = { ...who, password, receive, send };
  const usual = before === undefined && isOfTheMachine(path) ? MACHINE : undefined;
  const places = {
    data: data === undefined ? usual?.data : absolute(data),
    outbox: outbox === undefined ? usual?.outbox : absolute(outbox),
  };
  const text = withAccount(before?.text, entry, places);
  const config = checked(text, path, before, frame);
  const added = config.accounts.at(-1);
  if (added === undefined) throw new RangeError('a configuration without accounts passed its schema');
  return { text, account: added, data: config.data, outbox: config.outbox, store };
}

/** Where a service of the machine keeps mail. */
const MACHINE = { data: '/var/lib/mailkeep', outbox: '/var/spool/mailkeep' } as const;

/** A mistake in the draft is one in what was said: its lines are not yet anywhere. */
function checked(text: string, path: string, before: Existing | undefined, { around }: Frame): Config {
  try {
    return parseConfig(text, path, ((before?.mode ?? 0) & 0o044) !== 0, around);
  } catch (error) {
    if (!(error instanceof MailError)) throw error;
    const message = error.message
      .split('\n')
      .map((line) =>
        line
          .slice(path.length)
          .replace(/^:\d+: (accounts\[\d+\]\.?)?/, '')
          .replace(/^: /, ''),
      )
      .join('; ');
    throw new MailError({
      kind: 'usage',
      message,
      retry: 'never',
      hint: 'see `mailkeep init --help`',
      cause: error,
    });
  }
}

/** The password as one line of standard input. */
async function firstLine(frame: Frame): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of frame.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  const [line = ''] = Buffer.concat(chunks).toString('utf8').split(/\r?\n/);
  if (line !== '') return line;
  throw new MailError({ kind: 'usage', message: 'standard input held no password', retry: 'never' });
}

function portOf(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('It must be 1 to 65535.');
}
