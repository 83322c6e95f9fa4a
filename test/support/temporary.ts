// A directory that lives as long as a test.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whatever can run something at its end: a test's context, or `{ after }` of node:test inside a suite. */
export interface Ending {
  after(what: () => void | Promise<void>): void;
}

/** Makes an empty directory (mode 0700) and removes it, with all that lies in it, when the test ends. Its absolute path. */
export function temporaryDirectory(test: Ending): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'mailkeep-test-')));
  test.after(() => rmSync(path, { recursive: true, force: true, maxRetries: 20 }));
  return path;
}
