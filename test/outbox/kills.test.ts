// A sender under load that is killed at random moments: each message is sent once, or its doubt is flagged; none is sent twice,
// none is lost. `npm run kills -- 2000 200` does the same for longer, and against Postfix.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../support/temporary.ts';
import { countingProvider } from './kill-servers.ts';
import { runKills } from './kills.ts';

test('60 messages and 6 kills: each is sent once, or flagged; none twice, none lost', async (t) => {
  const server = await countingProvider(t);
  const home = temporaryDirectory(t);
  const folders = { data: join(home, 'data'), drop: join(home, 'drop') };
  for (const folder of Object.values(folders)) mkdirSync(folder);
  const tally = await runKills(folders, server, 60, 6, (below) => Math.floor(Math.random() * below));
  assert.deepEqual([tally.twice, tally.lost, tally.untold], [0, 0, 0]);
  assert.equal(tally.once + tally.uncertain, 60);
});
