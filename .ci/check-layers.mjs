// Holds the house's rule of who may import whom (CONTRIBUTING.md): folders, purity, and cycles.
// Usage: node .ci/check-layers.mjs; prints each offence as file:line and exits 1.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** A folder (or file) of src/ and the folders that it may import beside itself. */
const MAY = {
  model: [],
  protocol: ['model'],
  runtime: ['model'],
  config: ['model', 'runtime'],
  net: ['protocol', 'model', 'runtime'],
  archive: ['model', 'runtime'],
  index: ['model', 'runtime', 'archive'],
  search: ['index', 'model'],
  discover: ['model', 'runtime'],
  schedule: ['model', 'runtime'],
  oauth2: ['model', 'runtime'],
  receive: ['protocol', 'net', 'archive', 'index', 'model', 'runtime'],
  restore: ['protocol', 'net', 'archive', 'index', 'search', 'model', 'runtime'],
  outbox: ['protocol', 'net', 'archive', 'index', 'model', 'runtime'],
  formats: ['protocol', 'model'],
  import: ['formats', 'protocol', 'archive', 'index', 'model', 'runtime'],
  export: ['formats', 'protocol', 'archive', 'index', 'search', 'model', 'runtime'],
  read: ['archive', 'index', 'search', 'model', 'runtime'],
  chinese: ['config', 'net', 'protocol', 'outbox', 'model'],
  web: ['read', 'search', 'archive', 'chinese', 'model', 'runtime'],
  'page.ts': [
    'archive',
    'config',
    'control',
    'index',
    'model',
    'outbox',
    'read',
    'runtime',
    'search',
    'service',
    'web',
  ],
  control: ['model', 'runtime'],
  service: [
    'model',
    'runtime',
    'config',
    'archive',
    'index',
    'oauth2',
    'receive',
    'outbox',
    'import',
    'schedule',
    'control',
    'chinese',
  ],
  cli: [
    'chinese',
    'model',
    'protocol',
    'runtime',
    'config',
    'net',
    'archive',
    'index',
    'search',
    'schedule',
    'oauth2',
    'discover',
    'receive',
    'restore',
    'outbox',
    'import',
    'export',
    'read',
    'web',
    'control',
    'service',
    'page.ts',
    'daemon.ts',
    'serve.ts',
  ],
  'daemon.ts': [
    'model',
    'protocol',
    'runtime',
    'config',
    'net',
    'archive',
    'index',
    'search',
    'schedule',
    'oauth2',
    'receive',
    'outbox',
    'chinese',
    'control',
    'service',
  ],
  'serve.ts': [
    'model',
    'protocol',
    'runtime',
    'config',
    'net',
    'archive',
    'index',
    'search',
    'schedule',
    'oauth2',
    'receive',
    'outbox',
    'read',
    'web',
    'control',
    'service',
    'page.ts',
    'daemon.ts',
  ],
  'main.ts': ['model', 'runtime', 'cli', 'daemon.ts'],
};

/** Types of these only: archive's streams are `Sink`s, and what the page shows comes in as functions. */
const TYPES_TOO = { archive: ['protocol'], web: ['service', 'outbox'] };

/** node: modules without effects, which PURE files may use. */
const HARMLESS = new Set([
  'node:buffer',
  'node:crypto',
  'node:url',
  'node:util',
  'node:string_decoder',
  'node:path',
  'node:zlib',
]);
/** Packages that only compute. */
const PURE_PACKAGES = new Set([
  'opencc-js/dict/TSCharacters',
  'htmlparser2',
  '@csstools/css-tokenizer',
  'jschardet',
  'fastest-levenshtein',
  'string-width',
  'zod',
]);
const EFFECTS =
  /\bDate\.now\(|new Date\(\)|\bMath\.random\(|\bprocess\.|\bset(?:Timeout|Interval|Immediate)\(|\bfetch\(|\bperformance\./;

const offences = [];
const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => normalize(join('src', name)));
const modules = new Map(files.map((file) => [file, read(file)]));

for (const [file, { layer, pure, imports, lines }] of modules) {
  const allowed = new Set([layer, ...(MAY[layer] ?? [])]);
  if (MAY[layer] === undefined) offence(file, 1, `${layer}/ is not a folder of the house`);
  for (const { line, target, typeOnly } of imports) {
    if (!target.startsWith('src/')) {
      if (pure && !typeOnly && !HARMLESS.has(target) && !PURE_PACKAGES.has(target))
        offence(file, line, `a PURE file imports ${target}`);
      continue;
    }
    const other = modules.get(target);
    if (other === undefined) {
      offence(file, line, `${target} does not exist`);
      continue;
    }
    const typeAllowed = typeOnly && (TYPES_TOO[layer] ?? []).includes(other.layer);
    if (!allowed.has(other.layer) && !typeAllowed)
      offence(file, line, `${layer} may not import ${other.layer}`);
    if (pure && !typeOnly && !other.pure) offence(file, line, `a PURE file imports ${target}, which is not`);
  }
  if (pure) {
    lines.forEach((text, at) => {
      if (EFFECTS.test(text.replace(/\/\/.*|^\s*\*.*/, '')))
        offence(file, at + 1, 'a PURE file has an effect');
    });
  }
}
for (const cycle of cycles()) offence(cycle[0], 1, `import cycle: ${cycle.join(' → ')}`);
if (offences.length > 0) {
  process.stderr.write(`${offences.join('\n')}\n`);
  process.exitCode = 1;
}

function read(file) {
  const text = readFileSync(file, 'utf8');
  const lines = text.split('\n');
  const parts = file.split('/');
  const layer = parts[1];
  const pure =
    layer === 'model' || layer === 'protocol' || lines.slice(0, 2).some((line) => line.startsWith('// PURE'));
  const imports = [];
  const pattern =
    /(?:^|\n)(import|export)\s+(type\s+)?([^'";]*?)from\s+'([^']+)'|(?:^|\n)import\s+'([^']+)'|import\(\s*'([^']+)'/g;
  for (const match of text.matchAll(pattern)) {
    const name = match[4] ?? match[5] ?? match[6] ?? '';
    const line = text.slice(0, match.index + 1).split('\n').length;
    const named = (match[3] ?? '').match(/\{([^}]*)\}/)?.[1];
    const allTypes =
      named !== undefined &&
      named.split(',').every((one) => one.trim() === '' || one.trim().startsWith('type '));
    const target = name.startsWith('.') ? normalize(join(dirname(file), name)) : name;
    imports.push({ line, target, typeOnly: match[2] !== undefined || allTypes });
  }
  return { layer, pure, imports, lines };
}

/** Cycles over imports that exist at run time. */
function* cycles() {
  const done = new Set();
  for (const start of modules.keys()) {
    const path = [];
    const found = walk(start, path, done);
    if (found !== undefined) yield found;
  }
}

function walk(file, path, done) {
  if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
  if (done.has(file)) return undefined;
  path.push(file);
  for (const { target, typeOnly } of modules.get(file)?.imports ?? []) {
    const found = typeOnly ? undefined : walk(target, path, done);
    if (found !== undefined) return found;
  }
  path.pop();
  done.add(file);
  return undefined;
}

function offence(file, line, text) {
  offences.push(`${file}:${line}: ${text}`);
}
