// What was sent is kept too: the frozen bytes go into the archive, in the account's folder `Outbox`, as any message would.
import { createReadStream } from 'node:fs';
import type { Archive } from '../archive/store.ts';
import type { Index } from '../index/database.ts';
import type { Keeper } from '../index/keep.ts';
import { isKnown } from '../index/positions.ts';
import type { Uidl } from '../model/ids.ts';
import type { Clock } from '../model/clock.ts';
import type { KeepSent } from './finish.ts';

/** The folder in which sent messages are found. */
const FOLDER = 'Outbox';

/** A KeepSent over the house's archive. Repeating it changes nothing: the queue's id is the key of the place. */
export function keepSentIn(archive: Archive, keeper: Keeper, db: Index, clock: Clock): KeepSent {
  return async (account, path, queueId) => {
    const uidl = queueId as Uidl;
    // A crash may have come between the keeping and the queue's row that tells of it.
    if (isKnown(db, account, FOLDER, uidl)) return;
    const incoming = archive.incoming();
    try {
      for await (const chunk of createReadStream(path)) if (Buffer.isBuffer(chunk)) incoming.write(chunk);
    } catch (thrown) {
      incoming.discard();
      throw thrown;
    }
    const location = { folder: FOLDER, uidl };
    await keeper.keep(account, [{ incoming, location, received: clock.now(), flags: ['\\Seen'] }]);
  };
}
