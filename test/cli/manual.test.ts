// The manual pages and the completions say what the commands say: nothing of a command is missing in its page, real man reads
// the pages without a complaint, and real shells complete from the files.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { before, test } from 'node:test';
import stringWidth from 'string-width';
import type { Command } from 'commander';
import { commandPages, type Page } from '../../src/cli/manual/command-page.ts';
import { bash, completed, fish, zsh } from '../../src/cli/manual/completion.ts';
import { configPage } from '../../src/cli/manual/config-page.ts';
import { plain } from '../../src/cli/manual/roff.ts';
import { processStreams } from '../../src/cli/output.ts';
import { commandTree } from '../../src/cli/program.ts';
import { temporaryDirectory } from '../support/temporary.ts';

let program: Command;
let pages: Page[];
before(async () => {
  const wide = Object.assign(new PassThrough(), { columns: 200 });
  program = await commandTree({ ...processStreams(), stdout: wide });
  pages = [...commandPages(program, '1.2.3'), configPage('1.2.3')];
});

const has = (name: string): string | false =>
  spawnSync('sh', ['-c', `command -v ${name}`]).status === 0 ? false : `needs ${name}`;

test('every command has a page, and every option of it stands there', () => {
  for (const command of program.commands.filter((one) => one.name() !== 'help')) {
    const page = pages.find(({ file }) => file === `mailkeep-${command.name()}.1`)?.text ?? '';
    const below = command.commands.filter((one) => one.name() !== 'help');
    for (const { long } of [...program.options, ...[command, ...below].flatMap((one) => one.options)])
      if (long !== '--version') assert.ok(page.includes(plain(long ?? '')), `${command.name()} ${long}`);
    for (const one of below) assert.ok(page.includes(plain(`mailkeep ${command.name()} ${one.name()}`)));
  }
});

test('npm puts every page in place: it wants each by its name', () => {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  const { man } = JSON.parse(text) as { readonly man: readonly string[] };
  assert.deepEqual(man, pages.map(({ file }) => `dist/man/${file}`).toSorted());
});

test('what the help tells below the options stands in the page too, and no line of a help is wider than 80 columns, nor in a wide window', () => {
  const page = pages.find(({ file }) => file === 'mailkeep-export.1')?.text ?? '';
  assert.match(page, /\.SH NOTES\n\.RS 4\n\.nf\neml {6}a folder of files/);
  assert.ok(page.includes(plain('Each message is proved by its hash')));
  for (const command of [program, ...program.commands, ...program.commands.flatMap((one) => one.commands)]) {
    let help = '';
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    for (const line of help.split('\n')) assert.ok(stringWidth(line) <= 80, line);
  }
});

test('in a window of 40 columns nothing of a help is cut: only a name may be longer, and stands alone', async () => {
  const narrow = Object.assign(new PassThrough(), { columns: 40 });
  const all = await commandTree({ ...processStreams(), stdout: narrow });
  for (const name of ['init', 'outbox', 'search']) {
    let help = '';
    const command = all.commands.find((one) => one.name() === name) ?? all;
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    const [options = ''] = help.slice(help.indexOf('\n')).split('Example');
    for (const line of options.split('\n'))
      assert.ok(stringWidth(line) <= 40 || /^ {2}\S+(, \S+)?( \S+)*$/.test(line), line);
    if (name !== 'search') assert.match(options, /^ {2}-h, --help\n {6}print this help$/m);
  }
});

test('every key of the configuration stands in the page of the file', () => {
  const text = pages.at(-1)?.text ?? '';
  for (const key of [
    'accounts[].receive.delete.maxPerRun',
    'accounts[].password.credential',
    'web.listen',
    'log.level',
  ])
    assert.ok(text.includes(`\\fB${plain(key)}\\fR`), key);
});

test('what roff would take for a command of its own is text', () => {
  assert.equal(plain(".TH -x 'a' \\n"), '\\&.TH \\-x \\(aqa\\(aq \\en');
});

test('man reads every page without a complaint', { skip: has('mandoc') }, (t) => {
  const folder = temporaryDirectory(t);
  for (const { file, text } of pages) {
    writeFileSync(join(folder, file), text);
    const { stdout, stderr } = spawnSync('mandoc', ['-Tlint', '-W', 'warning', join(folder, file)], {
      encoding: 'utf8',
    });
    const said = stdout.split('\n').filter((line) => line !== '' && !line.includes('missing date'));
    assert.deepEqual(said, [], stderr);
  }
});

/** Three ways to write a name, and two of what is none. */
const CONFIG = `# name: nobody
data: /tmp/name
accounts:
  - name: qq-work   # the first
    address: a@qq.com
  - { address: b@qq.com, name: "gmail.old" }
  - address: c@qq.com
    name: 163
    receive: { tlsName: qq.com }
`;

/** Writes it to where it is looked for below a home in \`folder\`, and a shorter one to \`other.yaml\`. */
function writeConfigs(folder: string): void {
  mkdirSync(join(folder, '.config/mailkeep'), { recursive: true });
  writeFileSync(join(folder, '.config/mailkeep/config.yaml'), CONFIG);
  writeFileSync(join(folder, 'other.yaml'), 'accounts: [{ name: other, address: d@qq.com }]\n');
}

