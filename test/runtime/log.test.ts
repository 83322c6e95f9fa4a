// The log: one line an event in the form of its reader, and never the end of the program.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { it } from 'node:test';
import { LogFile } from '../../src/runtime/log-file.ts';
import { createLog, type LogOptions } from '../../src/runtime/log.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const MODULE = JSON.stringify(join(import.meta.dirname, '../../src/runtime/log.js'));

async function written(
  options: LogOptions,
  say: (log: ReturnType<typeof createLog>) => void,
  isTTY = false,
): Promise<string> {
  const to = Object.assign(new PassThrough(), { isTTY });
  const log = createLog({ ...options, to });
  say(log);
  await log.flush();
  return String(to.read() ?? '');
}

const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;

it('plain text is one line an event: time, level, message, fields', async () => {
  const text = await written({ level: 'info', format: 'auto' }, (log) => {
    log.error('it failed', { account: 'qq', stored: 3, hint: null, none: undefined, list: ['a', 1] });
    log.warn('a "word" and = here', { folder: '收件箱 1', empty: '', quoted: 'a"b', big: 10n ** 20n });
    log.info('why', { cause: new Error('no reason') });
    log.debug('not at this level');
  });
  assert.match(
    text,
    new RegExp(
      [
        `^${TIME} error it failed account=qq stored=3 list=\\["a",1\\]`,
        `${TIME} warn  a "word" and = here folder="收件箱 1" empty="" quoted="a\\\\"b" big="100000000000000000000"`,
        `${TIME} info  why cause=no reason\n$`,
      ].join('\n'),
    ),
  );
});

it('what a server said never makes a second line, nor moves a cursor', async () => {
  const evil = 'a\r\nINJECTED\x1b[2J\x07\x9b1m\u202e\u2028z\0';
  for (const format of ['text', 'json', 'auto'] as const) {
    const text = await written({ level: 'info', format }, (log) => {
      log.info(evil, { said: evil, [evil]: 1, nested: { deep: [evil] }, error: new Error(evil) });
    });
    assert.equal(text.indexOf('\n'), text.length - 1, format);
    assert.doesNotMatch(
      text.slice(0, -1),
      /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/,
    );
  }
});

it('JSON is a document a line, whose time, level and message no field replaces', async () => {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  const text = await written({ level: 'debug', format: 'json' }, (log) => {
    log.debug('said', { level: 'x', message: 'y', account: 'qq', none: null });
    log.info('circle', { circle });
  });
  const [first, second] = text
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  const { time, ...rest } = first as Record<string, unknown>;
  assert.match(String(time), new RegExp(TIME));
  assert.deepEqual(rest, { level: 'debug', message: 'said', account: 'qq', none: null });
  assert.match(String(second), /not to be written/);
});

it('a terminal gets colours, but not with NO_COLOR, nor in format text', async (test) => {
  const before = process.env['NO_COLOR'];
  test.after(() => {
    if (before === undefined) delete process.env['NO_COLOR'];
    else process.env['NO_COLOR'] = before;
  });
  delete process.env['NO_COLOR'];
  const say = (log: ReturnType<typeof createLog>): void => log.warn('careful', { a: 1 });
  assert.match(await written({ level: 'info', format: 'auto' }, say, true), /\x1b\[33mwarn \x1b\[0m careful/);
  assert.doesNotMatch(await written({ level: 'info', format: 'text' }, say, true), /\x1b/);
  process.env['NO_COLOR'] = '1';
  assert.doesNotMatch(await written({ level: 'info', format: 'auto' }, say, true), /\x1b/);
});

it('under systemd lines have priorities and no time, but only where stderr is the journal', (test) => {
  const file = join(temporaryDirectory(test), 'journal');
  const script = `import { createLog } from ${MODULE};
    const log = createLog({ level: 'debug', format: 'auto' });
    log.error('a'); log.warn('b'); log.info('c', { d: 1 }); log.debug('e'); await log.flush();`;
  const run = (own: boolean): string => {
    const stderr = openSync(file, 'w');
    const { dev, ino } = fstatSync(stderr);
    const env = { ...process.env, JOURNAL_STREAM: own ? `${dev}:${ino}` : `${dev}:1` };
    spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'ignore', stderr],
      env,
    });
    closeSync(stderr);
    return readFileSync(file, 'utf8');
  };
  assert.equal(run(true), '<3>a\n<4>b\n<6>c d=1\n<7>e\n');
  assert.match(run(false), new RegExp(`^${TIME} error a\n`));
});

it('a reader that goes away does not end the program', async () => {
  const script = `import { createLog } from ${MODULE};
    const log = createLog({ level: 'info', format: 'auto' });
    process.stdin.resume().on('end', async () => {
      for (let at = 0; at < 5000; at++) log.info('x'.repeat(100));
      await log.flush();
      log.info('and more');
      await new Promise((resolve) => setImmediate(resolve));
      process.exit(42);
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  child.stderr.destroy();
  child.stdin.end();
  assert.deepEqual(await once(child, 'exit'), [42, null]);
});

it('flush waits for a slow reader', async () => {
  const took: string[] = [];
  const to = new Writable({
    highWaterMark: 1,
    write: (chunk, _, done) => {
      setImmediate(() => {
        took.push(String(chunk));
        done();
      });
    },
  });
  const log = createLog({ level: 'info', format: 'text', to });
  for (let at = 0; at < 50; at++) log.info(`event ${at}`);
  await log.flush();
  assert.equal(took.filter((text) => text !== '').length, 50);
});

it('flush ends where the stream is gone', async () => {
  const to = new PassThrough();
  const log = createLog({ level: 'info', format: 'text', to });
  to.destroy(new Error('gone'));
  log.info('nobody hears this');
  await log.flush();
});

it('a file of its own gets all of it too, and begins anew where it was moved away', async (test) => {
  const path = join(temporaryDirectory(test), 'mailkeep.log');
  const file = new LogFile(path);
  const to = new PassThrough();
  const log = createLog({ level: 'info', format: 'text', to, file });
  log.info('first');
  assert.match(readFileSync(path, 'utf8'), / info {2}first\n$/, 'at once');
  renameSync(path, `${path}.1`);
  log.info('into the old one still');
  file.reopen();
  log.info('second');
  assert.match(readFileSync(`${path}.1`, 'utf8'), /first\n.*into the old one still\n$/s);
  assert.match(readFileSync(path, 'utf8'), /^\S+ info {2}second\n$/);
  assert.equal(statSync(path).mode & 0o007, 0);
  rmSync(path);
  mkdirSync(path);
  file.reopen();
  log.info('third');
  await log.flush();
  assert.equal(String(to.read()).split('\n').length, 5);
  assert.throws(() => new LogFile(path), { kind: 'storage' });
});

it('an error that nobody catches is the last line of the log, whole, and the end', async () => {
  for (const fault of [
    'setImmediate(() => { throw new Error("bo\\nom"); });',
    'Promise.reject(new Error("bo\\nom"));',
  ]) {
    const script = `import { createLog } from ${MODULE};
      import { lastWords } from ${JSON.stringify(join(import.meta.dirname, '../../src/runtime/last-words.js'))};
      const log = createLog({ level: 'info', format: 'auto' });
      lastWords(log);
      setInterval(() => {}, 1000);
      for (let at = 0; at < 3000; at++) log.info('x'.repeat(100));
      ${fault}`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    assert.deepEqual(await once(child, 'close'), [1, null]);
    const lines = said.trimEnd().split('\n');
    assert.equal(lines.length, 3001);
    assert.match(lines.at(-1) ?? '', /error internal error: bo om stack="Error: bo om .*" hint="/);
  }
});
