// The proof of a POP3 maildrop: its list under the names by which messages are kept, against what is stored. Where a name
// tells nothing, the message is fetched and known by its hash.
import { holdings } from '../index/holdings.ts';
import { grouped } from '../model/grouped.ts';
import type { Folder } from '../model/mailbox.ts';
import { compare } from './compare.ts';
import { readMakeshift } from './content-name.ts';
import { fetchedIds } from './hashes-of.ts';
import { plainKey } from './plan.ts';
import { wholeIn, type Held, type ProofRun } from './proof.ts';
import { recognise } from './recognise.ts';
import type { Listed, Source } from './source.ts';

/** Compares the maildrop that was entered. Throws what the source throws. */
export async function proveMaildrop(run: ProofRun, source: Source, folder: Folder): Promise<Held> {
  const raw = await source.list();
  const asking = { ...run, account: run.account.name };
  const { names: recognised, renamed } = await recognise(asking, source, folder, raw);
  const listed = recognised.under(raw);
  const held = holdings(run.db, run.account.name, folder.name, null);
  // Under new names (P-012): the next poll writes them down.
  for (const entry of renamed) {
    if (!('uidl' in entry)) continue;
    if (entry.op === 'seen') held.set(entry.uidl, { ...entry, gone: false, received: null });
    else held.delete(entry.uidl);
  }
  const unknown = raw.filter((_, at) => isMakeshift(listed[at]));
  const ids = await fetchedIds(source, unknown);
  const names = grouped(held.keys(), (name) => held.get(name)?.id);
  for (const [at, { key }] of raw.entries()) {
    const id = ids.get(plainKey(key));
    const name = id === undefined ? undefined : names.get(id)?.shift();
    const stored = name === undefined ? undefined : held.get(name);
    const shown = listed[at];
    if (name === undefined || stored === undefined || shown === undefined) continue;
    // Stored under another name, which stands for no other message any more.
    held.delete(name);
    held.set(plainKey(shown.key), { ...stored, gone: false });
  }
  return { compared: compare(listed, held, wholeIn(run)), notes: [] };
}

function isMakeshift(item: Listed | undefined): boolean {
  return item !== undefined && 'uidl' in item.key && readMakeshift(item.key.uidl) !== undefined;
}
