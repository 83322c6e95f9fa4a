// `mailkeep verify`: every file re-hashed, and every message that a journal names looked for; with --server, what is damaged
// is fetched again, and each account is proved to be complete. It needs no lock, and runs beside the service.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { Journal } from '../archive/journal.ts';
import { Archive } from '../archive/store.ts';
import type { Scope } from '../archive/verify.ts';
import { closeIndex, INDEX_FILE, type Index } from '../index/database.ts';
import { connector } from '../net/connector.ts';
import { checkFiles, checkServers, type Asking, type FilesChecked } from '../receive/checking.ts';
import { LoginPace } from '../receive/login-pace.ts';
import { openSource, type Receiving } from '../receive/open-source.ts';
import type { AccountProof } from '../receive/proof.ts';
import type { Avoided } from '../receive/reopen.ts';
import { lastTry } from '../receive/refused-login.ts';
import { createLog } from '../runtime/log.ts';
import { createProgress } from '../runtime/progress.ts';
import { stopSignal } from '../runtime/shutdown.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { hintLines } from './hint-lines.ts';
import { told } from '../chinese/told.ts';
import { languageOf } from './locale.ts';
import { exitCodeOf, failureJson, type Frame } from './output.ts';
import { octets } from '../runtime/octets.ts';
import { proofLines } from './proof-lines.ts';
import { proofWords } from './proof-words.ts';
import { example } from './register.ts';
import { receivingOf } from './receiving.ts';
import { safeLine } from './terminal-text.ts';
import { openWholeIndex } from './whole-index.ts';

interface Options {
  readonly server?: boolean;
  readonly subset?: { readonly nth: number; readonly of: number };
}

/** Adds `verify`. */
export function register(program: Command, frame: Frame): void {
  program
    .command('verify')
    .argument('[account...]', 'names of accounts; all, and the whole archive, where none is named')
    .description('read every stored message and compare it with its hash, and the archive with the journals')
    .option(
      '--server',
      'prove that each account is complete: hold a fresh list of each folder against the archive; and fetch again what is damaged or missing, where a server still has it',
    )
    .option('--subset <n/t>', 'read only part N of T of the messages, as in 3/28', subset)
    .addHelpText(
      'after',
      `
A damaged file that was fetched again is kept in <data>/quarantine; nothing is
deleted. Exit code 1: something is damaged, missing or in no journal, or an
account is not proved.
${example('mailkeep verify', 'mailkeep verify --subset 3/28', 'mailkeep verify --server qq')}`,
    )
    .action(async (names: string[], options: Options) => verify(frame, names, options));
}

function subset(text: string): Options['subset'] {
  const [, nth, of] = /^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? [];
  const part = { nth: Number(nth), of: Number(of) };
  if (part.nth >= 1 && part.nth <= part.of && part.of <= 1000) return part;
  throw new InvalidArgumentError('It must be N/T, as in 3/28: part 3 of 28, of 1000 at most.');
}

async function verify(frame: Frame, names: readonly string[], options: Options): Promise<void> {
  const config = await frame.config();
  const accounts = await frame.accounts(names);
  const asked = options.server === true ? receivingOf(accounts) : [];
  const scope: Scope = {
    part: options.subset,
    accounts: names.length === 0 ? undefined : accounts.map(({ name }) => name),
  };
  const stop = stopSignal();
  const progress = createProgress({ silent: frame.quiet || frame.json });
  let db: Index | undefined;
  try {
    if (options.server === true)
      db = await openWholeIndex(frame, createLog({ level: 'warn', format: config.log.format }), stop.signal);
    const checking = {
      archive: await Archive.open(config.data),
      journal: new Journal(config.data),
      clock: systemClock,
      signal: stop.signal,
      progress: (done: number, total: number, what: string) => progress.update(done, total, what),
    };
    const asking = db && (await askingServers(frame, db, asked, stop.signal));
    const found = await checkFiles(checking, scope, asking);
    const damaged = new Set([...found.damaged, ...found.missing]);
    const proofs = asking === undefined ? [] : await checkServers(checking, asking, damaged);
    progress.end();
    answer(frame, config.data, found, proofs);
  } finally {
    progress.end();
    if (db !== undefined) closeIndex(db);
    stop.release();
  }
}

async function askingServers(
  frame: Frame,
  db: Index,
  accounts: readonly Receiving[],
  signal: AbortSignal,
): Promise<Asking> {
  const { log: level } = await frame.config();
  const connect = connector(createLog({ level: frame.verbose ? 'debug' : 'warn', format: level.format }));
  const avoided: Avoided = new Map();
  const paces = new LoginPace(systemClock, (account) => lastTry(db, account));
  return {
    db,
    accounts,
    source: (account) => {
      const pace = paces.of(account.name, account.receive.host, signal);
      return openSource(account, () => connect(account, account.receive, signal), avoided, pace);
    },
    turn: (_, work) => work(signal, () => undefined),
  };
}

function answer(frame: Frame, data: string, found: FilesChecked, proofs: readonly AccountProof[]): void {
  const ok = found.ok && proofs.every(({ proved }) => proved);
  for (const { error } of proofs) if (error !== null) frame.exit(exitCodeOf(error.kind));
  if (!ok) frame.exit(1);
  if (frame.json) {
    const troubles = found.troubles.map((error) => failureJson(error));
    return frame.document({ ...found, ok, troubles, accounts: proofs });
  }
  const language = languageOf(frame.around.env);
  const words = proofWords[language];
  frame.print(words.read(found.files, octets(found.bytes)));
  for (const { id, account, folder } of found.mended)
    frame.print(words.mended(id, `${account} ${safeLine(folder)}`));
  for (const id of found.damaged) frame.print(words.damaged(id));
  for (const id of found.missing) frame.print(words.missing(id));
  for (const path of found.orphans) frame.print(words.orphan(safeLine(join(data, 'mail', path))));
  for (const { text } of found.journal) frame.print(told(text, language));
  for (const { message } of found.troubles) frame.say(words.notAsked(told(message, language)));
  for (const proof of proofs) for (const line of proofLines(proof, frame)) frame.print(line);
  if (found.mended.length > 0 && existsSync(join(data, 'quarantine')))
    frame.say(`  ${words.quarantine(join(data, 'quarantine'))}`);
  frame.print(ok ? words.well : found.ok ? words.unproved : words.notWhole);
  const bad = found.damaged.length + found.missing.length > 0;
  const hint = (text: string): void => {
    for (const line of hintLines(frame, frame.terminal.err, text)) frame.say(line);
  };
  if (bad && proofs.length === 0 && existsSync(join(data, INDEX_FILE))) hint(words.ask);
  if (bad) hint(words.cure);
  if (found.orphans.length > 0) hint(words.adopt);
}
