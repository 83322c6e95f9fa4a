// Secrets from every place, and what is said when one cannot be had.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { secretFrom } from '../../src/config/secrets.ts';
import type { RawSecret } from '../../src/config/raw.ts';
import { MailError } from '../../src/model/error.ts';
import { temporaryDirectory } from '../support/temporary.ts';

test('a secret that cannot be had names its place and a cure, never the secret', async (t) => {
  const base = temporaryDirectory(t);
  writeFileSync(join(base, 'empty'), '\n');
  writeFileSync(join(base, 'two'), 'geheim\ngeheim2\n');
  const node = process.execPath;
  const table: [RawSecret, RegExp][] = [
    [{ env: 'QQ_CODE' }, /^no secret for account "a": the environment variable QQ_CODE is not set$/],
    [{ env: 'NOTHING' }, /the environment variable NOTHING is empty/],
    [{ file: 'absent' }, /absent cannot be read/],
    [{ file: 'empty' }, /the file empty is empty/],
    [{ file: 'two' }, /the file two holds more than one line/],
    [{ credential: 'qq' }, /systemd gave no credentials, so qq cannot be read/],
    [{ command: ['/no/such/program', 'geheim'] }, /: \/no\/such\/program was not found$/],
    [{ command: [node, '-e', 'console.error("locked, geheim-not");process.exit(3)', 'geheim2'] }, /failed \(3\): locked/],
    [{ command: [node, '-e', ''] }, /printed is empty/],
  ]; // prettier-ignore
  for (const [source, wanted] of table) {
    const secret = secretFrom(source, 'account "a"', base, { env: { NOTHING: '' }, home: '/' });
    await assert.rejects(secret, (error: unknown) => {
      assert.ok(error instanceof MailError);
      assert.match(error.message, wanted);
      assert.equal(error.kind, 'config');
      assert.doesNotMatch(error.message, /geheim2/);
      assert.ok((error.hint ?? '').length > 20, 'a hint is there');
      return true;
    });
  }
});

test('a secret is read from every place, without the line end that closes it', async (t) => {
  const base = temporaryDirectory(t);
  mkdirSync(join(base, 'credentials'));
  writeFileSync(join(base, 'credentials/qq'), 'from systemd');
  writeFileSync(join(base, 'secret'), ' from a file \r\n');
  const env = { CODE: 'from env\n', CREDENTIALS_DIRECTORY: join(base, 'credentials') };
  const table: [RawSecret, string][] = [
    ['literal', 'literal'],
    [{ env: 'CODE' }, 'from env'],
    [{ file: 'secret' }, ' from a file '],
    [{ file: '~/secret' }, ' from a file '],
    [{ credential: 'qq' }, 'from systemd'],
    [{ command: [process.execPath, '-e', 'console.log(process.argv[1])', '$HOME 密码'] }, '$HOME 密码'],
  ];
  for (const [source, wanted] of table)
    assert.equal(await secretFrom(source, 'account "a"', base, { env, home: base })(), wanted);
});

test('a secret is read anew each time it is needed', async () => {
  const env: Record<string, string> = { CODE: 'old' };
  const secret = secretFrom({ env: 'CODE' }, 'account "a"', '/', { env, home: '/' });
  assert.equal(await secret(), 'old');
  env['CODE'] = 'new';
  assert.equal(await secret(), 'new');
});
