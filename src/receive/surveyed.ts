// What an account has, as its server tells it before any folder is opened, whatever the server makes of the question.
import { MailError } from '../model/error.ts';
import type { Folder } from '../model/mailbox.ts';
import type { Surveyed } from '../protocol/imap/survey.ts';
import { MOST_RESTARTS } from './one-folder.ts';
import type { Reconnecting } from './reconnecting.ts';

/**
 * The folders; a connection lost over a command that the host does not bear is dialled again, and it is left out. One folder may
 * be why: where a server stalls, or hangs up, at the status of all for the second time, each is opened instead. Throws MailError.
 */
export async function surveyed(
  session: Reconnecting,
  kept: (folder: Folder) => boolean,
): Promise<readonly Surveyed[]> {
  let lost = 0;
  for (let restarts = 0; ; restarts++) {
    try {
      if (lost < 2) return await session.source.survey(kept);
      return (await session.source.folders()).map((folder) => ({ folder, status: null }));
    } catch (thrown) {
      if (!(thrown instanceof MailError) || restarts >= MOST_RESTARTS) throw thrown;
      const isLost = thrown.kind === 'closed' || thrown.kind === 'timeout';
      if (thrown.avoid === undefined && (!isLost || ++lost > 2)) throw thrown;
      await session.renew(thrown);
    }
  }
}
