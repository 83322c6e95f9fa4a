// What a configuration asks for that is not safe is said aloud at each start.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '../../src/config/load.ts';
import { notices } from '../../src/config/notices.ts';
import { temporaryDirectory } from '../support/temporary.ts';

test('a login in clear to another machine is told, and one to this machine is not', async (t) => {
  const home = temporaryDirectory(t);
  mkdirSync(join(home, 'data'));
  const account = (name: string, host: string, more: string): string =>
    `  - name: ${name}\n    address: ${name}@mail.test\n    password: { env: P }\n    send: { host: ${host}, port: 25, tls: none${more} }\n`;
  const path = join(home, 'config.yaml');
  writeFileSync(
    path,
    `data: ${join(home, 'data')}\nweb: { listen: 127.0.0.1:0 }\naccounts:\n${account('far', 'mx.lan', ', insecure: true')}${account('near', '127.0.0.1', '')}`,
  );
  const told = notices(await loadConfig(path, { env: {}, home }));
  assert.deepEqual(
    told.map(({ en, zh }) => [en.slice(0, 4), zh.slice(0, 4)]),
    [['far:', 'far：']],
  );
});
