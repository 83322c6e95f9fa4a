// Copies what mailkeep needs to run into an empty folder: what the npm package holds, and the packages that it depends on. Works
// in a git checkout after `npm ci && npm run build`, and in an installed npm package. Usage: node stage.mjs FOLDER
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const [, , target] = process.argv;
if (target === undefined) throw new Error('usage: node stage.mjs FOLDER');
const home = realpathSync(fileURLToPath(new URL('..', import.meta.url)));
const own = manifestOf(home);
if (!existsSync(join(home, 'dist/src/main.js')))
  throw new Error(`${home} is not built: npm ci && npm run build`);

mkdirSync(target, { recursive: true });
for (const file of ['package.json', 'LICENSE', 'README.md', ...own.files]) {
  const from = join(home, file);
  if (existsSync(from)) cpSync(from, join(target, file), { recursive: true, filter: isUseful });
}
chmodSync(join(target, 'dist/src/main.js'), 0o755);
for (const name of Object.keys(own.dependencies)) place(name, home, target);

/** Puts a package, and those that it needs, where Node.js finds it for whoever lies at `needer`. */
function place(name, from, needer) {
  // Needed by compilers and installers only.
  if (name.startsWith('@types/') || name === 'prebuild-install') return;
  const source = find(name, from);
  const { version, dependencies = {}, optionalDependencies = {} } = manifestOf(source);
  const seen = find(name, needer, target, true);
  if (seen !== undefined && manifestOf(seen).version === version) return;
  const top = join(target, 'node_modules', name);
  const to = existsSync(top) ? join(needer, 'node_modules', name) : top;
  cpSync(source, to, {
    recursive: true,
    dereference: true,
    filter: (path) =>
      isUseful(path) &&
      !isForReaders(path) &&
      !path.slice(source.length).split(sep).includes('node_modules') &&
      !isSource(name, path),
  });
  for (const needed of Object.keys({ ...dependencies, ...optionalDependencies })) {
    if (needed in optionalDependencies && find(needed, source, sep, true) === undefined) continue;
    place(needed, source, to);
  }
}

/** As Node.js looks for a package: in each node_modules on the way up, to `top` at most. */
function find(name, from, top = sep, mayLack = false) {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name);
    if (basename(folder) !== 'node_modules' && existsSync(join(path, 'package.json')))
      return realpathSync(path);
    if (folder === top || folder === dirname(folder)) break;
  }
  if (mayLack) return undefined;
  throw new Error(`${name} is not installed beside ${from}: npm ci`);
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** Nothing reads these when the program runs. */
function isUseful(path) {
  return !/\.(map|d\.[cm]?ts)$/.test(path) && !basename(path).startsWith('.');
}

/** Told to whoever works with a package; its licence stays. */
function isForReaders(path) {
  return /\.[cm]?ts$|(^|\/)(readme|changelog|changes|distribution)(\.md)?$/i.test(path);
}

/** What native code was built from, and what was left over of that. */
function isSource(name, path) {
  return (
    name === 'better-sqlite3' &&
    /better-sqlite3\/(deps|src|binding\.gyp|build\/(?!Release$|Release\/better_sqlite3\.node$))/.test(path)
  );
}
