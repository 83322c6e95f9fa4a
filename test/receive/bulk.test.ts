// One message that is larger than all that may be held at once.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { HastyClock } from '../support/hasty-clock.ts';
import { openTestHouse } from '../support/house.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import { accountOf, imap, rowsOf } from './scripted-imap.ts';

const MB = 2 ** 20;
const HEAD = Buffer.from('Subject: a film\r\n\r\n');
const PIECE = Buffer.alloc(MB, `${'x'.repeat(62)}\r\n`);
const PIECES = 150;

test('a message of 150 MB passes in pieces, and is stored byte for byte', async (t) => {
  const hash = createHash('sha256').update(HEAD);
  const held = (): number => process.memoryUsage().arrayBuffers;
  const before = held();
  let most = 0;
  const server = await startScriptedServer(t, (peer) =>
    imap(peer, {
      examine: () => '* 1 EXISTS\r\n* OK [UIDVALIDITY 5]\r\n',
      list: () => rowsOf([1]),
      bodies: async () => {
        await peer.send(`* 1 FETCH (UID 1 BODY[] {${HEAD.length + PIECES * MB}}\r\n${HEAD.toString()}`);
        for (let n = 0; n < PIECES; n++) {
          await peer.send(PIECE);
          hash.update(PIECE);
          most = Math.max(most, held() - before);
        }
        return ')\r\n';
      },
    }),
  );
  const house = await openTestHouse(t, new HastyClock());
  const report = await house.poll(accountOf(server));
  assert.deepEqual([report.ok, report.stored], [true, 1], report.error?.message ?? '');
  const [path = ''] = await house.files();
  assert.ok(path.includes(hash.digest('hex')));
  assert.equal(statSync(join(house.data, 'mail', path)).size, HEAD.length + PIECES * MB);
  assert.ok(most < 64 * MB, `${Math.round(most / MB)} MB were held`);
});
