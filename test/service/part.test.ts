// What hangs on one key of the configuration is started anew only where that key changed, and holds up nothing else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig, type Config } from '../../src/config/load.ts';
import { changesBetween, takenOver } from '../../src/service/changes.ts';
import { Part } from '../../src/service/part.ts';

const ACCOUNTS = 'accounts:\n  - { name: a, address: a@qq.com, password: { env: A }, receive: {} }\n';

function config(text: string): Config {
  return parseConfig(text, '/etc/mailkeep/config.yaml', false, { env: {}, home: '/home/me' });
}

test('a part runs as long as its key stays the same, and ends with it', async () => {
  const told: string[] = [];
  let serial = 0;
  const part = new Part({
    key: 'metrics',
    log: { error: (text) => void told.push(text) },
    start: async ({ metrics }) => {
      const name = `${++serial}:${metrics?.listen.port}`;
      if (metrics?.listen.port === 1) throw new Error('port 1 is taken');
      told.push(`begin ${name}`);
      return () => void told.push(`end ${name}`);
    },
  });
  const at = (port: number, more: string = ''): Config =>
    config(`${ACCOUNTS}metrics: { listen: "127.0.0.1:${port}" }\n${more}`);
  await part.adopt(at(7));
  await part.adopt(at(7, 'alerts: { staleAfter: 1h }\n'));
  await part.adopt(at(8));
  await part.adopt(at(1));
  await part.adopt(at(1));
  await part.adopt(at(8));
  await part.stop();
  await part.stop();
  assert.deepEqual(told, [
    'begin 1:7',
    'end 1:7',
    'begin 2:8',
    'end 2:8',
    'metrics: port 1 is taken',
    'metrics: port 1 is taken',
    'begin 5:8',
    'end 5:8',
  ]);
});

test('a part hangs on the contents of a file as well, and goes on while that cannot be read', async () => {
  const told: string[] = [];
  let contents: string | undefined = 'one';
  const part = new Part({
    key: 'web',
    log: { error: (text) => void told.push(text) },
    also: () =>
      contents === undefined ? Promise.reject(new Error('no such file')) : Promise.resolve(contents),
    start: async () => {
      const begun = contents;
      told.push(`begin ${begun}`);
      return () => void told.push(`end ${begun}`);
    },
  });
  const same = config(`${ACCOUNTS}web: { listen: "127.0.0.1:1" }\n`);
  for (contents of ['one', 'one', 'two', undefined, 'two', 'one']) await part.adopt(same);
  await part.stop();
  assert.deepEqual(told, [
    'begin one',
    'end one',
    'begin two',
    'web: no such file',
    'end two',
    'begin one',
    'end one',
  ]);
});

test('accounts are compared by what the file says of them, secrets and order included', () => {
  const b = '  - { name: b, address: b@qq.com, password: { env: B }, receive: {} }\n';
  const before = config(ACCOUNTS + b);
  const rows: [string, string[], string[], string[]][] = [
    [ACCOUNTS + b, [], [], []],
    [
      `# a word\n${ACCOUNTS}${b.replace('{ name: b, address: b@qq.com', '{ address: b@qq.com, name: b')}`,
      [],
      [],
      [],
    ],
    [ACCOUNTS + b.replace('env: B', 'env: C'), [], ['b'], []],
    [ACCOUNTS + b.replace('receive: {}', 'receive: { push: false }'), [], ['b'], []],
    [ACCOUNTS, [], [], ['b']],
    [ACCOUNTS + b.replaceAll('b', 'c'), ['c'], [], ['b']],
  ];
  for (const [text, added, changed, removed] of rows)
    assert.deepEqual(changesBetween(before, config(text)), { added, changed, removed, restart: [] }, text);
});

test('what needs a restart stays as it was, and is named again at the next reading', () => {
  const before = config(`${ACCOUNTS}data: /a\n`);
  const now = config(`${ACCOUNTS}data: /b\nlog: { level: debug }\nweb: { listen: "127.0.0.1:1" }\n`);
  assert.deepEqual(changesBetween(before, now).restart, ['data', 'log']);
  const taken = takenOver(before, now);
  assert.deepEqual([taken.data, taken.log.level, taken.web?.listen.port], ['/a', 'info', 1]);
  assert.equal(taken.accounts[0], before.accounts[0], 'the same object: it goes on');
  assert.deepEqual(changesBetween(taken, now).restart, ['data', 'log']);
  assert.deepEqual(changesBetween(taken, before).restart, []);
});
