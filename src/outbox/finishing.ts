// The ends of letters, one at a time for each letter: whatever of it cannot be done now is done a minute later, and told.
import type { Clock } from '../model/clock.ts';
import { textOf } from '../model/error.ts';
import { beginOf, isOver } from './entry.ts';
import { finish, type FinishTools } from './finish.ts';
import type { Letter } from './letter.ts';
import type { OutboxLog } from './outbox-log.ts';
import type { Sending } from './sending.ts';
import { takeBack } from './taking-back.ts';
import { isLate, LATE, tellSender } from './telling-sender.ts';

const MINUTE = 60_000;
/** Milliseconds for which letters that are over stay in the list. */
const MEMORY = 30 * 24 * 60 * MINUTE;

/** Finishes letters of one outbox. */
export class Finishing {
  readonly #tools: FinishTools & { readonly clock: Clock; readonly log: OutboxLog };
  /** Letters that are being finished, or when to try it again (monotonic milliseconds). */
  readonly #later = new Map<string, number>();

  constructor(tools: FinishTools & { readonly clock: Clock; readonly log: OutboxLog }) {
    this.#tools = tools;
  }

  /** True while it is under way. */
  has(id: string): boolean {
    return this.#later.get(id) === Infinity;
  }

  /** Does for a letter what can be done now. Never throws. */
  async finish({ id }: Pick<Letter, 'id'>): Promise<void> {
    const { clock, log, journal } = this.#tools;
    const current = journal.letter(id);
    // A round and the end of a delivery may both come here.
    if (current === undefined || (this.#later.get(id) ?? 0) > clock.monotonic()) return;
    this.#later.set(id, Infinity);
    const errors = await this.#end(current).catch((thrown: unknown) => [
      thrown instanceof Error ? thrown : new Error(textOf(thrown)),
    ]);
    if (errors.length === 0) this.#later.delete(id);
    else this.#later.set(id, clock.monotonic() + MINUTE);
    for (const error of errors) log.error(error.message, { id });
  }

  /** Tells the senders of messages that have waited for long. What cannot be told now is told later. Never throws. */
  async tellLate(sending: Pick<Sending, 'act' | 'isActive'>): Promise<void> {
    const { clock, log, journal } = this.#tools;
    for (const letter of journal.untoldSince(clock.now() - LATE)) {
      if (!isLate(letter, clock.now()) || sending.isActive(letter.id)) continue;
      try {
        await tellSender(letter, 'late', this.#tools);
        const now = journal.letter(letter.id);
        if (now === undefined || sending.isActive(now.id) || !isLate(now, clock.now())) continue;
        const text = `it waits since ${new Date(beginOf(now)).toISOString()}; a report lies in the archive`;
        journal.together(() => {
          sending.act(now.id, { type: 'late' });
          journal.history.note(now.id, { at: clock.now(), what: 'late', text });
        });
        log.warn(`${now.file} is late: ${text}`, { id: now.id, account: now.account });
      } catch (thrown) {
        log.error(`the sender of ${letter.file} cannot be told yet that it is late: ${textOf(thrown)}`, {
          id: letter.id,
        });
      }
    }
  }

  /** Forgets letters that are over for long. First go the files: one without a row would come back (rescue.ts). */
  async forget(): Promise<void> {
    const { clock, journal, spool } = this.#tools;
    const old = journal.overSince(clock.now() - MEMORY);
    if (old.length === 0) return;
    for (const id of old) await spool.remove(id);
    await spool.sync();
    journal.together(() => old.forEach((id) => journal.withdraw(id)));
  }

  async #end(letter: Letter): Promise<readonly Error[]> {
    if (isOver(letter)) return finish(letter, this.#tools);
    const { journal, clock } = this.#tools;
    // It is on its way again: it is not sent before nobody can move it back any more.
    if (letter.landed === null) return [];
    await takeBack(letter.landed, letter.id);
    const now = journal.letter(letter.id);
    if (now !== undefined && !isOver(now)) journal.save({ ...now, landed: null }, clock.now());
    return [];
  }
}
