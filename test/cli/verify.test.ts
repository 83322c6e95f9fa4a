// `mailkeep verify`, as a person sees an archive that is not whole.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { mailkeep } from '../support/run.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { writeConfig } from './archive-home.ts';

test('a stray file is named, and its name steers no terminal', async (t) => {
  const home = temporaryDirectory(t);
  const mail = join(writeConfig(home), 'mail/2024');
  mkdirSync(mail, { recursive: true });
  writeFileSync(join(mail, 'a\x1b[31m.eml'), 'x');
  const { out } = await mailkeep(['verify'], { home });
  assert.match(out, /in no journal: .*\/mail\/2024\/a \[31m\.eml\n/);
});

for (const name of ['its own name', 'another name'])
  test(`a message in no journal under ${name}: the cure is named, in both languages, and works`, async (t) => {
    const home = temporaryDirectory(t);
    const mail = join(writeConfig(home), 'mail/2024/05');
    mkdirSync(mail, { recursive: true });
    const letter =
      'From: a@x.test\r\nDate: Wed, 01 May 2024 10:00:00 +0000\r\nSubject: stray\r\n\r\nbody\r\n';
    const id = createHash('sha256').update(letter).digest('hex');
    const path = join(mail, name === 'its own name' ? `${id}.eml` : 'letter.eml');
    writeFileSync(path, letter);
    const before = await mailkeep(['verify'], { home });
    assert.deepEqual([before.code, before.out.includes(`in no journal: ${path}\n`)], [1, true]);
    assert.match(
      before.err,
      /hint: What is in no journal: move it out of the data folder; if it is mail, `mailkeep import FILE`/,
    );
    const chinese = await mailkeep(['verify'], { home, env: { LANG: 'zh_CN.UTF-8' } });
    assert.match(
      chinese.err,
      /办法：没有日志记载的文件：请移出数据文件夹；如果是邮件，再用 `mailkeep import FILE` 收入归档/,
    );
    const away = join(home, 'letter.eml');
    renameSync(path, away);
    const taken = await mailkeep(['import', away], { home });
    assert.equal(taken.code, 0, taken.err);
    const after = await mailkeep(['verify'], { home });
    assert.deepEqual([after.code, after.err], [0, ''], after.out);
    assert.match((await mailkeep(['search', 'subject:stray'], { home })).out, /stray/);
  });

test('a damaged message is named, and what cures it', async (t) => {
  const home = temporaryDirectory(t);
  const mail = join(writeConfig(home), 'mail/2024/05');
  mkdirSync(mail, { recursive: true });
  const id = 'ab'.repeat(32);
  writeFileSync(join(mail, `${id}.eml`), 'not what its name says');
  const { code, out, err } = await mailkeep(['verify'], { home });
  assert.equal(code, 1);
  assert.match(out, new RegExp(`damaged: ${id}\n`));
  assert.match(err, /hint: .*copy of the data folder/);
});

test('before anything is stored, reindex says so', async (t) => {
  const home = temporaryDirectory(t);
  const { code, err } = await mailkeep(['reindex'], { home: homeWithoutData(home) });
  assert.equal(code, 1);
  assert.match(err, /nothing is stored yet: .*\n {2}hint: .*mailkeep sync/);
});

function homeWithoutData(home: string): string {
  writeConfig(home);
  const path = join(home, '.config/mailkeep/config.yaml');
  writeFileSync(
    path,
    `data: ${join(home, 'none')}\naccounts:\n  - name: qq\n    address: me@qq.com\n    password: { env: X }\n    receive: {}\n`,
    { mode: 0o600 },
  );
  return home;
}

test('with --server and no account that receives, nothing is proved, and that is said', async (t) => {
  const home = temporaryDirectory(t);
  const data = writeConfig(home);
  const config = join(home, '.config/mailkeep/config.yaml');
  const text = `data: ${data}\naccounts:\n  - name: out\n    address: me@x.test\n    password: { env: PASSWORD }
    send: { host: 127.0.0.1, port: 1025, tls: none }\n`;
  writeFileSync(config, text);
  const { code, out, err } = await mailkeep(['verify', '--server'], { home });
  assert.deepEqual([code, out], [78, '']);
  assert.match(err, /none of these accounts has a receive: section/);
});
