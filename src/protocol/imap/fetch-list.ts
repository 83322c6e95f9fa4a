// What an open folder holds, without the messages themselves (RFC 9051 §6.4.5): one row for each UID.
import type { Uid, UidValidity } from '../../model/ids.ts';
import type { Dialogue } from '../dialogue.ts';
import { exchange } from './exchange.ts';
import { readFetch } from './fetch.ts';
import { refusal } from './refusal.ts';
import { holds, parseSet } from './sequence-set.ts';
import type { Tags } from './tags.ts';
import { watchValidity } from './validity.ts';

/** One message of a folder. */
export interface Row {
  readonly uid: Uid;
  readonly flags: readonly string[];
  /** The server's claim in octets, null where it makes none. */
  readonly size: number | null;
  /** Milliseconds since 1970, null where absent or nonsense. */
  readonly received: number | null;
}

/**
 * The rows of the UIDs in `set`, each once, in the server's order; others that it tells are left out (I-059). Do not ask
 * in an empty folder (I-174). With `validity`, that of the open folder, a change of it in between is a MailError.
 * Throws MailError where the server refuses, even when rows came before that: a part is no listing.
 */
export function* uidFetchList(
  host: string,
  tags: Tags,
  set: string,
  validity?: UidValidity,
): Dialogue<Row[]> {
  const asked = parseSet(set);
  const rows = new Map<Uid, Row>();
  const answer = yield* exchange(
    host,
    tags,
    { name: 'UID FETCH', pieces: [`UID FETCH ${set} (UID FLAGS RFC822.SIZE INTERNALDATE)`], phase: 'fetch' },
    {
      status: watchValidity(host, validity),
      data: (data) => {
        const came = readFetch(data);
        if (came === undefined || !came.whole || came.uid === null || !holds(asked, came.uid)) return;
        const before = rows.get(came.uid);
        // I-126: told twice, in parts
        rows.set(came.uid, {
          uid: came.uid,
          flags: came.flags ?? before?.flags ?? [],
          size: came.size ?? before?.size ?? null,
          received: came.received ?? before?.received ?? null,
        });
      },
    },
  );
  // I-113: some of them are gone, and the rest was told
  if (answer.word === 'OK' || answer.code?.name === 'EXPUNGEISSUED') return [...rows.values()];
  throw refusal(host, 'UID FETCH', 'fetch', answer);
}
