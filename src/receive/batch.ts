// Batches on their way: bodies stream into temporary files, and what came whole is handed to be kept. What was asked for and did
// not come is told, never guessed: "OK" from a server proves nothing (I-055, I-085, I-159).
import type { Archive, Incoming } from '../archive/store.ts';
import type { Place } from '../archive/entry.ts';
import { labelled, type Folder, type Labelled, type RemoteKey } from '../model/mailbox.ts';
import type { UidValidity } from '../model/ids.ts';
import { MailError, asMailError } from '../model/error.ts';
import type { Sink } from '../protocol/dialogue.ts';
import type { KnownKey } from '../index/positions.ts';
import type { ContentNames } from './content-names.ts';
import { isNotice } from './notice.ts';
import { joinFlags, plainKey } from './plan.ts';
import type { BodyFacts, Receiver, Source } from './source.ts';

/** A body that came whole. */
export interface Whole extends Labelled {
  readonly incoming: Incoming;
  readonly location: Place;
  /** Milliseconds since 1970, or null. */
  readonly received: number | null;
  readonly flags: readonly string[];
}

/** What became of a batch. */
export interface Outcome {
  readonly whole: readonly Whole[];
  /** Asked for and not come. */
  readonly missing: readonly RemoteKey[];
  /** Refused one by one, with the reason. */
  readonly refused: readonly { readonly key: RemoteKey; readonly error: MailError }[];
  /** The connection did not survive it. */
  readonly lost: MailError | undefined;
}

/** What of a batch has come so far. */
interface Batch {
  readonly whole: Map<KnownKey, Whole>;
  readonly refused: Map<KnownKey, Outcome['refused'][number]>;
}

/** Takes the bodies of all batches that are under way in one session, from the folder that it has entered. */
export class Landing implements Receiver {
  readonly #archive: Archive;
  readonly #folder: Folder;
  readonly #validity: UidValidity | null;
  readonly #names: ContentNames | undefined;
  readonly #open = new Map<Sink, Incoming>();
  readonly #asked = new Map<KnownKey, Batch>();

  /** `names`: some messages are named only when they come. */
  constructor(archive: Archive, folder: Folder, validity: UidValidity | null, names?: ContentNames) {
    this.#archive = archive;
    this.#folder = folder;
    this.#validity = validity;
    this.#names = names;
  }

  /** Fetches one batch. Throws only `storage`; whole bodies are then discarded. */
  async fetch(source: Source, keys: readonly RemoteKey[]): Promise<Outcome> {
    const batch: Batch = { whole: new Map(), refused: new Map() };
    for (const key of keys) this.#asked.set(plainKey(key), batch);
    let lost: MailError | undefined;
    try {
      await source.fetch(keys, this);
    } catch (thrown) {
      lost = asMailError(thrown, {
        kind: 'protocol',
        retry: 'now',
        message: `fetching from "${this.#folder.name}" failed`,
      });
    }
    for (const key of keys) this.#asked.delete(plainKey(key));
    if (this.#asked.size === 0) this.#discardOpen();
    const { whole, refused } = batch;
    if (lost?.kind === 'storage') {
      for (const { incoming } of whole.values()) incoming.discard();
      throw lost;
    }
    return {
      whole: [...whole.values()],
      missing: keys.filter((key) => !whole.has(plainKey(key)) && !refused.has(plainKey(key))),
      refused: [...refused.values()],
      lost,
    };
  }

  begin(): Sink {
    const incoming = this.#archive.incoming();
    this.#open.set(incoming, incoming);
    return incoming;
  }

  complete(sink: Sink, key: RemoteKey, facts: BodyFacts): void {
    const incoming = this.#take(sink);
    const batch = this.#asked.get(plainKey(key));
    if (incoming === undefined) return;
    if (batch === undefined || batch.whole.has(plainKey(key))) return incoming.discard();
    if (isNotice(incoming.head)) {
      incoming.discard();
      return this.refused(key, onlyNotice());
    }
    const named = this.#names === undefined ? key : nameOf(this.#names, key, incoming);
    batch.whole.set(plainKey(key), wholeOf(incoming, this.#folder, this.#validity, named, facts));
  }

  abandon(sink: Sink): void {
    this.#take(sink)?.discard();
  }

  refused(key: RemoteKey, error: MailError): void {
    this.#asked.get(plainKey(key))?.refused.set(plainKey(key), { key, error });
  }

  #take(sink: Sink): Incoming | undefined {
    const incoming = this.#open.get(sink);
    this.#open.delete(sink);
    return incoming;
  }

  #discardOpen(): void {
    for (const incoming of this.#open.values()) incoming.discard();
    this.#open.clear();
  }
}

function onlyNotice(): MailError {
  return new MailError({
    kind: 'message',
    retry: 'later',
    message: 'the server sent a notice in place of the message, which it cannot read',
  });
}

/** A message that has no name of its own is named once its octets are known. */
function nameOf(names: ContentNames, key: RemoteKey, incoming: Incoming): RemoteKey {
  if (!('uidl' in key)) return key;
  return { uidl: names.nameOf(key.uidl, { id: incoming.end().id, head: incoming.head }) };
}

function wholeOf(
  incoming: Incoming,
  folder: Folder,
  validity: UidValidity | null,
  key: RemoteKey,
  facts: BodyFacts,
): Whole {
  const location = placeOf(folder, validity, key);
  const flags = joinFlags(facts.flags);
  return {
    incoming,
    location,
    received: facts.received,
    flags: flags === '' ? [] : flags.split(' '),
    ...labelled(facts),
  };
}

/** Where `key` lies. */
export function placeOf(folder: Folder, validity: UidValidity | null, key: RemoteKey): Place {
  if ('uidl' in key) return { folder: folder.name, uidl: key.uidl };
  if (validity === null) throw new TypeError('a UID without a UIDVALIDITY');
  return { folder: folder.name, validity, uid: key.uid };
}
