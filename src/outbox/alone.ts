// A person acts on a letter where no service runs: the queue is taken for that moment, so that nobody sends meanwhile. What the
// end of a letter needs beyond its files, the next run of the service does.
import { MailError } from '../model/error.ts';
import type { Action } from './actions.ts';
import type { ListedLetter } from './list.ts';
import type { OutboxParts, OutboxTools } from './parts.ts';
import { Outbox } from './run.ts';

/** As `Outbox.act`. Throws MailError `locked` besides, where another process has the queue. */
export async function actAlone(
  parts: OutboxParts,
  { clock, inChinese }: Required<Pick<OutboxTools, 'clock' | 'inChinese'>>,
  action: Action,
  id: string,
): Promise<ListedLetter> {
  const quiet = (): void => undefined;
  const outbox = new Outbox(parts, {
    clock,
    inChinese,
    log: { error: quiet, warn: quiet, info: quiet },
    connect: () => Promise.reject(later()),
    keepSent: () => Promise.reject(later()),
  });
  try {
    return await outbox.act(action, id);
  } finally {
    await outbox.stop();
  }
}

function later(): MailError {
  return new MailError({ kind: 'locked', retry: 'later', message: 'the service does that when it runs' });
}
