// What a journal comes to, as one number: two that come to the same state have the same, in whatever order they name their places.
// It follows the lines as the index does, and knows nothing of how a snapshot leaves lines out: it is what a snapshot is held against.
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Entry } from './entry.ts';

/** A part of all places, so that memory stays bounded however many there are: part `nth` of `of`, from 0. */
export interface Share {
  readonly nth: number;
  readonly of: number;
}

/** What is known of a place; null where nothing was said. */
interface State {
  readonly id: string;
  readonly received: string | null;
  flags: string;
  labels: string | null;
  emailId: string | null;
  threadId: string | null;
  gone: string | null;
}

/** The state that entries come to, for one share of the places. */
export class PresentState {
  readonly #share: Share;
  readonly #places = new Map<string, State>();
  readonly #shapes = new Map<string, string>();
  /** Messages and labels that were ever named, and what was announced of deletions. */
  readonly #named = new Set<string>();

  constructor(share: Share) {
    this.#share = share;
  }

  /** The next entry, in the order of the journal. */
  take(entry: Entry): void {
    if ('labels' in entry)
      for (const label of entry.labels ?? []) if (this.#isMine(label)) this.#named.add(`label ${label}`);
    if (entry.op === 'folder') {
      const { folder, delimiter, use } = entry;
      if (this.#isMine(folder)) this.#shapes.set(folder, JSON.stringify([delimiter, use]));
      return;
    }
    const key = JSON.stringify(
      'uid' in entry ? [entry.folder, entry.validity, entry.uid] : [entry.folder, entry.uidl],
    );
    if (!this.#isMine(key)) return;
    if (entry.op === 'seen') {
      this.#named.add(`message ${entry.id} ${entry.path} ${entry.size}`);
      const { id, received } = entry;
      this.#places.set(key, { id, received, ...told(entry), gone: null });
      return;
    }
    if (entry.op === 'delete') {
      this.#named.add(`delete ${key} ${entry.id} ${entry.at}`);
      return;
    }
    const place = this.#places.get(key);
    if (place === undefined) return;
    if (entry.op === 'gone') place.gone = entry.at;
    else if (entry.op === 'back') place.gone = null;
    else {
      const now = told(entry);
      place.flags = now.flags;
      place.labels = now.labels ?? place.labels;
      place.emailId = now.emailId ?? place.emailId;
      place.threadId = now.threadId ?? place.threadId;
    }
  }

  /** The state as a number of 256 bits. */
  sum(): bigint {
    let sum = 0n;
    for (const [key, place] of this.#places) sum += hashed(`place ${key} ${JSON.stringify(place)}`);
    for (const [folder, shape] of this.#shapes) sum += hashed(`folder ${folder} ${shape}`);
    for (const name of this.#named) sum += hashed(name);
    return BigInt.asUintN(256, sum);
  }

  #isMine(name: string): boolean {
    return crc32(name) % this.#share.of === this.#share.nth;
  }
}

function told(entry: Extract<Entry, { flags: readonly string[] }>): Omit<State, 'id' | 'received' | 'gone'> {
  return {
    flags: entry.flags.join(' '),
    labels: entry.labels === undefined ? null : JSON.stringify(entry.labels),
    emailId: entry.emailId ?? null,
    threadId: entry.threadId ?? null,
  };
}

function hashed(text: string): bigint {
  return BigInt(`0x${createHash('sha256').update(text).digest('hex')}`);
}
