// Damaged and missing files are fetched again where a server still has the message: by account, folder and UID or UIDL. Only
// octets with the very hash are taken; what lay in the place goes into quarantine, and nothing else is touched.
import type { Incoming } from '../archive/store.ts';
import { whereabouts, type Whereabouts } from '../index/holdings.ts';
import { MailError, textOf } from '../model/error.ts';
import { grouped } from '../model/grouped.ts';
import type { MessageId } from '../model/ids.ts';
import type { Folder, RemoteKey } from '../model/mailbox.ts';
import type { Sink } from '../protocol/dialogue.ts';
import { batches, plainKey } from './plan.ts';
import type { ProofRun } from './proof.ts';
import { recognise } from './recognise.ts';
import type { FolderState, Listed, Source } from './source.ts';

/** A message whose file is good again. */
export interface Mended {
  readonly id: MessageId;
  readonly account: string;
  readonly folder: string;
}

/**
 * Fetches what of `ids` the server of the account still has. `told` gets, one by one, what is good again, and why something
 * could not be had. Never throws but `storage`, where a good file cannot be put into its place, and `cancelled`.
 */
export async function refetch(
  run: Omit<ProofRun, 'damaged'>,
  ids: Iterable<MessageId>,
  told: { readonly mended: (one: Mended) => void; readonly trouble: (error: MailError) => void },
): Promise<void> {
  const places = whereabouts(run.db, run.account.name, ids);
  if (places.length === 0) return;
  const source = run.source();
  const abort = (): void => source.abort();
  run.signal.addEventListener('abort', abort);
  try {
    await source.open();
    const folders = new Map((await source.folders()).map((one) => [one.name, one]));
    const done = new Set<MessageId>();
    for (const [name, all] of grouped(places, ({ folder }) => folder)) {
      run.signal.throwIfAborted();
      const folder = folders.get(name);
      const wanted = all.filter(({ id }) => !done.has(id));
      if (folder === undefined || wanted.length === 0) continue;
      for (const { id } of await fromFolder(run, source, folder, wanted)) {
        done.add(id);
        told.mended({ id, account: run.account.name, folder: name });
      }
    }
    // A POP3 QUIT may make a server forget what was read (P-005), and what turned out to be another message is not stored.
    if (run.account.receive?.protocol === 'imap') await source.close();
  } catch (thrown) {
    if (!(thrown instanceof MailError) || thrown.kind === 'storage' || run.signal.aborted) throw thrown;
    told.trouble(thrown);
  } finally {
    run.signal.removeEventListener('abort', abort);
    source.abort();
  }
}

/** Mends what this folder has, and returns it. A refusal to open it only means that it has nothing. */
async function fromFolder(
  run: Omit<ProofRun, 'damaged'>,
  source: Source,
  folder: Folder,
  wanted: readonly Whereabouts[],
): Promise<Whereabouts[]> {
  let state: FolderState;
  try {
    state = await source.enter(folder);
  } catch (thrown) {
    if (thrown instanceof MailError && thrown.kind === 'refused') return [];
    throw thrown;
  }
  const byKey = new Map(
    wanted.filter(({ validity }) => validity === state.validity).map((one) => [plainKey(one.key), one]),
  );
  const listed = state.validity === null ? await inMaildrop(run, source, folder) : asListed(byKey.values());
  const asked = new Map<ReturnType<typeof plainKey>, Whereabouts>();
  const items = listed.flatMap(({ item, name }): Listed[] => {
    const place = byKey.get(plainKey(name));
    if (place !== undefined) asked.set(plainKey(item.key), place);
    return place === undefined ? [] : [item];
  });
  const mended: Whereabouts[] = [];
  for (const batch of batches(items)) {
    for (const { incoming, key } of await bodies(run, source, batch)) {
      const place = asked.get(plainKey(key));
      if (place === undefined || incoming.end().id !== place.id) {
        incoming.discard();
        continue;
      }
      await run.archive.replace(incoming, place.path);
      mended.push(place);
      run.progress?.(mended.length, wanted.length, `${run.account.name} ${folder.name}`);
    }
  }
  return mended;
}

/** A listed message, and the name under which it is kept. */
interface Named {
  readonly item: Listed;
  readonly name: RemoteKey;
}

function asListed(places: Iterable<Whereabouts>): Named[] {
  return [...places].map(({ key, size }) => ({ item: { key, size, flags: [] }, name: key }));
}

async function inMaildrop(run: Omit<ProofRun, 'damaged'>, source: Source, folder: Folder): Promise<Named[]> {
  const raw = await source.list();
  const { names } = await recognise({ ...run, account: run.account.name }, source, folder, raw);
  const kept = names.under(raw);
  return raw.map((item, at) => ({ item, name: kept[at]?.key ?? item.key }));
}

/** The whole messages that came; the caller keeps or discards each. */
async function bodies(
  { archive }: Pick<ProofRun, 'archive'>,
  source: Source,
  keys: readonly RemoteKey[],
): Promise<{ readonly incoming: Incoming; readonly key: RemoteKey }[]> {
  const begun = new Map<Sink, Incoming>();
  const whole: { incoming: Incoming; key: RemoteKey }[] = [];
  try {
    await source.fetch(keys, {
      begin: () => {
        const incoming = archive.incoming();
        begun.set(incoming, incoming);
        return incoming;
      },
      complete: (sink, key) => {
        const incoming = begun.get(sink);
        if (incoming === undefined) return;
        incoming.end();
        whole.push({ incoming, key });
      },
      abandon: (sink) => begun.get(sink)?.discard(),
      refused: () => undefined,
    });
    return whole;
  } catch (thrown) {
    for (const incoming of begun.values()) incoming.discard();
    if (thrown instanceof MailError) throw thrown;
    throw new MailError({
      kind: 'storage',
      retry: 'later',
      message: `a message cannot be fetched again: ${textOf(thrown)}`,
      cause: thrown,
    });
  }
}
