// The service looks at its own parts, and says which of them is not well: with the real parts, each really broken.
import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { until } from '../support/command-line.ts';
import { install } from '../support/installation.ts';

const SENDER = {
  name: 'wang',
  address: 'wang@mail.test',
  password: 'secret',
  send: { host: '127.0.0.1', port: 1, tls: 'none', saveSent: 'never' },
};

/** A disk that gives back something else than was written: in place, below whoever has the file open. */
function spoil(path: string): void {
  const db = new Database(path);
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
  writeFileSync(path, Buffer.alloc(statSync(path).size, 'x'), { flag: 'r+' });
  // Whoever has read it since reads it anew: its common memory says no more that nothing has changed.
  writeFileSync(`${path}-shm`, Buffer.alloc(96), { flag: 'r+' });
}

for (const [file, name] of [
  ['outbox.db', 'the outbox'],
  ['index.db', 'the index'],
] as const)
  test(`${name} cannot be read any more, and the service is not well`, async (t) => {
    const house = install(t, [SENDER]);
    const service = house.line.start('daemon');
    await until(() => service.said().includes('mailkeep is running'), service.said);
    spoil(join(house.data, file));
    await until(() => service.said().includes('the service is not well'), service.said);
    assert.match(
      service.said(),
      new RegExp(`not well: (the .*; )?${name} fails: .*(not a database|malformed)`),
    );
    await service.stop();
  });
