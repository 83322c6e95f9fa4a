// `mailkeep verify`, as a person sees an archive that is not whole.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
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
