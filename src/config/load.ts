// The configuration file → a Config: found, read, checked in whole, and resolved. All that is wrong with it is said in one
// MailError, one line a problem.
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { LineCounter, parseDocument, visit } from 'yaml';
import type { Account, Secret } from '../model/account.ts';
import { MailError } from '../model/error.ts';
import { isLoopback, resolveAccount } from './accounts.ts';
import type { Resolving } from './accounts.ts';
import { milliseconds } from './durations.ts';
import { defaultData, expand, findConfig, surroundings } from './places.ts';
import type { Surroundings } from './places.ts';
import { reportIssues, reporter } from './problems.ts';
import type { Problem, Reporter } from './problems.ts';
import { secretFrom } from './secrets.ts';
import { accountShape, configShape } from './shape.ts';
import { codeOf, systemReason } from '../runtime/storage-error.ts';
import type { LogFormat, LogLevel, RawConfig } from './raw.ts';

/** Where something listens. */
export interface Listen {
  readonly host: string;
  /** 0 to 65535; 0 is any free port. */
  readonly port: number;
}

/** The configuration as the program uses it: every path absolute, every default filled in. */
export interface Config {
  /** The file it came from. */
  readonly path: string;
  readonly data: string;
  readonly outbox: string;
  /** At least one; names are unique. */
  readonly accounts: readonly Account[];
  readonly web?:
    | {
        readonly listen: Listen;
        readonly password?: Secret | undefined;
        /** Origin of a proxy before it. */
        readonly address?: string | undefined;
      }
    | undefined;
  readonly metrics?: { readonly listen: Listen } | undefined;
  /** `staleAfter` in milliseconds. */
  readonly alerts?:
    | {
        readonly staleAfter: number;
        readonly command?: readonly string[] | undefined;
        readonly mail?: string | undefined;
      }
    | undefined;
  /** When the service checks files, and accounts against their servers; cron expressions, null for never. */
  readonly verify: { readonly subset: string | null; readonly server: string | null };
  readonly log: { readonly level: LogLevel; readonly format: LogFormat; readonly file?: string | undefined };
  /**
   * What the file says, hashed, by its place: `accounts.NAME` for each account, and each other key that is there. Equal marks:
   * the same stands there.
   */
  readonly marks: ReadonlyMap<string, string>;
}

/**
 * Reads the configuration from `given` (--config) or the first place that has one. Throws MailError `config` whose message
 * has one line a problem: `config.yaml:12: accounts[0].recieve: unknown key; did you mean "receive"?`
 */
export async function loadConfig(given?: string, around: Surroundings = surroundings()): Promise<Config> {
  const path = await findConfig(given, around);
  const { text, open } = await read(path);
  return parseConfig(text, path, open, around);
}

/**
 * The same for a text that stands, or is to stand, at `path`. `open`: other users can read it, so that it must hold no
 * literal secret.
 */
export function parseConfig(text: string, path: string, open: boolean, around: Surroundings): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  const problems: Problem[] = document.errors.map((error) => {
    const { line, col } = lines.linePos(error.pos[0]);
    return { line, column: col, text: error.message };
  });
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return;
      const { line, col } = lines.linePos(alias.range?.[0] ?? 0);
      const text = `Unresolved alias (the anchor must be set before the alias): ${alias.source}`;
      problems.push({ line, column: col, text });
    },
  });
  if (problems.length > 0) throw wrong(path, problems);
  const value: unknown = document.toJS();
  const report = reporter(document, lines, problems);
  const parsed = configShape.safeParse(value);
  if (!parsed.success) reportIssues(parsed.error.issues, value, report);
  const base = dirname(resolve(path));
  if (open) literalSecrets(value, path, report);
  const accounts = resolveAccounts(value, base, around, report);
  checkListeners(value, report);
  if (!parsed.success || problems.length > 0) throw wrong(path, problems);
  return complete(parsed.data, accounts, path, base, around);
}

async function read(path: string): Promise<{ text: string; open: boolean }> {
  try {
    const { mode } = await stat(path);
    return { text: await readFile(path, 'utf8'), open: (mode & 0o044) !== 0 };
  } catch (error) {
    throw new MailError({
      kind: 'config',
      message: `the configuration ${path} cannot be read: ${systemReason(error)}`,
      retry: 'never',
      hint:
        codeOf(error) === 'EACCES'
          ? 'Run mailkeep as the user whose file it is, or give this user the right to read it'
          : '`mailkeep init` writes one; --config FILE or MAILKEEP_CONFIG names one elsewhere',
      cause: error,
    });
  }
}

