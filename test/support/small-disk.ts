// An installation whose data lies on a small disk of its own, which can be filled, and made larger.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wangAt } from './furnished-house.ts';
import { install, type Installation } from './installation.ts';
import { FRIEND, OWNER } from './provider/furnished.ts';
import { startProvider, type Provider } from './provider/provider.ts';
import { temporaryDirectory, type Ending } from './temporary.ts';

/** Data lies on 20 MB of its own: 400 KB are kept free. */
export async function onSmallDisk(
  t: Ending,
  receive: object = {},
): Promise<{ provider: Provider; house: Installation }> {
  const provider = await startProvider({
    users: { [OWNER.address]: OWNER.password, [FRIEND.address]: FRIEND.password },
  });
  const { directory, mount } = mountable(t);
  const house = install(
    t,
    [wangAt(provider, { folders: { include: ['INBOX'] }, push: false, ...receive })],
    directory,
  );
  t.after(() => provider.stop());
  mkdirSync(house.data);
  mount(house.data, '20M');
  return { provider, house };
}

/** A disk of that size, of its own. */
export function smallDisk(t: Ending, size: string): string {
  const { directory, mount } = mountable(t);
  mount(directory, size);
  return directory;
}

/** A directory in which one disk can be mounted; both go with the test. */
function mountable(t: Ending): { directory: string; mount: (path: string, size: string) => void } {
  let mounted: string | undefined;
  const directory = temporaryDirectory({
    after: (what) =>
      t.after(() => {
        if (mounted !== undefined) run('umount', '-l', mounted);
        return what();
      }),
  });
  const mount = (path: string, size: string): void => {
    run('mount', '-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'mailkeep-test', path);
    mounted = path;
  };
  return { directory, mount };
}

/** Gives it more room, or less. */
export function resize({ data }: Installation, size: string): void {
  run('mount', '-o', `remount,size=${size}`, data);
}

/** Takes all the room there is but `left` octets. */
export function fill({ data }: Installation, left: number = 0): void {
  const path = join(data, 'ballast');
  for (let size = 4096 * 1024; size >= 4096; size /= 2) {
    for (let part = 0; part < 3; part++) {
      try {
        writeFileSync(path, Buffer.alloc(size), { flag: 'a' });
      } catch {
        break; // as much of it as fitted
      }
    }
  }
  if (left > 0) truncateSync(path, statSync(path).size - left);
}

/** A command that must succeed. */
export function run(command: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  assert.equal(status, 0, `${command}: ${stderr}`);
}

/** Why it cannot be had here. */
export function withoutMount(): string | false {
  if (process.getuid?.() !== 0) return 'needs root, to mount a small disk';
  // It is asked before any test has begun: the directory goes here and now.
  const directory = mkdtempSync(join(tmpdir(), 'mailkeep-test-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1M', 'mailkeep-test', directory]);
  if (status === 0) spawnSync('umount', [directory]);
  rmSync(directory, { recursive: true, force: true });
  return status === 0 ? false : 'needs root that may mount a small disk';
}
