// The command line: the list of commands, the options that all of them take, and what becomes of wrong usage. A command is
// a file with `register(program, frame)`; it stands here as one entry in COMMANDS, and is loaded only where it is called.
import { setImmediate } from 'node:timers/promises';
import { Command, CommanderError, Help } from 'commander';
import type { Option } from 'commander';
import { MailError } from '../model/error.ts';
import { CommandFrame, exitCodeOf } from './output.ts';
import type { GlobalOptions, Streams } from './output.ts';
import { example } from './register.ts';
import type { Register } from './register.ts';
import { isRoot } from '../runtime/owner.ts';
import { version } from '../runtime/version.ts';

/** In the order of `mailkeep --help`. */
const COMMANDS: Readonly<Record<string, () => Promise<{ readonly register: Register }>>> = {
  init: () => import('./init.ts'),
  login: () => import('./login.ts'),
  check: () => import('./check.ts'),
  sync: () => import('./sync.ts'),
  retry: () => import('./retry.ts'),
  daemon: () => import('./daemon.ts'),
  reload: () => import('./reload.ts'),
  search: () => import('./search.ts'),
  show: () => import('./show.ts'),
  thread: () => import('./thread.ts'),
  status: () => import('./status.ts'),
  folders: () => import('./folders.ts'),
  export: () => import('./export.ts'),
  import: () => import('./import.ts'),
  verify: () => import('./verify.ts'),
  reindex: () => import('./reindex.ts'),
  restore: () => import('./restore.ts'),
  send: () => import('./send.ts'),
  sendmail: () => import('./sendmail.ts'),
  outbox: () => import('./outbox.ts'),
  web: () => import('./web.ts'),
};

/** Runs one command line (without node and script) and returns the exit code. It never rejects. */
export async function run(argv: readonly string[], streams: Streams): Promise<number> {
  const frame = new CommandFrame(streams);
  // Until commander has understood the line, only this tells how a mistake in it is to be shown.
  frame.configure({ json: optionsOf(argv).includes('--json') });
  const program = await build(frame, streams, argv);
  // The clock of files is coarse.
  const since = Date.now() - 2000;
  try {
    await program.parseAsync(asOperands(argv), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) frame.fail(error);
    else if (error.exitCode === 0) return written(frame);
    else if (error.code === 'commander.help' && !frame.json) frame.exit(exitCodeOf('usage'));
    else frame.fail(usage(error, program, argv));
  }
  if (isRoot()) await frame.handOver(since).catch((thrown: unknown) => frame.fail(thrown));
  return written(frame);
}

/** What a full disk made of the answer is known a moment after it was written. */
async function written(frame: CommandFrame): Promise<number> {
  await setImmediate();
  return frame.exitCode;
}

/** Every command with all of its options, as for --help; what is run with it goes nowhere. */
export function commandTree(streams: Streams): Promise<Command> {
  return build(new CommandFrame(streams), streams, []);
}

async function build(
  frame: CommandFrame,
  { stdout, stderr }: Streams,
  argv: readonly string[],
): Promise<Command> {
  const program = new Command('mailkeep')
    .usage('<command> [options]')
    .description("Keeps a person's mail: fetches it, stores it byte for byte, finds it, and sends.")
    .version(version(), '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .option('--config <file>', 'the configuration file')
    .option('--json', 'one JSON document on stdout, nothing else there')
    .option('-q, --quiet', 'only answers and failures')
    .option('-v, --verbose', 'more detail, and where a failure was thrown')
    .addHelpText('after', example('mailkeep init && mailkeep sync && mailkeep search invoice'))
    .configureHelp({ showGlobalOptions: true, visibleGlobalOptions, formatItem, minWidthToWrap: 20 })
    .exitOverride()
    // Complaints come back as a CommanderError, and `run` tells them.
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      // Long lines are hard to read, however wide the window is.
      getOutHelpWidth: () => Math.min(80, (stdout as { readonly columns?: number }).columns ?? 80),
      outputError: () => undefined,
    })
    .hook('preAction', (_, action) => frame.configure(action.optsWithGlobals<GlobalOptions>()));
  const called = commandIn(argv);
  for (const [name, load] of Object.entries(COMMANDS)) {
    if (called === undefined || called === name) (await load()).register(program, frame);
  }
  return program;
}

/**
 * What stands behind `sendmail` is its own: classic letters would be taken for options of ours. Help of a command that is none is
 * told as that command would be; commander prints the help of all.
 */
function asOperands(argv: readonly string[]): readonly string[] {
  const [first, about] = optionsOf(argv).filter((word) => !word.startsWith('-'));
  if (first === 'help' && about !== undefined && about !== 'help' && !Object.hasOwn(COMMANDS, about))
    return argv.toSpliced(argv.indexOf('help'), 1);
  if (commandIn(argv) !== 'sendmail') return argv;
  const at = argv.indexOf('sendmail') + 1;
  const rest = argv.slice(at);
  return rest[0] === '--help' ? argv : [...argv.slice(0, at), '--', ...rest];
}

/** The command that is called; undefined where all must be known: for help, and to say what a mistake may have meant. */
function commandIn(argv: readonly string[]): string | undefined {
  const words = optionsOf(argv);
  const first = words.find((word, at) => !word.startsWith('-') && words[at - 1] !== '--config');
  return first !== undefined && Object.hasOwn(COMMANDS, first) ? first : undefined;
}

/** In a window where no room is left beside the longest name, what it does stands below each. */
function formatItem(this: Help, term: string, termWidth: number, text: string, helper: Help): string {
  const width = this.helpWidth ?? 80;
  if (width - termWidth - 4 >= (this.minWidthToWrap ?? 0))
    return new Help().formatItem.call(this, term, termWidth, text, helper);
  return [
    term,
    ...helper
      .boxWrap(text, width - 6)
      .split('\n')
      .map((line) => `    ${line}`),
  ]
    .map((line) => `  ${line}`.trimEnd())
    .join('\n');
}

/** The program's options below a command's own, without --version. */
function visibleGlobalOptions(this: Help, command: Command): Option[] {
  return new Help().visibleGlobalOptions
    .call(Object.assign(new Help(), { showGlobalOptions: true }), command)
    .filter(({ long }) => long !== '--version');
}

/** A mistake in the command line. */
function usage(error: CommanderError, program: Command, argv: readonly string[]): MailError {
  const command = program.commands.find((known) => optionsOf(argv).includes(known.name()));
  return new MailError({
    kind: 'usage',
    message:
      error.code === 'commander.help'
        ? 'no command was given'
        : error.message.replace(/^error: /, '').replaceAll('\n', ' '),
    retry: 'never',
    hint:
      error.code === 'commander.unknownOption' && command?.name() === 'search' && !/'--/.test(error.message)
        ? "a query that begins with a hyphen stands behind --, as in `mailkeep search --limit 5 -- '-draft'`"
        : `see \`mailkeep ${command === undefined ? '' : `${command.name()} `}--help\``,
    cause: error,
  });
}

/** The words before `--`. */
function optionsOf(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end === -1 ? argv : argv.slice(0, end);
}
