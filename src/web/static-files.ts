// The style sheet, the script and the icon: read once, served under a name that changes with their contents, so that a
// browser may keep them for ever.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A file as it is served. */
export interface StaticFile {
  readonly url: string;
  readonly type: string;
  readonly content: Buffer;
}

const TYPES = {
  'page.css': 'text/css; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const;

export type StaticName = keyof typeof TYPES;

/** From the compiled file, dist/src/web/, to the sources: they are served as they were written. */
const FOLDER = new URL('../../../src/web/static/', import.meta.url);

/** Reads them all. Throws where the installation lacks one. */
export function readStatic(): Readonly<Record<StaticName, StaticFile>> {
  const file = (name: StaticName): StaticFile => {
    const content = readFileSync(new URL(name, FOLDER));
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
    return { url: `/static/${name}?v=${hash}`, type: TYPES[name], content };
  };
  return { 'page.css': file('page.css'), 'page.js': file('page.js'), 'icon.svg': file('icon.svg') };
}
