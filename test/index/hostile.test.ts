// Messages that were made to hurt: each comes back whole, or partly with a reason, in bounded time and memory, and the message
// after it is read as ever.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';
import { after, before, suite, test } from 'node:test';
import { told as inChinese } from '../../src/chinese/told.ts';
import { bombs, type Bomb } from './bombs.ts';
import type { ExtractJob } from '../../src/index/document.ts';
import type { Told } from './extract-child.ts';
import { mailRoot } from './mail-root.ts';

/** Octets that the whole process may take, sockets, database and page aside. */
const MEMORY = 300 * 2 ** 20;

suite('messages that were made to hurt', async () => {
  const root = mailRoot({ after });
  const innocent = root.stored('Subject: innocent\r\n\r\nI did nothing');
  const all: { readonly bomb: Omit<Bomb, 'raw'>; readonly job: ExtractJob }[] = [];
  for await (const { raw, ...bomb } of bombs()) all.push({ bomb, job: root.stored(raw) });
  let told: Told = { documents: [], peak: Number.POSITIVE_INFINITY };

  before(async () => {
    const path = fileURLToPath(new URL('./extract-child.js', import.meta.url));
    const child = spawn(process.execPath, [path, root.path], { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.end(JSON.stringify(all.flatMap(({ job }) => [job, innocent])));
    const [out] = await Promise.all([text(child.stdout), once(child, 'close')]);
    told = JSON.parse(out) as Told;
  });

  for (const [at, { bomb }] of all.entries()) {
    test(`${bomb.what.slice(0, 100)}: it ends, and the next message is read`, () => {
      const [document, next] = told.documents.slice(at * 2);
      assert.equal(document?.state, bomb.ends === 'full' ? 'full' : document?.state, document?.reason ?? '');
      if (bomb.ends !== 'full') assert.match(document?.reason ?? 'full', bomb.ends);
      // A person with a Chinese page reads why in Chinese.
      assert.doesNotMatch(inChinese(document?.reason ?? '', 'zh'), /[a-z]{2,} [a-z]{2,}/);
      assert.deepEqual([next?.state, next?.reason], ['full', null]);
    });
  }

  test('all of them together take less memory than a service may', (t) => {
    t.diagnostic(`${Math.round(told.peak / 2 ** 20)} MB at the worst moment`);
    assert.equal(told.peak < MEMORY, true, `${told.peak}`);
  });
});
