// Prints recall and precision of Chinese queries by their length: over texts of our own, and over real mail where it is there.
// Usage: npm run recall [-- QUERIES]; 200 queries of each length where it is left out.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { madeZh, realZh, recall, recallLines } from '../search/recall.ts';

const queries = Number(process.argv[2] ?? 200);
const corpora = [
  ['texts of our own', madeZh(2000)],
  ['real mail (../shared/data/zh/cdsce)', await realZh()],
] as const;
for (const [name, mail] of corpora) {
  if (mail === null) {
    console.log(`${name}: not here`);
    continue;
  }
  const data = mkdtempSync(join(tmpdir(), 'recall-'));
  console.log(`${name}: ${mail.texts.length} messages`);
  for (const line of recallLines(recall(data, mail, queries))) console.log(line);
  rmSync(data, { recursive: true });
}
