// How much there is to read, for a progress that knows its end.
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { entriesAt } from './entries.ts';
import { asOctets, pathOctets } from './paths.ts';

/** Octets of all files at and below the paths, as typed; what cannot be looked at counts nothing. */
export async function octetsBelow(paths: readonly string[], signal: AbortSignal): Promise<number> {
  let octets = 0;
  for (const path of paths) octets += await below(asOctets(resolve(path)), signal);
  return octets;
}

async function below(path: string, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  const found = await stat(pathOctets(path)).catch(() => undefined);
  if (found?.isDirectory() !== true) return found?.isFile() === true ? found.size : 0;
  let octets = 0;
  for (const { name, is } of await entriesAt(path).catch(() => []))
    if (is !== 'link') octets += await below(`${path}/${name}`, signal);
  return octets;
}
