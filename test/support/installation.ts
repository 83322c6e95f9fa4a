// mailkeep as installed: a configuration file, a data directory, an outbox, and the command line bound to them.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { CommandLine } from './command-line.ts';
import { mailkeep } from './run.ts';
import { temporaryDirectory, type Ending } from './temporary.ts';

/** What commands answer with --json, as far as tests look at it. */
export interface Answer {
  readonly ok?: boolean;
  readonly error?: Failure;
  readonly accounts?: readonly {
    readonly stored: number;
    readonly known: number;
    readonly pending: number;
    readonly error: Failure | null;
  }[];
  readonly files?: number;
  readonly orphans?: readonly string[];
  readonly total?: number;
  readonly hits?: readonly object[];
}

interface Failure {
  readonly kind: string;
  readonly message: string;
  readonly hint: string | null;
}

/** A letter of the queue, as far as tests look at it. */
export interface Queued {
  readonly file: string;
  readonly state: string;
  readonly attempts: number;
}

/** What one test works with. All paths are absolute. */
export interface Installation {
  readonly directory: string;
  readonly config: string;
  readonly data: string;
  readonly outbox: string;
  readonly line: CommandLine;
  /** Runs a command with --json in this process, which is quicker than another one, and parses what it printed. */
  json(...args: readonly string[]): Promise<{ readonly code: number; readonly answer: Answer }>;
  /** What is found by each of these queries, each of which must be answered. */
  found(queries: readonly string[]): Promise<readonly Answer[]>;
  /** `mailkeep outbox list --json`. */
  queue(): Promise<readonly Queued[]>;
  /** Writes the configuration anew. */
  configure(accounts: readonly object[], more?: object): void;
  /** Puts a letter into the outbox, by a rename. */
  drop(name: string, bytes: string | Buffer): void;
  /** Names in a folder of the outbox; none where it is not there. */
  names(folder: 'sent' | 'failed' | '.'): string[];
  /** The lines of an account's journal, parsed. */
  journal(account: string): Record<string, unknown>[];
  /** Stored messages: ids by path, each checked against its octets. Throws where a file does not hash to its name. */
  stored(): Map<string, string>;
}

/** Installs mailkeep for `accounts`, in the shape of the configuration file. What still runs at the end is killed. */
export function install(test: Ending, accounts: readonly object[], place?: string): Installation {
  // What is said to run at the end runs in the order in which it was said: nothing writes into a directory that goes.
  test.after(() => line.kill());
  const directory = place ?? temporaryDirectory(test);
  const config = join(directory, 'config.yaml');
  const data = join(directory, 'data');
  const outbox = join(directory, 'outbox');
  const line = new CommandLine(config);
  const configure = (all: readonly object[], more: object = {}): void =>
    // The passwords stand in the file, so that nobody else may read it.
    writeFileSync(config, stringify({ data, outbox, accounts: all, ...more }), { mode: 0o600 });
  configure(accounts);
  const json: Installation['json'] = async (...args) => {
    const { code, out } = await mailkeep(['--config', config, '--json', ...args], { home: directory });
    const answer: Answer = JSON.parse(out);
    return { code, answer };
  };
  return {
    directory,
    config,
    data,
    outbox,
    line,
    json,
    found: async (queries) => {
      const found: Answer[] = [];
      for (const query of queries) {
        const { code, answer } = await json('search', '--limit', '2000', query);
        if (code !== 0) throw new Error(JSON.stringify(answer.error));
        found.push(answer);
      }
      return found;
    },
    queue: async () => {
      const { out } = await mailkeep(['--config', config, '--json', 'outbox', 'list'], { home: directory });
      const letters: Queued[] = JSON.parse(out);
      return letters;
    },
    configure,
    drop: (name, bytes) => {
      mkdirSync(outbox, { recursive: true });
      writeFileSync(join(outbox, `${name}.tmp`), bytes);
      // The kernel's clock for files is coarse: a rename in the same tick would not look like one.
      utimesSync(join(outbox, `${name}.tmp`), 1e9, 1e9);
      renameSync(join(outbox, `${name}.tmp`), join(outbox, name));
    },
    names: (folder) => namesIn(join(outbox, folder)),
    journal: (account) => linesOf(join(data, 'journal', `${account}.jsonl`)),
    stored: () => storedIn(join(data, 'mail')),
  };
}

function namesIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory).toSorted() : [];
}

function linesOf(path: string): Record<string, unknown>[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((text) => text !== '')
    .map((text): Record<string, unknown> => JSON.parse(text));
}

function storedIn(mail: string): Map<string, string> {
  const found = new Map<string, string>();
  if (!existsSync(mail)) return found;
  for (const path of readdirSync(mail, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.eml')) continue;
    const id = createHash('sha256')
      .update(readFileSync(join(mail, path)))
      .digest('hex');
    if (!path.endsWith(`/${id}.eml`)) throw new Error(`${path} holds other octets than its name says`);
    found.set(path, id);
  }
  return found;
}
