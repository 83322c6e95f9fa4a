// The frame around every command: the configuration when it is asked for, answers on stdout, news on stderr, and a failure
// as one line with its cure, or as JSON. A reader that goes away (`mailkeep search x | head`) ends nothing and is silent.
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { withTokens } from '../oauth2/token-login.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { MailError, textOf } from '../model/error.ts';
import type { MailErrorKind } from '../model/error.ts';
import type { Account } from '../model/account.ts';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/load.ts';
import { surroundings } from '../config/places.ts';
import type { Surroundings } from '../config/places.ts';
import { didYouMean } from '../config/problems.ts';
import { hintLines } from './hint-lines.ts';
import { told } from '../chinese/told.ts';
import { languageOf } from './locale.ts';
import { safeJson, safeText } from './terminal-text.ts';
import { indexError } from '../index/database.ts';
import { giveToOwner } from '../runtime/owner.ts';
import { systemReason } from '../runtime/storage-error.ts';

/** What a command works with. */
export interface Frame {
  /** One JSON document on stdout, and nothing else there. */
  readonly json: boolean;
  /** Only answers and failures. */
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** True where a person is at the other end: questions, colours, marks and bars are for them only. */
  readonly terminal: { readonly in: boolean; readonly out: boolean; readonly err: boolean };
  readonly stdin: Readable;
  /** --config as given. */
  readonly configPath: string | undefined;
  readonly around: Surroundings;
  /** The configuration; read once. Throws MailError `config`. */
  config(): Promise<Config>;
  /** The configuration as it stands now. Throws MailError `config`. */
  readConfig(): Promise<Config>;
  /** The accounts of these names in this order, or all where none is named. Throws MailError `usage` for an unknown one. */
  accounts(names: readonly string[]): Promise<readonly Account[]>;
  /** One line of the answer, on stdout. With --json a command calls `document` instead. */
  print(line: string): void;
  /** The whole answer as JSON, on stdout. Call it once. */
  document(value: unknown): void;
  /** Octets on stdout as they are; resolves when more may come. False: the reader is gone. */
  write(chunk: Buffer | string): Promise<boolean>;
  /** One line of news on stderr; nothing with --quiet. */
  say(line: string): void;
  /**
   * Tells a failure (`mailkeep: …`, `  hint: …`, or the JSON of it) and sets the exit code by its kind. A command that throws
   * need not call it.
   */
  fail(error: unknown): void;
  /** Sets the exit code where the answer itself tells what failed; the first one that is not 0 stays. */
  exit(code: number): void;
}

/** Where a frame writes, and what it depends on. */
export interface Streams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly around: Surroundings;
}

/** The options that every command takes. */
export interface GlobalOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** The JSON of a failure; also what `error` is in the answers of commands. */
export interface FailureJson {
  readonly kind: MailErrorKind | 'internal';
  readonly message: string;
  readonly retry: MailError['retry'];
  readonly hint: string | null;
}

/** The exit code for a kind of failure (sysexits.h). */
export function exitCodeOf(kind: FailureJson['kind']): number {
  return EXIT[kind] ?? 1;
}

const EXIT: Readonly<Partial<Record<FailureJson['kind'], number>>> = {
  usage: 2,
  dns: 69,
  connect: 69,
  timeout: 69,
  closed: 69,
  tls: 69,
  busy: 75,
  locked: 75,
  auth: 77,
  config: 78,
};

/** A failure as JSON. What is not a MailError is a bug of ours, and says so. */
export function failureJson(thrown: unknown): FailureJson {
  const error = indexError(thrown);
  return error instanceof MailError
    ? { kind: error.kind, message: error.message, retry: error.retry, hint: error.hint ?? null }
    : { kind: 'internal', message: `internal error: ${textOf(error)}`, retry: 'never', hint: null };
}

/** This process's streams. */
export function processStreams(): Streams {
  return { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, around: surroundings() };
}

