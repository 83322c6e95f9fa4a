// The Debian package as `npm run deb` makes it, from what was compiled, once for each process of a test.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';

/** The root of the repository. */
const HOME = fileURLToPath(new URL('../../..', import.meta.url));

/** Quick to pack, which is not what users want. */
const QUICK = { DPKG_DEB_COMPRESSOR_TYPE: 'gzip', DPKG_DEB_COMPRESSOR_LEVEL: '1' };

/** Makes it; its path. */
export function makePackage(test: Ending): string {
  needManual();
  const made = execFileSync(process.execPath, [join(HOME, 'systemd/deb.mjs')], {
    cwd: HOME,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...QUICK },
  }).trim();
  const copy = join(temporaryDirectory(test), 'mailkeep.deb');
  cpSync(join(HOME, made), copy);
  return copy;
}

/** The same package under a later version. */
export function laterPackage(test: Ending, deb: string): string {
  const folder = temporaryDirectory(test);
  execFileSync('dpkg-deb', ['--raw-extract', deb, join(folder, 'tree')]);
  const control = join(folder, 'tree/DEBIAN/control');
  writeFileSync(control, readFileSync(control, 'utf8').replace(/^Version: .*$/m, '$&+later'));
  const later = join(folder, 'later.deb');
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z1', '--build', join(folder, 'tree'), later], {
    stdio: 'ignore',
  });
  return later;
}

/** What the npm package holds, with what it needs, in a new folder. */
export function staged(test: Ending): string {
  needManual();
  const folder = join(temporaryDirectory(test), 'mailkeep');
  execFileSync(process.execPath, [join(HOME, 'systemd/stage.mjs'), folder]);
  return folder;
}

/** The compiler does not write it. */
function needManual(): void {
  if (!existsSync(join(HOME, 'dist/man')))
    execFileSync(process.execPath, [join(HOME, 'dist/src/cli/manual/write.js')], { cwd: HOME });
}
