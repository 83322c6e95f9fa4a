// The watch of the drop folder is a wake-up and nothing more; what it could have missed, it wakes for.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { watch } from '../../src/outbox/watch.ts';
import { until } from '../support/command-line.ts';
import { temporaryDirectory } from '../support/temporary.ts';

test('a letter that came between the first look and the watch is woken for', async (t) => {
  const folder = temporaryDirectory(t);
  writeFileSync(join(folder, 'early.eml'), 'x');
  let woken = 0;
  const watching = watch(
    [folder],
    () => woken++,
    () => undefined,
  );
  t.after(() => watching.close());
  await until(() => woken > 0, 'it wakes', 5000);
});

test('each later letter is woken for, in the folders of accounts too', async (t) => {
  const folder = temporaryDirectory(t);
  mkdirSync(join(folder, 'qq'));
  let woken = 0;
  const watching = watch(
    [folder, join(folder, 'qq')],
    () => woken++,
    () => undefined,
  );
  t.after(() => watching.close());
  await until(() => woken > 0, 'it is ready', 5000);
  for (const name of ['one.eml', 'qq/two.eml']) {
    const before = woken;
    writeFileSync(join(folder, name), 'x');
    await until(() => woken > before, `it wakes for ${name}`, 5000);
  }
});
