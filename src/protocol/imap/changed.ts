// What a server tells, at the opening of a folder, of the time since a modification sequence (RFC 7162 §3.2.5): messages
// that are new or have other flags, and UIDs that vanished. Servers get it wrong (I-087, I-110, I-111): it is a hint.
import type { UidValidity } from '../../model/ids.ts';
import { labelled } from '../../model/mailbox.ts';
import { readFetch } from './fetch.ts';
import type { Row } from './fetch-list.ts';
import type { Data } from './response.ts';
import { MAX_UID, MOST_RANGES, parseSet } from './sequence-set.ts';
import type { UidRange } from './sequence-set.ts';

/** Since when. */
export interface Since {
  readonly validity: UidValidity;
  /** Decimal digits. */
  readonly modseq: string;
}

/** What changed. */
export interface Changed {
  /** New and changed messages; flags alone. */
  readonly rows: readonly Row[];
  /** UIDs that are there no more, in the order in which they were told; null where they could not be read. */
  readonly vanished: readonly UidRange[] | null;
}

/** The parameter of EXAMINE that asks for it. */
export function qresync({ validity, modseq }: Since): string {
  // I-110: `1:*` would leave out the highest UID where its message is gone.
  return `(QRESYNC (${validity} ${modseq} 1:${MAX_UID}))`;
}

/** Collects changes from what is heard. */
export class HeardChanges {
  readonly #rows: Row[] = [];
  readonly #vanished: UidRange[] = [];
  #readable = true;

  get changed(): Changed {
    return { rows: this.#rows, vanished: this.#readable ? this.#vanished : null };
  }

  take(data: Data): void {
    // RFC 7162 §3.2.10: one without EARLIER is about now
    const [, set] = /^\*[ \t]+VANISHED[ \t]+\(EARLIER\)[ \t]*(.*)$/i.exec(data.text) ?? [];
    if (set !== undefined) return this.#take(set.trim());
    const came = readFetch(data);
    if (came?.whole !== true || came.uid === null || came.flags === null) return;
    this.#rows.push({
      uid: came.uid,
      flags: came.flags,
      size: came.size,
      received: came.received,
      ...labelled(came),
    });
  }

  #take(set: string): void {
    try {
      for (const range of parseSet(set)) this.#vanished.push(range);
      if (this.#vanished.length > MOST_RANGES) throw new RangeError('too many ranges');
    } catch {
      this.#readable = false;
      this.#vanished.length = 0;
    }
  }
}
