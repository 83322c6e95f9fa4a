// A source that is opened again after a loss, as long as that brings anything: a struggling server is not hammered with
// logins, and one that lets nobody in any more ends the run.
import type { Clock } from '../model/clock.ts';
import type { MailError } from '../model/error.ts';
import type { Folder } from '../model/mailbox.ts';
import type { Session } from './folder-run.ts';
import type { FolderState, Source } from './source.ts';

/** What a session is made from. */
export interface Sessions {
  /** A new, unopened source for the account. */
  readonly source: () => Source;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Messages stored in this run. */
  readonly stored: () => number;
}

/** Reconnections in a row that brought no message, after which a run ends. */
const FRUITLESS_RENEWALS = 12;

/** Messages, fewer than which are little for one login. */
const LITTLE = 20;

/** A source that is opened again after a loss, as long as something was stored in between. */
export class Reconnecting implements Session {
  readonly #run: Sessions;
  /** False: it is not dialled again, and what it cannot do is done by another. */
  readonly isLasting: boolean;
  #source: Source;
  #storedBefore = 0;
  #fruitless = 0;
  /** Connections in a row that brought little. */
  #poor = 0;
  #unreachable = false;
  readonly #onAbort = (): void => this.#source.abort();

  constructor(run: Sessions, isLasting: boolean = true) {
    this.#run = run;
    this.isLasting = isLasting;
    this.#source = run.source();
  }

  get source(): Source {
    return this.#source;
  }

  async open(): Promise<void> {
    this.#run.signal.addEventListener('abort', this.#onAbort);
    await this.#source.open();
  }

  /** Closes without a word; nothing of it stays with the signal, which outlives many polls. */
  abort(): void {
    this.#run.signal.removeEventListener('abort', this.#onAbort);
    this.#source.abort();
  }

  async renew(why: MailError, folder: Folder): Promise<FolderState>;
  async renew(why: MailError): Promise<undefined>;
  async renew(why: MailError, folder?: Folder): Promise<FolderState | undefined> {
    const { clock, signal, stored } = this.#run;
    this.#source.abort();
    const brought = stored() - this.#storedBefore;
    this.#fruitless = brought > 0 ? 0 : this.#fruitless + 1;
    this.#poor = brought >= LITTLE ? 0 : this.#poor + 1;
    this.#storedBefore = stored();
    const worth = this.isLasting && (LOST.has(why.kind) || why.retry === 'now');
    if (!worth || this.#unreachable || this.#fruitless > FRUITLESS_RENEWALS || signal.aborted) throw why;
    // Waits grow while little comes, so that a struggling server is not hammered with logins: one a message is too many.
    if (this.#poor > 0) await clock.sleep(Math.min(5000, 125 * 2 ** this.#poor), signal);
    this.#source = this.#run.source();
    try {
      await this.#source.open();
    } catch (thrown) {
      this.#unreachable = true; // one refusal to connect or log in ends the run
      throw thrown;
    }
    return folder === undefined ? undefined : this.#source.enter(folder);
  }
}

const LOST = new Set(['closed', 'timeout', 'protocol']);
