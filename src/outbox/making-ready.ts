// A claimed letter is made ready to be sent, stored so, and told of; what cannot be done now is done at the next round.
import type { Account } from '../model/account.ts';
import type { Clock } from '../model/clock.ts';
import { textOf } from '../model/error.ts';
import { isOver } from './entry.ts';
import type { Journal } from './journal.ts';
import type { Letter } from './letter.ts';
import type { OutboxLog } from './outbox-log.ts';
import { prepare } from './prepare.ts';
import type { Spool } from './spool.ts';
import type { Telling } from './telling.ts';

/** What it works with. */
interface ReadyTools {
  readonly accounts: readonly Account[];
  readonly spool: Spool;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: OutboxLog;
  readonly telling: Pick<Telling, 'isReady' | 'notReady' | 'note'>;
}

/** Prepares a letter. Never throws. */
export async function makeReady(
  letter: Letter,
  { accounts, spool, journal, clock, log, telling }: ReadyTools,
): Promise<void> {
  try {
    const ready = await prepare(letter, accounts, spool, clock.now());
    // A person may have acted on it meanwhile.
    if (journal.letter(letter.id)?.state !== letter.state) return;
    journal.save(ready, clock.now());
    telling.isReady(letter);
    if (isOver(ready)) {
      telling.note(ready);
      return;
    }
    const people = `${ready.recipients.length} ${ready.recipients.length === 1 ? 'recipient' : 'recipients'}`;
    const { id, messageId } = ready;
    log.info(`${ready.file} waits to be sent by ${ready.account} to ${people}`, { id, messageId });
  } catch (thrown) {
    telling.notReady(letter, textOf(thrown));
  }
}
