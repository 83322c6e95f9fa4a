// The whole collection: sixty-three messages in Chinese and English, all our own, the same octets in every run.
import { invoices } from './invoices.ts';
import { leisure } from './leisure.ts';
import { oddities } from './oddities.ts';
import type { Sample } from './sample.ts';
import { work } from './work.ts';

/** All messages, oldest arrival first. Each call builds them anew (about 50 ms the first time). */
export function samples(): readonly Sample[] {
  return [...invoices(), ...work(), ...leisure(), ...oddities()].sort(
    (a, b) => a.internalDate - b.internalDate || (a.name < b.name ? -1 : 1),
  );
}

/** The message of that name. Throws when there is none. */
export function sampleNamed(name: string): Sample {
  const found = samples().find((sample) => sample.name === name);
  if (found === undefined) throw new Error(`no sample ${name}`);
  return found;
}