function wrong(path: string, problems: readonly Problem[]): MailError {
  const inOrder = [...problems].sort((a, b) => a.line - b.line);
  return new MailError({
    kind: 'config',
    message: inOrder
      .map(({ line, column, text }) => `${path}:${line}${column === undefined ? '' : `:${column}`}: ${text}`)
      .join('\n'),
    retry: 'never',
    hint: 'config/mailkeep.example.yaml shows every key',
  });
}

/** Accounts are resolved one by one, so that a mistake in one does not hide those in another. */
function resolveAccounts(
  value: unknown,
  base: string,
  around: Surroundings,
  report: Resolving['report'],
): Account[] {
  const list = fieldOf(value, 'accounts');
  const names = new Map<unknown, number>();
  return (Array.isArray(list) ? list : []).flatMap((item: unknown, index) => {
    const at = ['accounts', index];
    const name = fieldOf(item, 'name');
    const first = names.get(name);
    if (name !== undefined && first !== undefined)
      report([...at, 'name'], `${JSON.stringify(name)} is taken by accounts[${first}]`);
    else names.set(name, index);
    const parsed = accountShape.safeParse(item);
    const account = parsed.success && resolveAccount(parsed.data, { base, around, at, report });
    return account ? [account] : [];
  });
}

function literalSecrets(value: unknown, path: string, report: Reporter): void {
  const cure = `would be readable by other users of this machine; run \`chmod 600 ${path}\`, or use { file: … }`;
  const list = fieldOf(value, 'accounts');
  (Array.isArray(list) ? list : []).forEach((item: unknown, index) => {
    if (typeof fieldOf(item, 'password') === 'string') report(['accounts', index, 'password'], cure);
    if (typeof fieldOf(fieldOf(item, 'oauth2'), 'clientSecret') === 'string')
      report(['accounts', index, 'oauth2', 'clientSecret'], cure);
  });
  if (typeof fieldOf(fieldOf(value, 'web'), 'password') === 'string') report(['web', 'password'], cure);
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function checkListeners(value: unknown, report: Reporter): void {
  for (const key of ['web', 'metrics']) {
    const text = fieldOf(fieldOf(value, key), 'listen');
    if (typeof text !== 'string') continue;
    const { host, port } = listenOf(text);
    if (port > 65_535) report([key, 'listen'], 'has a port over 65535');
    if (key === 'web' && fieldOf(fieldOf(value, key), 'password') === undefined && !isLoopback(host))
      report([key, 'password'], `is required: ${text} can be reached from other machines`);
  }
}

/** `HOST:PORT`, the host of IPv6 in brackets, as two. */
export function listenOf(text: string): Listen {
  const at = text.lastIndexOf(':');
  return { host: text.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(text.slice(at + 1)) };
}

function complete(
  raw: RawConfig,
  accounts: readonly Account[],
  path: string,
  base: string,
  around: Surroundings,
): Config {
  const data = raw.data === undefined ? defaultData(around) : expand(raw.data, base, around);
  const { web, metrics, alerts, log } = raw;
  return {
    path: resolve(path),
    data,
    outbox: raw.outbox === undefined ? join(data, 'outbox') : expand(raw.outbox, base, around),
    accounts,
    web: web && {
      listen: listenOf(web.listen),
      password: web.password === undefined ? undefined : secretFrom(web.password, 'web', base, around),
      address: web.address && new URL(web.address).origin,
    },
    metrics: metrics && { listen: listenOf(metrics.listen) },
    alerts: alerts && {
      staleAfter: milliseconds(alerts.staleAfter ?? '24h'),
      command: alerts.command,
      mail: alerts.mail,
    },
    verify: {
      subset: neverIsNull(raw.verify?.subset ?? '0 3 * * *'),
      server: neverIsNull(raw.verify?.server ?? '0 4 * * 0'),
    },
    log: {
      level: log?.level ?? 'info',
      format: log?.format ?? 'auto',
      file: log?.file === undefined ? undefined : expand(log.file, base, around),
    },
    marks: marksOf(raw),
  };
}

function marksOf({ accounts, ...rest }: RawConfig): Map<string, string> {
  const parts = [
    ...accounts.map((account) => [`accounts.${account.name}`, account] as const),
    ...Object.entries(rest),
  ];
  return new Map(
    parts.map(([place, said]) => [place, createHash('sha256').update(JSON.stringify(said)).digest('hex')]),
  );
}

function neverIsNull(when: string): string | null {
  return when === 'never' ? null : when;
}
