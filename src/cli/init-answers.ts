// What `init` has to know of an account: from flags, and on a terminal the rest by questions. Answers become an entry of
// the configuration; nothing is tested or written here.
import { resolve } from 'node:path';
import { password, select, text } from '@clack/prompts';
import type { Receive, TlsMode } from '../model/account.ts';
import { MailError } from '../model/error.ts';
import type { Preset } from '../config/preset.ts';
import { registeringAt } from '../config/registering.ts';
import type { RawAccount, RawEndpoint, RawOAuth2, RawSecret } from '../config/raw.ts';
import type { Found } from '../discover/found.ts';
import { answered, info, missing } from './init-asking.ts';
import type { Asking, InitFlags } from './init-asking.ts';
import { serversOf } from './init-servers.ts';

/** What was answered. */
export interface Answers {
  /** The entry; its password is missing where `typed` holds it. */
  readonly account: RawAccount;
  /** A password that has no place yet: typed, or from standard input. */
  readonly typed: string | undefined;
  readonly data: string | undefined;
}

/** Everything that is needed, or MailError: `usage` names the missing flag, `cancelled` is Ctrl-C at a question. */
export async function answers(asking: Asking): Promise<Answers> {
  const { flags, texts } = asking;
  const address = await addressOf(asking);
  const { preset, servers } = await serversOf(asking, address);
  const name = await nameOf(asking, address);
  const protocol = flags.protocol ?? (await protocolOf(asking, preset, servers));
  const receive = await receiveOf(asking, protocol, preset, servers);
  const send = flags.send ? await sendOf(asking, preset, servers) : undefined;
  const source = sourceOf(flags);
  const oauth2 = await oauth2Of(asking, preset);
  const byPassword = oauth2 === undefined && source === undefined;
  if (preset !== undefined && asking.ask && byPassword) info(asking, texts.cure(preset.loginHint));
  const typed = asking.piped ?? (byPassword ? await typedPassword(asking, texts.password) : undefined);
  const data = flags.data ?? (asking.ask && asking.data !== undefined ? await dataOf(asking) : undefined);
  return {
    account: {
      name,
      address,
      user: flags.user ?? (servers[protocol]?.user === address ? undefined : servers[protocol]?.user),
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
async function oauth2Of(asking: Asking, preset: Preset | undefined): Promise<RawOAuth2 | undefined> {
  const { flags, texts, ask, piped } = asking;
  const { clientId, clientSecretFile: secret } = flags;
  const known = preset?.oauth2;
  const otherwise = sourceOf(flags) !== undefined || piped !== undefined;
  if (clientId === undefined && (known?.only !== true || otherwise)) return undefined;
  if (known === undefined) throw noProvider();
  if (clientId === undefined && !ask) throw missing('--client-id');
  if (clientId === undefined)
    info(asking, texts.needsOAuth2(preset?.provider ?? '', texts.cure(registeringAt(known.provider))));
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
  { imap, pop3 }: Found,
): Promise<Receive['protocol']> {
  if (flags.pop3Host !== undefined || (pop3 !== undefined && imap === undefined)) return 'pop3';
  const noPop3 =
    (preset !== undefined || imap !== undefined) && preset?.pop3 === undefined && pop3 === undefined;
  if (!ask || flags.imapHost !== undefined || noPop3) return 'imap';
  return answered(
    await select<Receive['protocol']>({
      message: texts.choose(texts.protocol),
      showInstructions: false,
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
  servers: Found,
): Promise<NonNullable<RawAccount['receive']>> {
  const { flags, texts } = asking;
  const [given, port, tls] =
    protocol === 'imap'
      ? [flags.imapHost, flags.imapPort, flags.imapTls]
      : [flags.pop3Host, flags.pop3Port, flags.pop3Tls];
  const found = given === undefined ? servers[protocol] : undefined;
  if (found !== undefined)
    return { protocol, ...endpoint(found.host, port ?? found.port, tls ?? found.tls, flags.ca) };
  const host =
    given ??
    (preset === undefined
      ? await hostOf(asking, protocol === 'imap' ? texts.imapHost : texts.pop3Host, `--${protocol}-host`)
      : undefined);
  return { protocol, ...endpoint(host, port, tls, flags.ca) };
}

async function sendOf(
  asking: Asking,
  preset: Preset | undefined,
  { smtp: found }: Found,
): Promise<RawEndpoint | undefined> {
  const { flags, texts, ask } = asking;
  const { smtpPort, smtpTls, ca } = flags;
  if (flags.smtpHost === undefined && found !== undefined)
    return endpoint(found.host, smtpPort ?? found.port, smtpTls ?? found.tls, ca);
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