test('bash completes commands, options and their values', (t) => {
  const folder = temporaryDirectory(t);
  const file = join(folder, 'mailkeep');
  writeFileSync(file, bash(completed(program)));
  writeConfigs(folder);
  const complete = (...words: readonly string[]): string[] => {
    const script = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _mailkeep; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr, status } = spawnSync('bash', ['-c', script, file, 'mailkeep', ...words], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: folder },
    });
    assert.equal(status, 0, stderr);
    assert.equal(stderr, '');
    return stdout.split('\n').filter((word) => word !== '');
  };
  assert.deepEqual(complete('sea'), ['search']);
  assert.deepEqual(complete('search', '--so'), ['--sort']);
  assert.deepEqual(complete('search', '--sort', 'r'), ['relevance']);
  assert.deepEqual(complete('--config', 'x.yaml', 'search', '--sort', 'd'), ['date']);
  assert.deepEqual(complete('outbox', 'li'), ['list']);
  assert.deepEqual(complete('sync', 'g'), ['gmail.old']);
  assert.deepEqual(
    complete('verify', '--server', '').filter((word) => !word.startsWith('-')),
    ['qq-work', 'gmail.old', '163'],
  );
  assert.deepEqual(complete('send', '--account', 'q'), ['qq-work']);
  assert.deepEqual(complete('restore', 'x', '--to', '1'), ['163']);
  assert.deepEqual(complete('--config', join(folder, 'other.yaml'), 'folders', 'o'), ['other']);
  assert.deepEqual(complete('search', 'q'), []);
});

test('fish completes commands, options and their values', { skip: has('fish') }, (t) => {
  const folder = temporaryDirectory(t);
  const file = join(folder, 'mailkeep.fish');
  writeFileSync(file, fish(completed(program)));
  writeConfigs(folder);
  const complete = (line: string): string[] => {
    const { stdout, stderr } = spawnSync('fish', ['-c', `source ${file}; complete -C '${line}'`], {
      encoding: 'utf8',
      env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: join(folder, '.config'), XDG_DATA_HOME: folder },
    });
    assert.equal(stderr, '');
    return stdout
      .split('\n')
      .filter((word) => word !== '')
      .map((word) => word.split('\t')[0] ?? '');
  };
  assert.deepEqual(complete('mailkeep sea'), ['search']);
  assert.deepEqual(complete('mailkeep search --so'), ['--sort']);
  assert.deepEqual(complete('mailkeep search --sort r'), ['relevance']);
  assert.deepEqual(complete('mailkeep outbox li'), ['list']);
  assert.deepEqual(complete('mailkeep sync g'), ['gmail.old']);
  assert.deepEqual(complete('mailkeep send --account q'), ['qq-work']);
  assert.deepEqual(complete('mailkeep restore x --to 1'), ['163']);
  assert.deepEqual(complete(`mailkeep --config ${folder}/other.yaml folders o`), ['other']);
});

test('zsh completes commands, options and their values', { skip: has('zsh') }, (t) => {
  const folder = temporaryDirectory(t);
  mkdirSync(join(folder, 'functions'));
  writeFileSync(join(folder, 'functions', '_mailkeep'), zsh(completed(program)));
  writeConfigs(folder);
  // A shell in a pseudo-terminal of zsh's own, in which the completion's matches are listed.
  const script = String.raw`
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1=; PROMPT2=; fpath=($0/functions \$fpath); autoload -Uz compinit; compinit -u -d $0/dump"
zpty -w shell "zstyle ':completion:*' list-grouped false; LISTMAX=0; bindkey '^I' complete-word; echo rea''dy"
# The line editor has the terminal once it asks for bracketed pastes: control keys that come before are the terminal's own.
zpty -r shell line '*ready*2004h*'
zpty -w -n shell $'mailkeep '"$1"$'\t\C-a echo \C-e\n'
zpty -w shell "echo do''ne"
zpty -r shell line '*done*'
print -r -- $line
zpty -d shell`;
  const complete = (line: string): string => {
    const { stdout, stderr } = spawnSync('zsh', ['-f', '-c', script, folder, line], {
      encoding: 'utf8',
      env: { ...process.env, HOME: folder, TERM: 'dumb' },
      timeout: 180_000,
    });
    assert.equal(stderr, '');
    return stdout;
  };
  assert.match(complete('sea'), /^mailkeep search/m);
  assert.match(complete('search --so'), /^mailkeep search --sort/m);
  assert.match(complete('search --sort r'), /^mailkeep search --sort relevance/m);
  assert.match(complete('outbox li'), /^mailkeep outbox list/m);
  assert.match(complete('sync g'), /^mailkeep sync gmail\.old/m);
  assert.match(complete('send --account q'), /^mailkeep send --account qq-work/m);
  assert.match(complete('restore x --to 1'), /^mailkeep restore x --to 163/m);
  assert.match(complete('--config ~/other.yaml folders o'), /folders other/m);
});
