// An archive outlives its accounts: with none it takes mail in, finds it and proves it; what needs one says how to come by it.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { until } from '../support/command-line.ts';
import { install } from '../support/installation.ts';
import { mailkeep } from '../support/run.ts';
import { visitor } from '../web/visitor.ts';

test('an archive without an account imports, finds, shows and verifies; a sync names the cure', async (t) => {
  const house = install(t, []);
  const letter = join(house.directory, 'old.eml');
  writeFileSync(letter, 'Message-ID: <1@mail.test>\r\nSubject: 旧信\r\n\r\nkept\r\n');
  assert.equal((await house.json('import', letter)).code, 0);
  const { answer } = await house.json('search', '旧信');
  assert.equal(answer.total, 1);
  for (const command of ['verify', 'status', 'check'])
    assert.equal((await house.json(command)).code, 0, command);
  for (const command of [['sync'], ['retry'], ['verify', '--server']]) {
    const { code, answer: refused } = await house.json(...command);
    assert.equal(code, 78, command.join(' '));
    assert.equal(refused.error?.message, 'the configuration names no account');
    assert.match(refused.error?.hint ?? '', /mailkeep init/);
  }
  const alone = house.line.start('web', '--listen', '127.0.0.1:0');
  await until(() => alone.printed().includes('\n'), alone.said);
  const page = await (await visitor(alone.printed().trim()).get('/status')).text();
  assert.match(page, /\n1 message is kept\.\n/);
  assert.doesNotMatch(page, /id="accounts"/);
  const zh = await mailkeep(['sync', '--config', house.config], {
    home: house.directory,
    env: { LANG: 'zh_CN.UTF-8' },
  });
  assert.match(zh.err, /^mailkeep: 配置中没有账户\n {2}办法：运行 `mailkeep init`/);
  const named = await house.json('sync', 'qq');
  assert.match(named.answer.error?.hint ?? '', /mailkeep init/);
});

test('init puts the first account into a list that was empty, as lines of its own', async (t) => {
  const house = install(t, []);
  writeFileSync(house.config, `# mine\ndata: ${house.data}\naccounts: []\n`);
  const { code, stderr } = await house.line.run(
    'init', '--address', 'me@qq.com', '--password-env', 'CODE', '--no-test', '--yes',
  ); // prettier-ignore
  assert.equal(code, 0, stderr);
  const text = readFileSync(house.config, 'utf8');
  assert.match(text, /^# mine\ndata: .*\naccounts:\n {2}- name: qq\n/);
  assert.equal(parse(text).accounts.length, 1);
});
