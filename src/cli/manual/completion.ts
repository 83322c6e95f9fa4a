// PURE: completion of the command line for bash, zsh and fish, from the commands themselves.
import type { Command, Option } from 'commander';

/** A command as a shell completes it. */
export interface Completed {
  readonly name: string;
  readonly meaning: string;
  /** Its own options and, below it, the program's. */
  readonly options: readonly Choice[];
  /** True: it takes names of accounts. */
  readonly accounts: boolean;
  /** Words that may follow: its own commands. */
  readonly words: readonly { readonly name: string; readonly meaning: string }[];
}

/** An option. */
export interface Choice {
  readonly names: readonly string[];
  readonly meaning: string;
  /** The values that it may take; empty: any, files among them. Null: it takes none. */
  readonly values: readonly string[] | 'accounts' | null;
}

/**
 * Prints the names of the accounts in the configuration $config, in any shell: `name:` is a key of accounts alone. It reads, and starts
 * no program that takes a while.
 */
const NAMES =
  "sed 's/^[[:space:]]*#.*//' $config 2>/dev/null | grep -oE '(^|[[:space:]{,-])name:[^[:alnum:]]*[a-z0-9][a-z0-9._-]*' | sed 's/.*name:[^[:alnum:]]*//'";

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
        accounts: command.registeredArguments.some((argument) => argument.name() === 'account'),
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

function valuesOf({ required, optional, argChoices, long, flags }: Option): Choice['values'] {
  if (long === '--account' || flags.includes('<account')) return 'accounts';
  return required || optional ? (argChoices ?? []) : null;
}

function distinct(options: readonly Choice[]): Choice[] {
  return [...new Map(options.map((option) => [option.names.join(), option])).values()];
}

/** For bash-completion's folder `completions`, as `mailkeep`. */
export function bash(commands: readonly Completed[]): string {
  const cases = commands.map(({ name, options, words, accounts }) => {
    const names = [...options.flatMap((option) => option.names), ...words.map((word) => word.name)];
    const valued = options.flatMap(({ names: of, values }) => {
      if (values === null || values.length === 0) return [];
      const any = values === 'accounts' ? '$(_mailkeep_accounts)' : quoted(values.join(' '));
      return [`      ${of.join('|')}) words=${any} ;;`];
    });
    const filed = options.filter(({ values }) => values?.length === 0).flatMap((option) => option.names);
    return `  ${name})
    words='${names.join(' ')}'${accounts ? "' '$(_mailkeep_accounts)" : ''}
    case $before in
${[...valued, ...(filed.length === 0 ? [] : [`      ${filed.join('|')}) words= ;;`])].join('\n')}
    esac
    ;;`;
  });
  return `# bash completion of mailkeep; made from its commands
_mailkeep_accounts() {
  ${NAMES.replace('$config', '"$config"')}
}
_mailkeep() {
  local config=\${XDG_CONFIG_HOME:-$HOME/.config}/mailkeep/config.yaml
  [ -e "$config" ] || config=/etc/mailkeep/config.yaml
  config=\${MAILKEEP_CONFIG:-$config}
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command= words= at
  for ((at = 1; at < COMP_CWORD; at++)); do
    case \${COMP_WORDS[at]} in
    --config)
      ((at++))
      config=\${COMP_WORDS[at]/#\\~/$HOME}
      ;;
    -*) ;;
    *) command=\${command:-\${COMP_WORDS[at]}} ;;
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
  const cases = commands.map(({ name, options, words, accounts }) => {
    const lines = options.flatMap((option) => option.names.map((one) => zshOption(one, option)));
    const first =
      words.length === 0
        ? `'${accounts ? '*:account:_mailkeep_accounts' : '*:file:_files'}'`
        : quoted(`1:command:(${words.map((word) => word.name).join(' ')})`);
    return `  ${name})\n    _arguments -s \\\n${[...lines, first].map((line) => `      ${line}`).join(' \\\n')}\n    ;;`;
  });
  return `#compdef mailkeep
# zsh completion of mailkeep; made from its commands
local -a commands
local config=\${XDG_CONFIG_HOME:-$HOME/.config}/mailkeep/config.yaml at=\${words[(I)--config]}
[[ -e $config ]] || config=/etc/mailkeep/config.yaml
config=\${MAILKEEP_CONFIG:-$config}
(( at )) && config=\${\${(Q)words[at+1]}/#\\~/$HOME}
_mailkeep_accounts() {
  local -a names=(\${(f)"$(${NAMES})"})
  compadd -a names
}
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
  return quoted(`${name}[${said}]${zshValue(values)}`);
}

function zshValue(values: Choice['values']): string {
  if (values === null) return '';
  if (values === 'accounts') return ':account:_mailkeep_accounts';
  return values.length === 0 ? ':value:_files' : `:value:(${values.join(' ')})`;
}

/** For fish's folder \`completions\`, as \`mailkeep.fish\`. */
export function fish(commands: readonly Completed[]): string {
  const lines = commands.flatMap(({ name, meaning, options, words, accounts }) => [
    `complete -c mailkeep -n __fish_use_subcommand -f -a ${name} -d ${quoted(meaning)}`,
    ...options.map((option) => fishOption(name, option)),
    ...(accounts
      ? [`complete -c mailkeep -n '__fish_seen_subcommand_from ${name}' -f -a '(__mailkeep_accounts)'`]
      : []),
    ...words.map(
      (word) =>
        `complete -c mailkeep -n '__fish_seen_subcommand_from ${name}' -f -a ${word.name} -d ${quoted(word.meaning)}`,
    ),
  ]);
  return `# fish completion of mailkeep; made from its commands
function __mailkeep_accounts
  set -l config (set -q XDG_CONFIG_HOME; and echo $XDG_CONFIG_HOME; or echo $HOME/.config)/mailkeep/config.yaml
  test -e $config; or set config /etc/mailkeep/config.yaml
  set -q MAILKEEP_CONFIG; and set config $MAILKEEP_CONFIG
  set -l words (commandline -opc)
  if set -l at (contains -i -- --config $words)
    set config (string replace -r '^~' $HOME -- $words[(math $at + 1)])
  end
  ${NAMES}
end
${lines.join('\n')}
`;
}

function fishOption(command: string, { names, meaning, values }: Choice): string {
  const spelled = names.map((name) =>
    name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  );
  const takes =
    values === null
      ? ''
      : values === 'accounts'
        ? ` -x -a '(__mailkeep_accounts)'`
        : values.length === 0
          ? ' -r'
          : ` -x -a ${quoted(values.join(' '))}`;
  return `complete -c mailkeep -n '__fish_seen_subcommand_from ${command}' ${spelled.join(' ')}${takes} -d ${quoted(meaning)}`;
}

/** In single quotes of all three shells. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
