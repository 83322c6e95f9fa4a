// The version of this program, from the one place that states it.
import { readFileSync } from 'node:fs';

/** As in package.json, e.g. `0.1.0`. */
export function version(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  const parsed: unknown = JSON.parse(text);
  const found: unknown =
    typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, 'version') : undefined;
  return typeof found === 'string' ? found : 'unknown';
}
