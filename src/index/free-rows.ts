// Chooses row numbers that follow the date: the wanted second, or the next number that is free. Thousands of messages of
// one second must not each walk past all earlier ones, so what is known to be taken is remembered, with short cuts.
import type { Statement } from 'better-sqlite3';
import type { Index } from './database.ts';

/** So many remembered numbers cost about 10 MB; then memory starts afresh, and the database answers again. */
const REMEMBERED = 200_000;

/** The free row numbers of one index. Rows are never removed, so a number that was taken stays so. */
export class FreeRows {
  readonly #taken: Statement<[number], { row: number }>;
  /** From a taken number to one beyond it with nothing free between the two. */
  readonly #beyond = new Map<number, number>();

  constructor(db: Index) {
    this.#taken = db.prepare('SELECT row FROM message WHERE row = ?');
  }

  /** The first free number at or after `wanted`; it counts as taken from now on. */
  take(wanted: number): number {
    const passed: number[] = [];
    let row = wanted;
    for (;;) {
      const next = this.#beyond.get(row) ?? (this.#taken.get(row) === undefined ? undefined : row + 1);
      if (next === undefined) break;
      passed.push(row);
      row = next;
    }
    if (this.#beyond.size + passed.length > REMEMBERED) this.#beyond.clear();
    for (const step of passed) this.#beyond.set(step, row + 1);
    this.#beyond.set(row, row + 1);
    return row;
  }
}
