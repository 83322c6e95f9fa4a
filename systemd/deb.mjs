// `npm run deb`: a package for Debian and what comes from it, by Debian's own tools (packages dpkg-dev and debhelper), with what
// was built and tested here. It needs the Node.js of the distribution of the same major version as the one that it is made with, as
// SQLite's binding is made for one. Prints the path of the package. DEBFULLNAME and DEBEMAIL name who makes it.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = fileURLToPath(new URL('..', import.meta.url));
const at = (path) => join(home, path);
const { version, engines } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
const major = Number(process.versions.node.split('.')[0]);
const least = engines.node.replace('>=', '');

const work = mkdtempSync(join(tmpdir(), 'mailkeep-deb-'));
try {
  const tree = join(work, `mailkeep-${version}`);
  const program = join(tree, 'mailkeep');
  execFileSync(process.execPath, [at('systemd/stage.mjs'), program]);
  // Debian has places of its own for these.
  for (const [from, to] of [
    ['dist/man', 'man'],
    ['dist/completions', 'completions'],
    ['README.md', 'README.md'],
    ['README.zh-CN.md', 'README.zh-CN.md'],
    ['CHANGELOG.md', 'CHANGELOG.md'],
    ['config', 'config'],
  ])
    renameSync(join(program, from), join(tree, to));
  rmSync(join(program, 'systemd'), { recursive: true });
  rmSync(join(program, 'LICENSE'));
  debian(join(tree, 'debian'));
  execFileSync('dpkg-buildpackage', ['--build=binary', '--no-sign'], {
    cwd: tree,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      // Debian's own scripts are in its own Perl.
      PATH: `/usr/sbin:/usr/bin:/sbin:/bin`,
      NODE_LEAST: Number(least.split('.')[0]) < major ? `${major}` : least,
      NODE_NEXT: `${major + 1}~`,
    },
  });
  const made = readdirSync(work).find((name) => name.endsWith('.deb') && !name.includes('dbgsym'));
  mkdirSync(at('dist'), { recursive: true });
  cpSync(join(work, made), at(`dist/${made}`));
  process.stdout.write(`dist/${made}\n`);
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** The folder from which debhelper makes the package. */
function debian(folder) {
  cpSync(at('systemd/debian'), folder, { recursive: true });
  const write = (name, text) => writeFileSync(join(folder, name), text);
  const who = `${process.env.DEBFULLNAME ?? 'mailkeep developers'} <${process.env.DEBEMAIL ?? 'mailkeep@localhost.localdomain'}>`;
  write('control', readFileSync(join(folder, 'control'), 'utf8').replace('@WHO@', who));
  const date = new Date(Number(process.env.SOURCE_DATE_EPOCH ?? Date.now() / 1000) * 1000).toUTCString();
  write(
    'changelog',
    `mailkeep (${version}) unstable; urgency=medium\n\n  * See CHANGELOG.md.\n\n -- ${who}  ${date.replace('GMT', '+0000')}\n`,
  );
  const license = readFileSync(at('LICENSE'), 'utf8');
  write('copyright', license);
  chmodSync(join(folder, 'rules'), 0o755);
  for (const [name, from] of [
    ['mailkeep.service', 'mailkeep.service'],
    ['mailkeep.user.service', 'user/mailkeep.service'],
    ['mailkeep.sysusers', 'sysusers.conf'],
    ['mailkeep.tmpfiles', 'tmpfiles.conf'],
  ])
    cpSync(at(`systemd/${from}`), join(folder, name));
}
