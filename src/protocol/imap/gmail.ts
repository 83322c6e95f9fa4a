// What Gmail says of a message beside the standard (X-GM-EXT-1): one id for a message in all of its folders, one for its
// conversation, and its labels. It is asked for only where the server offers it.
import type { Labelled } from '../../model/mailbox.ts';
import { decodeText } from '../text.ts';
import { decodeModifiedUtf7, encodeModifiedUtf7 } from './modified-utf7.ts';
import { isList, isText } from './value.ts';
import type { Value } from './value.ts';

/** The capability. */
export const GMAIL: string = 'X-GM-EXT-1';

/** The items of a FETCH, and the one of them that may change. */
export const GMAIL_ITEMS: string = 'X-GM-MSGID X-GM-THRID X-GM-LABELS';
export const GMAIL_LABELS: string = 'X-GM-LABELS';

/** The value of one of these items; undefined for another item, and where it is nonsense. */
export function readGmailItem(name: string, value: Value | undefined): Labelled | undefined {
  const digits = isText(value) ? value.text : value;
  const id = typeof digits === 'string' && /^\d{1,20}$/.test(digits) ? digits : undefined;
  if (name === 'X-GM-MSGID') return id === undefined ? undefined : { emailId: id };
  if (name === 'X-GM-THRID') return id === undefined ? undefined : { threadId: id };
  if (name === 'X-GM-LABELS' && isList(value)) return { labels: labelsIn(value) };
  return undefined;
}

/** Labels as people read them, each once, sorted; the server's own begin with a backslash: `\Inbox`. I-042: NIL is none. */
function labelsIn(list: readonly Value[]): string[] {
  const names = list.flatMap((item) => {
    const raw = isText(item) ? item.text : item;
    return typeof raw === 'string' && raw !== '' ? [labelName(raw)] : [];
  });
  return [...new Set(names)].filter((name) => name !== '').sort();
}

/**
 * A label is in modified UTF-7, or, where the names of folders are UTF-8, in that; the server does not say which. What is
 * no name in modified UTF-7 to the letter is taken as it stands: `Food&Drinks`.
 */
function labelName(raw: string): string {
  const decoded = /[\x80-\xff]/.test(raw) ? raw : decodeModifiedUtf7(raw);
  const text =
    encodeModifiedUtf7(decoded) === raw ? Buffer.from(decoded, 'utf8') : Buffer.from(raw, 'latin1');
  return decodeText(text).trim();
}
