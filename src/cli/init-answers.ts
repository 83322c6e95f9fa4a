// What `init` has to know of an account: from flags, and on a terminal the rest by questions. Answers become an entry of
// the configuration; nothing is tested or written here.
import { resolve } from 'node:path';
import type { CANCEL_SYMBOL } from '@clack/prompts';
import { isCancel, log, password, select, text } from '@clack/prompts';
import type { Receive, TlsMode } from '../model/account.ts';
import { MailError } from '../model/error.ts';
import { presetFor } from '../config/presets.ts';
import type { Preset } from '../config/presets.ts';
import { registeringAt } from '../config/oauth2.ts';
import type { RawAccount, RawEndpoint, RawOAuth2, RawSecret } from '../config/shape.ts';
import type { InitTexts } from './init-texts.ts';

/** The flags of `init`, as commander gives them. */
export interface InitFlags {
  readonly address?: string;
  readonly name?: string;
  readonly user?: string;
  readonly protocol?: Receive['protocol'];
  readonly passwordEnv?: string;
  readonly passwordFile?: string;
  readonly passwordCommand?: string;
  readonly passwordStdin?: boolean;
  readonly clientId?: string;
  readonly clientSecretFile?: string;
  readonly imapHost?: string;
  readonly imapPort?: number;
  readonly imapTls?: TlsMode;
  readonly pop3Host?: string;
  readonly pop3Port?: number;
  readonly pop3Tls?: TlsMode;
  readonly smtpHost?: string;
  readonly smtpPort?: number;
  readonly smtpTls?: TlsMode;
  readonly ca?: string;
  /** False: --no-send. */
  readonly send: boolean;
  readonly data?: string;
  readonly outbox?: string;
  readonly offline?: boolean;
  /** False: --no-test. */
  readonly test: boolean;
  readonly yes?: boolean;
}

/** What was answered. */
export interface Answers {
  /** The entry; its password is missing where `typed` holds it. */
  readonly account: RawAccount;
  /** A password that has no place yet: typed, or from standard input. */
  readonly typed: string | undefined;
  readonly data: string | undefined;
}

/** What the answers depend on. */
export interface Asking {
  readonly flags: InitFlags;
  readonly texts: InitTexts;
  /** True where there is a person to ask. */
  readonly ask: boolean;
  /** Names that are taken. */
  readonly taken: readonly string[];
  /** Where mail will be kept unless the person says otherwise; undefined where the file says so already. */
  readonly data: string | undefined;
  /** The password from standard input. */
  readonly piped: string | undefined;
}

/** Everything that is needed, or MailError: `usage` names the missing flag, `cancelled` is Ctrl-C at a question. */
export async function answers(asking: Asking): Promise<Answers> {
  const { flags, texts } = asking;
  const address = await addressOf(asking);
  const preset = presetFor(address);
  const name = await nameOf(asking, address);
  const protocol = flags.protocol ?? (await protocolOf(asking, preset));
  const receive = await receiveOf(asking, protocol, preset);
  const send = flags.send ? await sendOf(asking, preset) : undefined;
  const source = sourceOf(flags);
  const oauth2 = await oauth2Of(asking, preset);
  const byPassword = oauth2 === undefined && source === undefined;
  if (preset !== undefined && asking.ask && byPassword) log.info(texts.cure(preset.loginHint));
  const typed = asking.piped ?? (byPassword ? await typedPassword(asking, texts.password) : undefined);
  const data = flags.data ?? (asking.ask && asking.data !== undefined ? await dataOf(asking) : undefined);
  return {
    account: {
      name,
      address,
      user: flags.user,
      ...(source && { password: source }),
      ...(oauth2 && { oauth2 }),
      receive,
      send,
    },
    typed,
    data,
  };
}

/** Signing in by OAuth2, where it is asked for, or where the provider takes nothing else. */
async function oauth2Of(
  { flags, texts, ask, piped }: Asking,
  preset: Preset | undefined,
): Promise<RawOAuth2 | undefined> {
  const { clientId, clientSecretFile: secret } = flags;
  const known = preset?.oauth2;
  const otherwise = sourceOf(flags) !== undefined || piped !== undefined;
  if (clientId === undefined && (known?.only !== true || otherwise)) return undefined;
  if (known === undefined) throw noProvider();
  if (clientId === undefined && !ask) throw missing('--client-id');
  if (clientId === undefined) log.info(`${preset?.provider}: ${registeringAt(known.provider)}`);
  const id =
    clientId ??
    answered(await text({ message: texts.clientId, validate: (typed) => (typed ? undefined : texts.empty) }));
  return {
    provider: known.provider,
    clientId: id,
    ...(secret !== undefined && { clientSecret: { file: absolute(secret) } }),
  };
}

function noProvider(): MailError {
  return new MailError({
    kind: 'usage',
    message: '--client-id is for addresses at Google, Microsoft and Yahoo',
    retry: 'never',
    hint: 'For another provider write oauth2: { provider: generic, … } into the configuration; config/mailkeep.example.yaml shows how',
  });
}

/** Asks for a password that is not shown. */
export async function typedPassword(
  { ask, texts }: Pick<Asking, 'ask' | 'texts'>,
  question: string,
): Promise<string> {
  if (!ask) throw missing('--password-env, --password-file, --password-command or --password-stdin');
  return answered(
    await password({ message: question, validate: (typed) => (typed ? undefined : texts.empty) }),
  );
}