/** The frame of one run; `options` come in once the command line is understood. */
export class CommandFrame implements Frame {
  readonly around: Surroundings;
  readonly terminal: Frame['terminal'];
  readonly stdin: Readable;
  readonly #streams: Streams;
  #options: GlobalOptions = {};
  #config: Promise<Config> | undefined;
  #exitCode = 0;
  #gone = false;

  constructor(streams: Streams) {
    this.#streams = streams;
    this.around = streams.around;
    this.stdin = streams.stdin;
    const { stdin, stdout, stderr } = streams;
    this.terminal = { in: stdin.isTTY === true, out: stdout.isTTY === true, err: stderr.isTTY === true };
    streams.stdout.on('error', (error: NodeJS.ErrnoException) => {
      this.#gone = true;
      if (error.code === 'EPIPE') return;
      this.exit(1);
      streams.stderr.write(`mailkeep: standard output cannot be written: ${systemReason(error)}\n`);
    });
    streams.stderr.on('error', () => undefined);
  }

  /** Takes over the options of the command line. */
  configure(options: GlobalOptions): void {
    this.#options = options;
  }

  get json(): boolean {
    return this.#options.json === true;
  }

  get quiet(): boolean {
    return this.#options.quiet === true;
  }

  get verbose(): boolean {
    return this.#options.verbose === true;
  }

  get configPath(): string | undefined {
    return this.#options.config;
  }

  get exitCode(): number {
    return this.#exitCode;
  }

  config(): Promise<Config> {
    return (this.#config ??= this.readConfig());
  }

  /** Behind a command that began at `since`: what root made by hand must not be closed to the service. */
  async handOver(since: number): Promise<void> {
    const config = await this.#config?.catch(() => undefined);
    if (config !== undefined) giveToOwner(config.data, config.outbox, since);
  }

  async readConfig(): Promise<Config> {
    const config = await loadConfig(this.configPath, this.around);
    return { ...config, accounts: withTokens(config.accounts, config.data, systemClock) };
  }

  async accounts(names: readonly string[]): Promise<readonly Account[]> {
    const { accounts } = await this.config();
    if (names.length === 0) return accounts;
    const known = accounts.map(({ name }) => name);
    return [...new Set(names)].map((wanted) => {
      const account = accounts.find(({ name }) => name === wanted);
      if (account !== undefined) return account;
      throw new MailError({
        kind: 'usage',
        message: `no account is named "${wanted}"${didYouMean(wanted, known)}`,
        retry: 'never',
        hint: known.length > 0 ? `accounts: ${known.join(', ')}` : '`mailkeep init` sets one up',
      });
    });
  }

  print(line: string): void {
    if (!this.#gone) this.#streams.stdout.write(`${line}\n`);
  }

  document(value: unknown): void {
    this.print(safeJson(value));
  }

  async write(chunk: Buffer | string): Promise<boolean> {
    const { stdout } = this.#streams;
    if (this.#gone) return false;
    // An EPIPE rejects the wait; the listener above has noted it.
    if (!stdout.write(chunk)) await once(stdout, 'drain').catch(() => undefined);
    return !this.#gone;
  }

  say(line: string): void {
    if (!this.quiet) this.#streams.stderr.write(`${safeText(line)}\n`);
  }

  fail(error: unknown): void {
    const { kind, message, retry, hint } = failureJson(error);
    this.exit(exitCodeOf(kind));
    if (this.json) {
      this.document({ ok: false, error: { kind, message, retry, hint } });
      return;
    }
    const { stderr } = this.#streams;
    stderr.write(`mailkeep: ${safeText(told(message, languageOf(this.around.env)))}\n`);
    if (hint !== null) for (const line of hintLines(this, this.terminal.err, hint)) stderr.write(`${line}\n`);
    if (this.verbose && error instanceof Error) stderr.write(`${safeText(traceOf(error))}\n`);
  }

  exit(code: number): void {
    if (this.#exitCode === 0) this.#exitCode = code;
  }
}

/** Where it was thrown, and what below it. */
function traceOf(error: Error): string {
  const below = error.cause instanceof Error ? `\ncaused by ${traceOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${below}`;
}
