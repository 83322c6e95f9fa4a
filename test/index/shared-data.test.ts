// Real mail, where it is there: each message comes back whole, or partly with a reason; nothing crashes, nothing stalls.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Extractor } from '../../src/index/extract.ts';
import { idOf } from './document.ts';

const DATA = fileURLToPath(new URL('../../../../shared/data', import.meta.url));

for (const pack of ['devpack/mime', 'devpack/spamassassin-pddl', 'zh']) {
  const root = join(DATA, pack);
  const skip = existsSync(root) ? false : 'needs ../shared/data';
  test(`${pack}: every message is read, whole or partly with a reason`, { skip }, async (t) => {
    const jobs = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return { id: idOf(path), path: relative(root, path), size: statSync(path).size, date: null };
      });
    const extractor = new Extractor({ mailRoot: root });
    t.after(() => extractor.close());
    const documents = await extractor.extract(jobs);
    assert.deepEqual(
      documents.map(({ id }) => id),
      jobs.map(({ id }) => id),
    );
    const table = new Map<string, number>();
    for (const { state, reason, path } of documents) {
      assert.equal(state === 'full', reason === null, path);
      assert.doesNotMatch(reason ?? '', /could not be read|took too|ended/, path);
      table.set(reason ?? 'read whole', (table.get(reason ?? 'read whole') ?? 0) + 1);
    }
    for (const [reason, count] of table) t.diagnostic(`${count}: ${reason}`);
  });
}
