// What the log hears of the outbox: one line for what became of a letter, and one, once, for each file or folder that is not
// as it should be.
import type { Look } from './gathered.ts';
import type { Letter } from './letter.ts';
import type { OutboxLog } from './outbox-log.ts';

/** Tells the log, and counts. */
export class Telling {
  /** Letters that came to these states since the start; one may come to several. */
  readonly outcomes: Record<'sent' | 'deferred' | 'uncertain' | 'failed', number> = {
    sent: 0,
    deferred: 0,
    uncertain: 0,
    failed: 0,
  };
  readonly #log: OutboxLog;
  /** What the last look had to tell: it is not told again while it lasts. */
  #told = new Set<string>();

  /** Letters that could not be prepared, and why, as it was told. */
  readonly #unready = new Map<string, string>();

  constructor(log: OutboxLog) {
    this.#log = log;
  }

  /** Tells what became of a letter. */
  note(letter: Letter): void {
    const { id, state, file, account, messageId, reply, reason } = letter;
    if (state !== 'sent' && state !== 'deferred' && state !== 'uncertain' && state !== 'failed') return;
    this.outcomes[state]++;
    const fields = { id, account, messageId };
    if (state === 'sent') this.#log.info(`${file} was sent: ${reply ?? ''}`, fields);
    else if (state === 'failed')
      this.#log.error(`${file} could not be sent: ${reason ?? refusals(letter)}`, fields);
    else this.#log.warn(`${file} is ${state}: ${reason ?? refusals(letter)}`, fields);
  }

  /** Tells that a letter cannot be prepared yet; not again while that lasts. */
  notReady({ id, file }: Letter, why: string): void {
    if (this.#unready.get(id) !== why) this.#log.error(`${file} cannot be prepared yet: ${why}`, { id });
    this.#unready.set(id, why);
  }

  isReady({ id }: Letter): void {
    this.#unready.delete(id);
  }

  /** Tells what a look found amiss. */
  look({ left, errors, isPart }: Look): void {
    const now = new Set<string>();
    const tell = (text: string): void => {
      // A letter has another id in the spool each time that it is tried to take it, and on a full disk each letter fails.
      const what = text.replace(/(\/spool\/)[0-9a-f]+/g, '$1');
      if (!this.#told.has(what) && !now.has(what)) this.#log.warn(text);
      now.add(what);
    };
    for (const { file, reason } of left) tell(`${file} in the drop folder is left alone: ${reason}`);
    for (const error of errors) tell(error.message);
    // What it did not look at may last all the same.
    this.#told = isPart ? new Set([...this.#told, ...now]) : now;
  }
}

function refusals({ recipients }: Letter): string {
  const told = recipients
    .filter(({ state }) => state !== 'sent')
    .map(({ address, reply }) => `${address}: ${reply ?? ''}`);
  return told.join('; ');
}
