// Prints recall and precision of Chinese queries by their length: over texts of our own, and over real mail where it is there.
// Usage: npm run recall [-- QUERIES]; 200 queries of each length where it is left out.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { madeTexts, realTexts, recall, recallLines } from '../search/recall.ts';

const queries = Number(process.argv[2] ?? 200);
const corpora = [
  ['texts of our own', madeTexts(2000)],
  ['real mail (../shared/data/zh/cdsce)', realTexts()],
] as const;
for (const [name, texts] of corpora) {
  if (texts === null) {
    console.log(`${name}: not here`);
    continue;
  }
  const data = mkdtempSync(join(tmpdir(), 'recall-'));
  console.log(`${name}: ${texts.length} messages`);
  for (const line of recallLines(recall(data, texts, queries))) console.log(line);
  rmSync(data, { recursive: true });
}
