// The frame of the command line: help, wrong usage, and how a failure is told.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import test from 'node:test';
import { CommandFrame, exitCodeOf } from '../../src/cli/output.ts';
import { MailError } from '../../src/model/error.ts';
import type { MailErrorKind } from '../../src/model/error.ts';
import { mailkeep } from '../support/run.ts';
import { temporaryDirectory } from '../support/temporary.ts';

test('wrong usage exits 2 and points to the help that cures it', async (t) => {
  const home = temporaryDirectory(t);
  const table: [string[], RegExp, string][] = [
    [['inti'], /unknown command 'inti' \(Did you mean init\?\)/, 'mailkeep --help'],
    [
      ['init', '--adress', 'x'],
      /unknown option '--adress' \(Did you mean --address\?\)/,
      'mailkeep init --help',
    ],
    [['init', '--protocol', 'imap4'], /Allowed choices are imap, pop3/, 'mailkeep init --help'],
    [['init', '--imap-port', '0'], /must be 1 to 65535/, 'mailkeep init --help'],
    [['init', '--address'], /argument missing/, 'mailkeep init --help'],
    [['help', 'inti'], /unknown command 'inti' \(Did you mean init\?\)/, 'mailkeep --help'],
    [['--no-such'], /unknown option/, 'mailkeep --help'],
    [['search', '-draft'], /unknown option '-draft'/, "mailkeep search --limit 5 -- '-draft'"],
  ];
  for (const [argv, wanted, help] of table) {
    const plain = await mailkeep(argv, { home });
    assert.deepEqual([plain.code, plain.out], [2, ''], argv.join(' '));
    assert.match(plain.err, /^mailkeep: [^\n]+\n {2}hint: (?:see|a query [^\n]+) `[^\n]+`\n$/);
    assert.match(plain.err, wanted);
    assert.ok(plain.err.includes(`\`${help}\``), plain.err);
    const json = await mailkeep([...argv.slice(0, 1), '--json', ...argv.slice(1)], { home });
    assert.deepEqual([json.code, json.err], [2, '']);
    const { ok, error } = JSON.parse(json.out) as { ok: boolean; error: Record<string, unknown> };
    assert.deepEqual([ok, error['kind'], error['retry']], [false, 'usage', 'never']);
    assert.deepEqual(Object.keys(error), ['kind', 'message', 'retry', 'hint']);
  }
});

test('no command at all shows the help, and is wrong usage', async (t) => {
  const { code, out, err } = await mailkeep([], { home: temporaryDirectory(t) });
  assert.deepEqual([code, out], [2, '']);
  assert.match(err, /^Usage: mailkeep/);
});

test('help and version are answers', async (t) => {
  const home = temporaryDirectory(t);
  for (const argv of [['--help'], ['help'], ['init', '--help'], ['help', 'init']]) {
    const { code, out, err } = await mailkeep(argv, { home });
    assert.deepEqual([code, err], [0, ''], argv.join(' '));
    assert.match(out, /--config <file>[^]*Example:\n {2}mailkeep init/);
  }
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  assert.equal((await mailkeep(['--version'], { home })).out, `${version}\n`);
});

test('every command has an example in its help', async (t) => {
  const home = temporaryDirectory(t);
  const { out } = await mailkeep(['--help'], { home });
  const commands = [...(/Commands:\n([^]*?)\n\n/.exec(out)?.[1] ?? '').matchAll(/^ {2}([a-z]+)/gm)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'help');
  assert.ok(commands.includes('init'));
  for (const name of commands)
    assert.match(
      (await mailkeep([name, '--help'], { home })).out,
      new RegExp(`Example:\n.*mailkeep ${name}`),
      name,
    );
});

test('each kind of failure has its exit code', () => {
  const table: Record<number, MailErrorKind[]> = {
    1: ['protocol', 'refused', 'message', 'storage', 'cancelled'],
    2: ['usage'],
    69: ['dns', 'connect', 'tls', 'timeout', 'closed'],
    75: ['busy', 'locked'],
    77: ['auth'],
    78: ['config'],
  };
  for (const [code, kinds] of Object.entries(table))
    for (const kind of kinds) assert.equal(exitCodeOf(kind), Number(code), kind);
});

test('a failure is one line and its cure; the first one gives the exit code', () => {
  const { frame, err } = framed();
  frame.fail(
    new MailError({ kind: 'auth', message: 'POP3 PASS refused by x', retry: 'never', hint: 'Try another.' }),
  );
  frame.fail(new MailError({ kind: 'dns', message: 'no address for y', retry: 'later' }));
  frame.fail(new TypeError('oops'));
  assert.equal(
    err(),
    'mailkeep: POP3 PASS refused by x\n  hint: Try another.\nmailkeep: no address for y\nmailkeep: internal error: oops\n',
  );
  assert.equal(frame.exitCode, 77);
});

test('--verbose tells where a failure was thrown, and what was below it', () => {
  const { frame, err } = framed();
  frame.configure({ verbose: true });
  frame.fail(
    new MailError({ kind: 'dns', message: 'no address', retry: 'later', cause: new Error('ENOTFOUND') }),
  );
  assert.match(err(), /^mailkeep: no address\n(.*\n)+caused by Error: ENOTFOUND\n/);
});

test('--quiet silences news, never answers and failures', () => {
  const { frame, out, err } = framed();
  frame.configure({ quiet: true });
  frame.say('news');
  frame.print('answer');
  frame.fail(new Error('bad'));
  assert.deepEqual([out(), err()], ['answer\n', 'mailkeep: internal error: bad\n']);
});

test('a reader that goes away ends nothing and is told nothing', async () => {
  const { frame, out, err } = framed(1);
  frame.print('one');
  await frame.write('two');
  assert.equal(await frame.write('three'), false);
  frame.print('four');
  assert.deepEqual([out(), err(), frame.exitCode], ['one\n', '', 0]);
});

test('the process itself survives `| head`, and gives the exit code', (t) => {
  const home = temporaryDirectory(t);
  const main = 'dist/src/main.js';
  const env = { HOME: home, PATH: process.env['PATH'] };
  const { status } = spawnSync(process.execPath, [main, 'init', '--no-such'], { env, stdio: 'pipe' });
  assert.equal(status, 2);
  const script = `"${process.execPath}" ${main} --help | true; exit \${PIPESTATUS[0]}`;
  execFileSync('bash', ['-c', script], { env, stdio: ['ignore', 'ignore', 'pipe'] });
});

function framed(limit?: number): { frame: CommandFrame; out: () => string; err: () => string } {
  const [stdout, out] = kept(limit);
  const [stderr, err] = kept();
  const frame = new CommandFrame({ stdin: process.stdin, stdout, stderr, around: { env: {}, home: '/' } });
  return { frame, out, err };
}

function kept(limit: number = Infinity): [Writable, () => string] {
  const written: string[] = [];
  const stream = new Writable({
    autoDestroy: false,
    write(chunk: Buffer, _, done): void {
      if (written.length >= limit) return done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      written.push(chunk.toString('utf8'));
      done();
    },
  });
  return [stream, () => written.join('')];
}

test('nothing that a failure repeats can steer a terminal', async (t) => {
  const home = temporaryDirectory(t);
  for (const argv of [['fo\x1b[31mo'], ['--config', '/none/\x1b]0;x\x07', 'status'], ['sync', '--\x9b2J']]) {
    const { err } = await mailkeep(argv, { home });
    assert.doesNotMatch(err, /[\x00-\x09\x0b-\x1f\x7f-\x9f]/, JSON.stringify(argv));
  }
});
