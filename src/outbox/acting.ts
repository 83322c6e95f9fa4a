// A person acts on a letter: it is looked at as it stands this moment, told why not, or changed and on disk before the answer.
// Between the last look and the change nothing is waited for, so that no delivery comes between.
import { MailError } from '../model/error.ts';
import { type Action, REASONS, type Why, whyNot } from './actions.ts';
import type { Evidence } from './evidence.ts';
import type { Event } from './event.ts';
import { isOver } from './entry.ts';
import type { Journal } from './journal.ts';
import type { Letter } from './letter.ts';
import type { OutboxLog } from './outbox-log.ts';
import type { Sending } from './sending.ts';
import type { Spool } from './spool.ts';
import { lying, putBack, setAside } from './taking-back.ts';

/** What acting works with. */
export interface ActingTools {
  readonly journal: Journal;
  readonly spool: Spool;
  readonly sending: Sending;
  readonly evidence: Pick<Evidence, 'hurry'>;
  readonly log: OutboxLog;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Resolves when what was just claimed is prepared. */
  readonly settled: () => Promise<void>;
  /** True while its end is being finished. */
  readonly isFinishing: (id: string) => boolean;
}

/**
 * Does `action` to the letter whose id begins with `prefix`, and resolves with it as it is then. Throws MailError `usage`, with
 * a Why as its code, where that cannot be; `storage`.
 */
export async function act(action: Action, prefix: string, tools: ActingTools): Promise<Letter> {
  const { journal, sending, evidence, spool, log, now, settled, isFinishing } = tools;
  const [id, second] = journal.idsOf(prefix);
  if (id === undefined || prefix === '') throw refused('unknown', prefix);
  if (second !== undefined) throw refused('ambiguous', prefix);
  if (sending.letter(id)?.state === 'claimed') await settled();
  const comesBack = (one: Letter): boolean => action === 'retry' && isOver(one) && one.state !== 'sent';
  const before = sending.letter(id);
  const found = before !== undefined && comesBack(before) ? await lying(before, spool) : null;
  const letter = sending.letter(id);
  if (letter === undefined) throw refused('unknown', prefix);
  // Somebody else may have sent it on its way meanwhile.
  const back = found !== null && comesBack(letter);
  if (back && (!letter.placed || !letter.kept || isFinishing(id))) throw refused('busy', letter.file);
  const no = whyNot(letter, action) ?? (back ? setAside(letter, found) : null);
  if (no !== null) throw refused(no, letter.file);
  let after = letter;
  try {
    journal.together(() => {
      after = sending.act(id, eventOf(action, letter), back ? again(letter) : {});
      journal.history.note(id, { at: now(), what: action, text: DONE[action] });
    });
  } catch (thrown) {
    if (back) putBack(letter);
    throw thrown;
  }
  if (action === 'retry' || action === 'release') evidence.hurry(after);
  if (action === 'retry' && after.account !== null) sending.breaker.end(after.account);
  log.info(`${letter.file}, ${letter.state}: ${DONE[action]}`, { id, account: letter.account });
  return after;
}

const DONE: Readonly<Record<Action, string>> = {
  retry: 'to be sent at once, as a person wishes',
  hold: 'held, as a person wishes',
  release: 'released by a person',
  cancel: 'taken back by a person',
};

function eventOf(action: Action, letter: Letter): Event {
  switch (action) {
    case 'retry':
      return { type: 'retry', frozen: letter.size !== null };
    case 'cancel':
      return { type: 'cancel', reason: letter.doubts > 0 ? TAKEN_BACK_LATE : TAKEN_BACK };
    case 'hold':
    case 'release':
      return { type: action };
  }
}

const TAKEN_BACK = 'taken back by hand before it was sent';
const TAKEN_BACK_LATE = 'taken back by hand; it may have been delivered before that';

/** It is to land anew. What was kept in the archive stays there. */
function again(letter: Letter): Partial<Letter> {
  return {
    placed: false,
    reported: false,
    kept: letter.kept && letter.recipients.some(({ state }) => state === 'sent'),
    hint: null,
  };
}

function refused(why: Why, what: string): MailError {
  return new MailError({
    kind: 'usage',
    retry: why === 'busy' ? 'later' : 'never',
    code: why,
    message: `${what} ${REASONS[why].en}`,
  });
}
