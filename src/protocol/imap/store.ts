// Flags are added to, or taken from, messages of a folder that SELECT has opened (RFC 9051 §6.4.6), by their UIDs and without an answer
// for each of them.
import type { UidValidity } from '../../model/ids.ts';
import type { Dialogue } from '../dialogue.ts';
import { exchange } from './exchange.ts';
import { refusal } from './refusal.ts';
import { formatRanges, parseSet } from './sequence-set.ts';
import type { Tags } from './tags.ts';
import { watchValidity } from './validity.ts';

/**
 * Adds `flags` (`\Deleted` …), or takes them away (`-`), at the messages in `set`, one of those of `formatSet`. OK proves
 * nothing of any one message (I-130): list them where it matters. With `validity`, that of the open folder, a change of it is a
 * MailError. Throws MailError where the server refuses; some of the messages may have the flags then.
 */
export function* uidStore(
  host: string,
  tags: Tags,
  set: string,
  flags: readonly string[],
  validity?: UidValidity,
  sign: '+' | '-' = '+',
): Dialogue<void> {
  const answer = yield* exchange(
    host,
    tags,
    // I-048: the list stands in parentheses, though one flag would not need them
    {
      name: 'UID STORE',
      pieces: [`UID STORE ${checked(set)} ${sign}FLAGS.SILENT ${flagList(flags)}`],
      phase: 'store',
    },
    { status: watchValidity(host, validity) },
  );
  if (answer.word !== 'OK') throw refusal(host, 'UID STORE', 'store', answer);
}

/** `set` as it goes out: a mistake in it would change other messages. Throws RangeError where it is none. */
export function checked(set: string): string {
  const [only = '', ...others] = formatRanges(parseSet(set));
  if (set.includes('*') || others.length > 0)
    throw new RangeError(`not a set of known UIDs: ${set.slice(0, 100)}`);
  return only;
}

/** Flags in parentheses; what is no flag (RFC 9051 §9, flag) is left out, and `\Recent`, which no client may set. */
export function flagList(flags: readonly string[]): string {
  const fit = flags.filter(
    (flag) => /^\\?[^\x00-\x20(){%*"\\\]\x7f-\uffff]+$/.test(flag) && !/^\\recent$/i.test(flag),
  );
  return `(${fit.join(' ')})`;
}
