// How much there is to read, for a progress that knows its end.
import { readdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
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
  const options = { withFileTypes: true, encoding: 'latin1' } as const;
  for (const entry of await readdir(pathOctets(path), options).catch(() => []))
    if (!entry.isSymbolicLink()) octets += await below(`${path}/${entry.name}`, signal);
  return octets;
}
