// Recall over real Chinese mail: runs of 1 to 6 characters, as they stand in the messages, must find every message that
// holds them.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { commit } from '../../src/index/commit.ts';
import { closeIndex, openIndex } from '../../src/index/database.ts';
import { fold, tokens } from '../../src/index/text.ts';
import { search } from '../../src/search/search.ts';
import { documentOf } from '../index/document.ts';
import { chance } from '../support/random.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const MAIL = fileURLToPath(new URL('../../../../shared/data/zh/cdsce', import.meta.url));
const skip = existsSync(MAIL) ? false : 'needs ../shared/data';

test('every run of Chinese characters finds every message that holds it', { skip }, (t) => {
  const decoder = new TextDecoder('gb18030');
  const bodies = readdirSync(MAIL).map((name) => bodyOf(decoder.decode(readFileSync(join(MAIL, name)))));
  const texts = [...new Set(bodies)];
  const db = openIndex(temporaryDirectory(t), 'write');
  t.after(() => closeIndex(db));
  const empty = { subject: '', sender: '', recipients: '', cc: '', bcc: '', files: '' };
  const documents = texts.map((text) =>
    documentOf(text, { body: deflateRawSync(text), fts: { ...empty, body: tokens(text) } }),
  );
  commit(db, { account: 'zh', entries: [], documents, offset: 0 });

  const folded = texts.map(fold);
  const by = chance(1);
  for (const length of [1, 2, 3, 4, 6]) {
    let [wanted, found, right] = [0, 0, 0];
    for (let round = 0; round < 40; round += 1) {
      const needle = pick(folded, length, by);
      const truth = new Set(documents.filter((_, i) => folded[i]?.includes(needle)).map(({ id }) => id));
      const { hits, total } = search(db, needle, { now: 0, limit: 2000 });
      assert.equal(total, hits.length);
      assert.ok(
        hits.every(({ marks }) => marks.snippet.length > 0),
        'every hit shows why',
      );
      wanted += truth.size;
      found += hits.length;
      right += hits.filter(({ id }) => truth.has(id)).length;
    }
    const share = (part: number, whole: number): string => (part / whole).toFixed(3);
    t.diagnostic(
      `${length} characters, ${texts.length} messages, 40 queries: recall ${share(right, wanted)}, precision ${share(right, found)}`,
    );
    assert.equal(right, wanted, `${length} characters`);
  }
});

function bodyOf(raw: string): string {
  return raw.slice(Math.max(0, raw.search(/\r?\n\r?\n/)));
}

/** A run of Han characters out of a text by chance. */
function pick(texts: readonly string[], length: number, by: ReturnType<typeof chance>): string {
  for (;;) {
    const runs = by.of(texts).match(new RegExp(`\\p{sc=Han}{${length},}`, 'gu')) ?? [];
    if (runs.length === 0) continue;
    const run = by.of(runs);
    const at = by.upTo(run.length - length + 1);
    return run.slice(at, at + length);
  }
}
