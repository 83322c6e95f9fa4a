// All that hostile HTML tries, as the browser tests put it to work.
import { existsSync, readFileSync } from 'node:fs';
import { vectors } from './vectors.ts';

const DOMPURIFY = '../shared/data/devpack/html/dompurify/expect.json';

/** Our own, and another sanitiser's where they are at hand. */
export const ATTEMPTS: readonly string[] = [
  ...vectors().map(({ html }) => html),
  ...(existsSync(DOMPURIFY)
    ? (JSON.parse(readFileSync(DOMPURIFY, 'utf8')) as { payload: string }[]).map(({ payload }) => payload)
    : []),
];
