// The watch of the drop folder is a wake-up and nothing more; what it could have missed, it wakes for.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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
  await until(() => woken > 0, 'it wakes');
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
  await until(() => woken > 0, 'it is ready');
  for (const name of ['one.eml', 'qq/two.eml']) {
    const before = woken;
    writeFileSync(join(folder, name), 'x');
    await until(() => woken > before, `it wakes for ${name}`);
  }
});

test('a folder that was removed and made again, or replaced, is watched again', async (t) => {
  const home = temporaryDirectory(t);
  const folder = join(home, 'drop');
  mkdirSync(folder);
  let woken = 0;
  const watching = watch(
    [folder],
    () => woken++,
    (error) => assert.fail(String(error)),
  );
  t.after(() => watching.close());
  const replace: (() => void)[] = [
    () => rmSync(folder, { recursive: true }),
    () => renameSync(folder, join(home, 'aside')),
  ];
  for (const [n, change] of replace.entries()) {
    let before = woken;
    change();
    await until(() => woken > before, 'it wakes');
    assert.equal(watching.renew(), false, 'what is not there is not watched');
    mkdirSync(folder);
    await until(() => watching.renew(), 'the new one is watched');
    before = woken;
    writeFileSync(join(folder, `${n}.eml`), 'x');
    await until(() => woken > before, 'it wakes in the new one');
  }
});

test('a folder that is a link is watched where it lies', async (t) => {
  const home = temporaryDirectory(t);
  const link = join(home, 'link');
  mkdirSync(join(home, 'drop'));
  symlinkSync(join(home, 'drop'), link);
  let woken = 0;
  const watching = watch(
    [link],
    () => woken++,
    (error) => assert.fail(String(error)),
  );
  t.after(() => watching.close());
  await until(() => watching.renew(), 'it is watched');
  const before = woken;
  writeFileSync(join(link, 'x.eml'), 'x');
  await until(() => woken > before, 'it wakes');
});

test('a watch that rested begins anew, and tells what came meanwhile', async (t) => {
  const folder = temporaryDirectory(t);
  let woken = 0;
  const watching = watch(
    [folder],
    () => woken++,
    (error) => assert.fail(String(error)),
  );
  t.after(() => watching.close());
  await until(() => watching.renew(), 'it is watched');
  watching.rest();
  writeFileSync(join(folder, 'meanwhile.eml'), 'x');
  const before = woken;
  assert.equal(watching.renew(), false, 'it has to begin first');
  await until(() => watching.renew() && woken > before, 'it is watched again');
});

const noNamespace =
  spawnSync('unshare', ['-Ur', 'true']).status === 0 ? false : 'needs unshare, for limits of its own';

test(
  'a system that has no watch left is told of once, and looked at again when it has',
  { skip: noNamespace },
  (t) => {
    const folder = temporaryDirectory(t);
    for (const limit of ['max_inotify_instances', 'max_inotify_watches']) {
      const program = `
      import { writeFileSync } from 'node:fs';
      import { watch } from ${JSON.stringify(new URL('../../src/outbox/watch.js', import.meta.url).href)};
      const few = (n) => writeFileSync('/proc/sys/user/${limit}', String(n));
      few(0);
      let isLimited = true;
      let hasFailed;
      const failing = new Promise((resolve) => (hasFailed = resolve));
      const wake = () => isLimited && console.log('woken, to try in vain again');
      const watching = watch([${JSON.stringify(folder)}], wake, (e) => { console.log('failed', e.code); hasFailed(); });
      const moment = () => new Promise((resolve) => setTimeout(resolve, 20));
      await failing;
      for (let n = 0; n < 30; n++) { if (watching.renew()) console.log('watched'); await moment(); }
      few(10);
      isLimited = false;
      while (!watching.renew()) await moment();
      console.log('watched again');
      watching.close();`;
      const ran = spawnSync('unshare', ['-Ur', process.execPath, '--input-type=module', '-e', program], {
        encoding: 'utf8',
      });
      assert.match(
        ran.stdout,
        /^failed (EMFILE|ENOSPC)\nwatched again\n$/,
        `${limit}: ${ran.stdout}${ran.stderr}`,
      );
    }
  },
);

const NOBODY = 65534;

test('a file that nobody may read is no reason to say that the folder cannot be watched', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('needs root, to become somebody who may not read a file');
  const folder = temporaryDirectory(t);
  chmodSync(folder, 0o777);
  writeFileSync(join(folder, 'secret.eml'), 'x', { mode: 0o600 });
  const program = `
    import { watch } from ${JSON.stringify(new URL('../../src/outbox/watch.js', import.meta.url).href)};
    let woken;
    const waking = new Promise((resolve) => (woken = resolve));
    const watching = watch([${JSON.stringify(folder)}], () => woken(), (e) => console.log('failed', e.code, e.path));
    process.seteuid(${NOBODY});
    await waking;
    console.log('woken');
    // What would be said of the file is said by now, or soon.
    setTimeout(() => void watching.close(), 700);`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  assert.equal(stdout, 'woken\n');
});
