// PURE: completion of the command line for bash, zsh and fish, from the commands themselves.
import type { Command, Option } from 'commander';

/** A command as a shell completes it. */
export interface Completed {
  readonly name: string;
  readonly meaning: string;
  /** Its own options and, below it, the program's. */
  readonly options: readonly Choice[];
  /** Words that may follow: its own commands. */
  readonly words: readonly { readonly name: string; readonly meaning: string }[];
}

/** An option. */
export interface Choice {
  readonly names: readonly string[];
  readonly meaning: string;
  /** The values that it may take; empty: any, files among them. Null: it takes none. */
  readonly values: readonly string[] | null;
}

/** What there is to complete below `program`. */
export function completed(program: Command): Completed[] {
  const shared = choices(program).filter(({ names }) => !names.includes('--version'));
  return program.commands
    .filter((command) => command.name() !== 'help')
    .map((command) => {
      const below = command.commands.filter((one) => one.name() !== 'help');
      const own = [command, ...below].flatMap(choices);
      return {
        name: command.name(),
        meaning: command.description(),
        options: distinct([...own, ...shared]),
        words: below.map((one) => ({ name: one.name(), meaning: one.description() })),
      };
    });
}

function choices(command: Command): Choice[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map((option) => ({
      names: [option.short, option.long].filter((name) => name !== undefined),
      meaning: option.description,
      values: valuesOf(option),
    }));
}

function valuesOf({ required, optional, argChoices }: Option): readonly string[] | null {
  return required || optional ? (argChoices ?? []) : null;
}

function distinct(options: readonly Choice[]): Choice[] {
  return [...new Map(options.map((option) => [option.names.join(), option])).values()];
}

/** For bash-completion's folder `completions`, as `mailkeep`. */
export function bash(commands: readonly Completed[]): string {
  const cases = commands.map(({ name, options, words }) => {
    const names = [...options.flatMap((option) => option.names), ...words.map((word) => word.name)];
    const valued = options
      .filter(({ values }) => values !== null && values.length > 0)
      .map(({ names: of, values }) => `      ${of.join('|')}) words='${(values ?? []).join(' ')}' ;;`);
    const filed = options.filter(({ values }) => values?.length === 0).flatMap((option) => option.names);
    return `  ${name})
    words='${names.join(' ')}'
    case $before in
${[...valued, ...(filed.length === 0 ? [] : [`      ${filed.join('|')}) words= ;;`])].join('\n')}
    esac
    ;;`;
  });
  return `# bash completion of mailkeep; made from its commands
_mailkeep() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command= words= at
  for ((at = 1; at < COMP_CWORD; at++)); do
    case \${COMP_WORDS[at]} in
    --config) ((at++)) ;;
    -*) ;;
    *)
      command=\${COMP_WORDS[at]}
      break
      ;;
    esac
  done
  case $command in
  '') words='${commands.map(({ name }) => name).join(' ')} help --config --json --quiet --verbose --version --help' ;;
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _mailkeep mailkeep
`;
}

/** For a folder of zsh's \`fpath\`, as \`_mailkeep\`. */
export function zsh(commands: readonly Completed[]): string {
  const list = commands.map(({ name, meaning }) => `    ${quoted(`${name}:${meaning}`)}`);
  const cases = commands.map(({ name, options, words }) => {
    const lines = options.flatMap((option) => option.names.map((one) => zshOption(one, option)));
    const first =
      words.length === 0
        ? `'*:file:_files'`
        : quoted(`1:command:(${words.map((word) => word.name).join(' ')})`);
    return `  ${name})\n    _arguments -s \\\n${[...lines, first].map((line) => `      ${line}`).join(' \\\n')}\n    ;;`;
  });
  return `#compdef mailkeep
# zsh completion of mailkeep; made from its commands
local -a commands
local curcontext=$curcontext state line
_arguments -C '--config[the configuration file]:file:_files' '1:command:->command' '*::argument:->argument'
case $state in
command)
  commands=(
${list.join('\n')}
  )
  _describe command commands
  ;;
argument)
  case $line[1] in
${cases.join('\n')}
  esac
  ;;
esac
`;
}

function zshOption(name: string, { meaning, values }: Choice): string {
  const said = meaning.replace(/[[\]:]/g, '\\$&');
  const value = values === null ? '' : values.length === 0 ? ':value:_files' : `:value:(${values.join(' ')})`;
  return quoted(`${name}[${said}]${value}`);
}

/** For fish's folder \`completions\`, as \`mailkeep.fish\`. */
export function fish(commands: readonly Completed[]): string {
  const lines = commands.flatMap(({ name, meaning, options, words }) => [
    `complete -c mailkeep -n __fish_use_subcommand -f -a ${name} -d ${quoted(meaning)}`,
    ...options.map((option) => fishOption(name, option)),
    ...words.map(
      (word) =>
        `complete -c mailkeep -n '__fish_seen_subcommand_from ${name}' -f -a ${word.name} -d ${quoted(word.meaning)}`,
    ),
  ]);
  return `# fish completion of mailkeep; made from its commands\n${lines.join('\n')}\n`;
}

function fishOption(command: string, { names, meaning, values }: Choice): string {
  const spelled = names.map((name) =>
    name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  );
  const takes = values === null ? '' : values.length === 0 ? ' -r' : ` -x -a ${quoted(values.join(' '))}`;
  return `complete -c mailkeep -n '__fish_seen_subcommand_from ${command}' ${spelled.join(' ')}${takes} -d ${quoted(meaning)}`;
}

/** In single quotes of all three shells. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
