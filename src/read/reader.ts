// Questions to the index, answered in threads of their own: a count over a million messages holds up neither mail nor a page.
// Long questions have a lane for themselves, so that a list never waits for them.
import type { MailErrorParts } from '../model/error.ts';
import type { QueryError, Span } from '../search/query-error.ts';
import { Lane, USUAL, type Patience } from './lane.ts';
import type { Questions } from './questions.ts';

/** A question on its way to a thread. */
export interface Request {
  readonly id: number;
  readonly ask: keyof Questions;
  readonly args: readonly unknown[];
}

/** Why there is no answer: a MailError, a mistake in a query, or else a mistake of ours. */
export interface Failure {
  readonly message: string;
  readonly mail?: MailErrorParts;
  readonly mistake?: Span & Pick<QueryError, 'said'>;
}

/** The answer to the question of that id. */
export type Reply = { readonly id: number } & ({ readonly answer: unknown } | { readonly failure: Failure });

/** Those that count: they walk over all that a query finds. */
const LONG: ReadonlySet<keyof Questions> = new Set(['facets', 'months']);

/** Asks the index of the archive at `data`; it may be absent, and made or made anew meanwhile. */
export class Reader {
  readonly #lanes: readonly [short: Lane, long: Lane];

  constructor(data: string, patience: Patience = USUAL) {
    this.#lanes = [new Lane(data, patience), new Lane(data, patience)];
  }

  /**
   * Rejects with what the question throws: MailError `storage` for an index that is absent or damaged, or QueryError; and with
   * MailError `timeout` where there is no answer in time.
   */
  ask<Ask extends keyof Questions>(
    ask: Ask,
    ...args: Parameters<Questions[Ask]>
  ): Promise<ReturnType<Questions[Ask]>> {
    const [short, long] = this.#lanes;
    const answer = (LONG.has(ask) ? long : short).ask(ask, args);
    return answer as Promise<ReturnType<Questions[Ask]>>;
  }

  /** Throws where questions have no answer, as no thread is left for them. */
  answer(): void {
    for (const lane of this.#lanes) lane.answer();
  }

  /** Lets the threads end. What has no answer yet is refused with MailError `cancelled`. */
  async close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }
}
