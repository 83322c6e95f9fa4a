// What the questions of `init` start from: the flags, the language, and whether there is a person to ask.
import type { CANCEL_SYMBOL } from '@clack/prompts';
import { isCancel, log } from '@clack/prompts';
import type { Receive, TlsMode } from '../model/account.ts';
import { MailError } from '../model/error.ts';
import type { StoreKind } from './init-store.ts';
import type { InitTexts } from './init-texts.ts';
import { wrapped } from './terminal-text.ts';

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
  readonly passwordStore?: StoreKind;
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
  /** The service is to be started. */
  readonly start?: boolean;
  readonly yes?: boolean;
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
  /** Runs something that takes a while; what is typed meanwhile is not shown. */
  readonly quietly: <T>(work: () => Promise<T>) => Promise<T>;
  /** Columns of the window. */
  readonly columns: number;
  /** The password from standard input. */
  readonly piped: string | undefined;
}

/** Says something before a question, in the window. */
export function info({ columns }: Pick<Asking, 'columns'>, text: string): void {
  // A bar and two spaces stand before each line.
  log.info(
    wrapped(text, columns - 3, MOST)
      .map(({ line }) => line.trimEnd())
      .join('\n'),
  );
}

/** Nothing longer is said. Lines. */
const MOST = 20;

/** An answer, or MailError `cancelled` where the person pressed Ctrl-C. */
export function answered<T>(answer: T | typeof CANCEL_SYMBOL): T {
  if (!isCancel(answer)) return answer;
  throw new MailError({ kind: 'cancelled', message: 'stopped; nothing was written', retry: 'never' });
}

/** `flag` is needed where nobody can be asked. */
export function missing(flag: string): MailError {
  return new MailError({
    kind: 'usage',
    message: `${flag} is missing`,
    retry: 'never',
    hint: 'On a terminal, and without --yes and --json, `mailkeep init` asks for it',
  });
}
