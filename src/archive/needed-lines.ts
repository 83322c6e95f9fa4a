// PURE: which lines of a journal its present state needs. What is left out was made meaningless by a later line of the same
// place, so that the rest, in its order, replays to the very state of the whole.
import type { Entry, Place } from './entry.ts';

/** The last word on each part of a place, by the number of its line; absent: none since the message was last seen there. */
interface LastWords {
  flags?: number;
  labels?: number;
  emailId?: number;
  threadId?: number;
  gone?: number;
}

/** Takes the lines of a journal in their order; numbers stand for lines, and keep memory small for a million places. */
export class NeededLines {
  /** Needed whatever follows. */
  readonly #always: number[] = [];
  readonly #places = new Map<string, Map<number | string, LastWords>>();
  readonly #labels = new Set<string>();
  readonly #folders = new Map<string, number>();

  /** The next line: its entry, and its number, which grows. */
  take(entry: Entry, line: number): void {
    switch (entry.op) {
      case 'seen':
        // Each one: it names a message, and the order of the first ones is that in which messages came.
        this.#always.push(line);
        this.#namesFresh(entry.labels);
        this.#folder(entry).delete(keyOf(entry));
        break;
      case 'delete':
        this.#always.push(line); // the proof that what went, went by our hand
        break;
      case 'flags': {
        const last = this.#lastWords(entry);
        last.flags = line;
        // Left out in a later line, they stay as they were.
        if (entry.labels !== undefined) last.labels = line;
        if (entry.emailId !== undefined) last.emailId = line;
        if (entry.threadId !== undefined) last.threadId = line;
        if (this.#namesFresh(entry.labels)) this.#always.push(line);
        break;
      }
      case 'gone':
        this.#lastWords(entry).gone = line;
        break;
      case 'back':
        delete this.#lastWords(entry).gone;
        break;
      case 'folder':
        this.#folders.set(entry.folder, line);
        break;
    }
  }

  /** The numbers of the needed lines, ascending, each once. */
  lines(): Uint32Array {
    const all = new Set([...this.#always, ...this.#folders.values()]);
    for (const folder of this.#places.values())
      for (const last of folder.values()) for (const line of Object.values(last)) all.add(line);
    return Uint32Array.from(all).sort();
  }

  /** Whether one of the labels was never named before: an index knows every label that there ever was. */
  #namesFresh(labels: readonly string[] = []): boolean {
    const before = this.#labels.size;
    for (const label of labels) this.#labels.add(label);
    return this.#labels.size > before;
  }

  #lastWords(at: Place): LastWords {
    const folder = this.#folder(at);
    const key = keyOf(at);
    const known = folder.get(key);
    if (known !== undefined) return known;
    const fresh: LastWords = {};
    folder.set(key, fresh);
    return fresh;
  }

  #folder(at: Place): Map<number | string, LastWords> {
    const name = 'uid' in at ? `${at.validity} ${at.folder}` : ` ${at.folder}`;
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    const fresh = new Map<number | string, LastWords>();
    this.#places.set(name, fresh);
    return fresh;
  }
}

function keyOf(at: Place): number | string {
  return 'uid' in at ? at.uid : at.uidl;
}
