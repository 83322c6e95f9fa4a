// The command line: the list of commands, the options that all of them take, and what becomes of wrong usage. A command is
// a file with `register(program, frame)`; it stands here as one import and one entry in COMMANDS.
import { Command, CommanderError, Help } from 'commander';
import type { Option } from 'commander';
import { MailError } from '../model/error.ts';
import { CommandFrame, exitCodeOf } from './output.ts';
import type { GlobalOptions, Streams } from './output.ts';
import { example } from './register.ts';
import type { Register } from './register.ts';
import { register as check } from './check.ts';
import { register as daemon } from './daemon.ts';
import { register as folders } from './folders.ts';
import { register as init } from './init.ts';
import { register as outbox } from './outbox.ts';
import { register as reindex } from './reindex.ts';
import { register as search } from './search.ts';
import { register as send } from './send.ts';
import { register as show } from './show.ts';
import { register as status } from './status.ts';
import { register as sync } from './sync.ts';
import { register as verify } from './verify.ts';
import { version } from '../runtime/version.ts';

/** In the order of `mailkeep --help`. */
const COMMANDS: readonly Register[] = [
  init,
  check,
  sync,
  daemon,
  search,
  show,
  status,
  folders,
  verify,
  reindex,
  send,
  outbox,
];

/** Runs one command line (without node and script) and returns the exit code. It never rejects. */
export async function run(argv: readonly string[], streams: Streams): Promise<number> {
  const frame = new CommandFrame(streams);
  // Until commander has understood the line, only this tells how a mistake in it is to be shown.
  frame.configure({ json: optionsOf(argv).includes('--json') });
  const program = build(frame, streams);
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) frame.fail(error);
    else if (error.exitCode === 0) return 0;
    else if (error.code === 'commander.help' && !frame.json) frame.exit(exitCodeOf('usage'));
    else frame.fail(usage(error, program, argv));
  }
  return frame.exitCode;
}

function build(frame: CommandFrame, { stdout, stderr }: Streams): Command {
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
    .configureHelp({ showGlobalOptions: true, visibleGlobalOptions })
    .exitOverride()
    // Complaints come back as a CommanderError, and `run` tells them.
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: () => undefined,
    })
    .hook('preAction', (_, action) => frame.configure(action.optsWithGlobals<GlobalOptions>()));
  for (const register of COMMANDS) register(program, frame);
  return program;
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
    hint: `see \`mailkeep ${command === undefined ? '' : `${command.name()} `}--help\``,
    cause: error,
  });
}

/** The words before `--`. */
function optionsOf(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end === -1 ? argv : argv.slice(0, end);
}