/** An answer, or MailError `cancelled` where the person pressed Ctrl-C. */
export function answered<T>(answer: T | typeof CANCEL_SYMBOL): T {
  if (!isCancel(answer)) return answer;
  throw new MailError({ kind: 'cancelled', message: 'stopped; nothing was written', retry: 'never' });
}

function missing(flag: string): MailError {
  return new MailError({
    kind: 'usage',
    message: `${flag} is missing`,
    retry: 'never',
    hint: 'On a terminal, and without --yes and --json, `mailkeep init` asks for it',
  });
}

async function addressOf({ flags, texts, ask }: Asking): Promise<string> {
  if (flags.address !== undefined) return flags.address;
  if (!ask) throw missing('--address');
  return answered(
    await text({
      message: texts.address,
      placeholder: 'someone@example.org',
      validate: (typed) => (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(typed ?? '') ? undefined : texts.notAnAddress),
    }),
  );
}

async function nameOf({ flags, texts, ask, taken }: Asking, address: string): Promise<string> {
  if (flags.name !== undefined) return flags.name;
  const proposed = freeName(address, taken);
  if (!ask) return proposed;
  return answered(
    await text({
      message: texts.name,
      initialValue: proposed,
      validate: (typed = '') =>
        /^[a-z0-9][a-z0-9._-]*$/.test(typed)
          ? taken.includes(typed)
            ? texts.nameTaken
            : undefined
          : texts.badName,
    }),
  );
}

/** The provider's part of the domain, with a number where it is taken: `qq`, `qq-2`. */
function freeName(address: string, taken: readonly string[]): string {
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  const label =
    domain
      .split('.')
      .at(-2)
      ?.replace(/[^a-z0-9-]/g, '')
      .replace(/^-+/, '') ?? '';
  const base = label === '' ? 'mail' : label;
  let name = base;
  for (let next = 2; taken.includes(name); next++) name = `${base}-${next}`;
  return name;
}

async function protocolOf(
  { texts, ask, flags }: Asking,
  preset: Preset | undefined,
): Promise<Receive['protocol']> {
  if (flags.pop3Host !== undefined) return 'pop3';
  if (!ask || flags.imapHost !== undefined || (preset !== undefined && preset.pop3 === undefined))
    return 'imap';
  return answered(
    await select<Receive['protocol']>({
      message: texts.protocol,
      options: [
        { value: 'imap', label: 'IMAP', hint: texts.imapAbout },
        { value: 'pop3', label: 'POP3', hint: texts.pop3About },
      ],
    }),
  );
}

async function receiveOf(
  asking: Asking,
  protocol: Receive['protocol'],
  preset: Preset | undefined,
): Promise<NonNullable<RawAccount['receive']>> {
  const { flags, texts } = asking;
  const [given, port, tls] =
    protocol === 'imap'
      ? [flags.imapHost, flags.imapPort, flags.imapTls]
      : [flags.pop3Host, flags.pop3Port, flags.pop3Tls];
  const host =
    given ??
    (preset === undefined
      ? await hostOf(asking, protocol === 'imap' ? texts.imapHost : texts.pop3Host, `--${protocol}-host`)
      : undefined);
  return { protocol, ...endpoint(host, port, tls, flags.ca) };
}

async function sendOf(asking: Asking, preset: Preset | undefined): Promise<RawEndpoint | undefined> {
  const { flags, texts, ask } = asking;
  const { smtpPort, smtpTls, ca } = flags;
  if (flags.smtpHost !== undefined || preset !== undefined)
    return endpoint(flags.smtpHost, smtpPort, smtpTls, ca);
  if (!ask) throw missing('--smtp-host (or --no-send)');
  const host = answered(await text({ message: texts.smtpHost, defaultValue: '' }));
  return host === '' ? undefined : endpoint(host, smtpPort, smtpTls, ca);
}

async function hostOf({ ask, texts }: Asking, question: string, flag: string): Promise<string> {
  if (!ask) throw missing(flag);
  return answered(await text({ message: question, validate: (typed) => (typed ? undefined : texts.empty) }));
}

/** Only what was said: the preset, or the usual port, stands for the rest. */
function endpoint(
  host: string | undefined,
  port: number | undefined,
  tls: TlsMode | undefined,
  ca: string | undefined,
): RawEndpoint {
  return {
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
    ...(tls !== undefined && { tls }),
    ...(ca !== undefined && { ca: absolute(ca) }),
  };
}

/** A path on the command line starts at the working directory, one in the configuration at its file. */
export function absolute(path: string): string {
  return path.startsWith('~') ? path : resolve(path);
}

function sourceOf({ passwordEnv, passwordFile, passwordCommand }: InitFlags): RawSecret | undefined {
  if (passwordEnv !== undefined) return { env: passwordEnv };
  if (passwordFile !== undefined) return { file: absolute(passwordFile) };
  if (passwordCommand !== undefined)
    return { command: passwordCommand.split(/\s+/).filter((word) => word !== '') };
  return undefined;
}

async function dataOf({ texts, data = '' }: Asking): Promise<string> {
  return answered(
    await text({
      message: texts.data,
      initialValue: data,
      validate: (typed) => (typed ? undefined : texts.empty),
    }),
  );
}
