// A command's manual page, from the same command that prints its --help: what the one says, the other says. The page of the
// program itself lists the commands, and what all of them share.
import type { Command, Option } from 'commander';
import { heading, lead, paragraph, plain, term, title, verbatim } from './roff.ts';

/** A page, and the name of its file. */
export interface Page {
  readonly file: string;
  readonly text: string;
}

/** Exit codes, as the commands promise them. */
const EXITS: readonly (readonly [code: string, meaning: string])[] = [
  ['0', 'all well'],
  ['1', 'something failed, and was told'],
  ['2', 'wrong usage'],
  ['69', 'a server cannot be reached'],
  ['75', 'try later'],
  ['77', 'a login was refused'],
  ['78', 'the configuration is wrong'],
];

/** Where a configuration is looked for, first to last. */
const PLACES: readonly (readonly [place: string, meaning: string])[] = [
  ['--config FILE', 'the one that was named'],
  ['$MAILKEEP_CONFIG', 'the environment'],
  ['$XDG_CONFIG_HOME/mailkeep/config.yaml', "a person's own; without the variable ~/.config"],
  ['/etc/mailkeep/config.yaml', 'the machine'],
];

/** The pages of `program` and of each of its commands. */
export function commandPages(program: Command, version: string): Page[] {
  const commands = program.commands.filter((command) => command.name() !== 'help');
  return [
    { file: 'mailkeep.1', text: programPage(program, commands, version) },
    ...commands.map((command) => ({
      file: `mailkeep-${command.name()}.1`,
      text: commandPage(program, command, version),
    })),
  ];
}

function programPage(program: Command, commands: readonly Command[], version: string): string {
  return [
    title('mailkeep', 1, version),
    heading('NAME'),
    `mailkeep \\- ${plain(lower(program.description()))}\n`,
    heading('SYNOPSIS'),
    '\\fBmailkeep\\fR \\fIcommand\\fR [\\fIoptions\\fR]\n',
    heading('COMMANDS'),
    ...commands.map((command) => term(`mailkeep-${command.name()}(1)`, '', sentence(command.description()))),
    heading('OPTIONS'),
    ...options(program),
    heading('FILES'),
    lead('The configuration, mailkeep.yaml(5), is the first of these that is there:'),
    ...PLACES.map(([place, meaning]) => term(place, '', sentence(meaning))),
    heading('EXIT STATUS'),
    ...EXITS.map(([code, meaning]) => term(code, '', sentence(meaning))),
    heading('EXAMPLES'),
    examples(program),
  ].join('');
}

function commandPage(program: Command, command: Command, version: string): string {
  const name = `mailkeep ${command.name()}`;
  const others = command.commands.filter((one) => one.name() !== 'help');
  return [
    title(`mailkeep-${command.name()}`, 1, version),
    heading('NAME'),
    `mailkeep\\-${plain(command.name())} \\- ${plain(lower(command.description()))}\n`,
    heading('SYNOPSIS'),
    `\\fB${plain(name)}\\fR ${plain(command.usage())}\n`,
    heading('DESCRIPTION'),
    lead(sentence(command.description())),
    ...command.registeredArguments.map((argument) =>
      term(argument.name() + (argument.variadic ? '…' : ''), '', sentence(argument.description)),
    ),
    ...(others.length === 0 ? [] : [heading('COMMANDS')]),
    ...others.flatMap((one) => [
      term(`${name} ${one.name()}`, one.usage().replace(/^\[options\] ?/, ''), sentence(one.description())),
      ...options(one, ['--help']).map((text) => `.RS\n${text}.RE\n`),
    ]),
    heading('OPTIONS'),
    ...options(command),
    ...options(program, ['--version', '--help']),
    ...notes(command),
    heading('EXAMPLES'),
    examples(command),
    heading('SEE ALSO'),
    lead('mailkeep(1), mailkeep.yaml(5)'),
  ].join('');
}

function options(command: Command, without: readonly string[] = []): string[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .filter(({ long }) => !without.includes(long ?? ''))
    .map((option) => term(flags(option), valueOf(option), sentence(meaning(option))));
}

function flags({ short, long }: Option): string {
  return [short, long].filter((one) => one !== undefined).join(', ');
}

function valueOf({ flags: text }: Option): string {
  return /[<[].*$/.exec(text)?.[0].replace(/[<>]/g, '') ?? '';
}

function meaning({ description, argChoices, defaultValue }: Option): string {
  const more = [
    ...(argChoices === undefined ? [] : [`one of ${argChoices.join(', ')}`]),
    ...(defaultValue === undefined || defaultValue === false || Array.isArray(defaultValue)
      ? []
      : [`default: ${String(defaultValue)}`]),
  ];
  return more.length === 0 ? description : `${description} (${more.join('; ')})`;
}

/** The paragraphs of the help between its options and its examples; columns stay columns. */
function notes(command: Command): string[] {
  const [, below = ''] = helpOf(command).split('Global Options:\n');
  const [, ...paragraphs] = below.split('\nExample:')[0]?.trimEnd().split('\n\n') ?? [];
  if (paragraphs.length === 0) return [];
  return [
    heading('NOTES'),
    ...paragraphs.map((text, at) => {
      const lines = text.split('\n').filter((line) => line !== '');
      if (/^\S+ {2,}/m.test(text)) return verbatim(lines);
      return at === 0 ? lead(lines.join('\n')) : paragraph(lines.join('\n'));
    }),
  ];
}

function helpOf(command: Command): string {
  let help = '';
  command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
  return help;
}

/** The lines below `Example:` at the end of the help. */
function examples(command: Command): string {
  const lines = helpOf(command).split('\n');
  const start = lines.lastIndexOf('Example:');
  if (start === -1) throw new Error(`${command.name()} has no example in its help`);
  return verbatim(
    lines
      .slice(start + 1)
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  );
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`;
}

function lower(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1).replace(/\.$/, '')}`;
}
