// What a server tells of its own accord (RFC 9051 §7.4, §7.5, RFC 5465 §5): something came, went or changed, here or in
// another folder. It is only a reason to look; nothing is ever stored or marked because of it.
import type { WireName } from '../../model/ids.ts';
import type { Data } from './response.ts';
import { isText, unescape, Values } from './value.ts';

/** One piece of news. */
export type News =
  /** The open folder holds so many messages, or so many recent ones. Some servers repeat it with nothing new. */
  | { readonly kind: 'exists' | 'recent'; readonly count: number }
  /** A message of the open folder went, or its flags changed. */
  | { readonly kind: 'changed' }
  /** Something came to, went from or changed in another folder. */
  | { readonly kind: 'folder'; readonly wire: WireName }
  /** A folder was made, renamed or removed. */
  | { readonly kind: 'folders' }
  /** The server has stopped telling of other folders. */
  | { readonly kind: 'overflow' };

/** The news in a response; undefined where it is something else. */
export function newsIn(data: Data): News | undefined {
  const { text } = data;
  const [, count = '', word = ''] =
    /^\*[ \t]+(\d{1,10})[ \t]+(EXISTS|RECENT|EXPUNGE|FETCH)\b/i.exec(text) ?? [];
  if (/^(EXISTS|RECENT)$/i.test(word))
    return { kind: word.toUpperCase() === 'EXISTS' ? 'exists' : 'recent', count: Number(count) };
  if (word !== '' || /^\*[ \t]+VANISHED\b/i.test(text)) return { kind: 'changed' }; // RFC 7162 §3.2.10
  const [status] = /^\*[ \t]+STATUS[ \t]+/i.exec(text) ?? [];
  if (status !== undefined) return { kind: 'folder', wire: folderOf(data, status.length) as WireName };
  return /^\*[ \t]+LIST\b/i.test(text) ? { kind: 'folders' } : undefined;
}

/** I-133: a name with spaces may stand without quotes; the last list in parentheses is not part of it. */
function folderOf(data: Data, at: number): string {
  const values = new Values(data, at);
  const [, bare] = /^([^"\u0100(][^"\u0100]*?) *\([^()]*\) *$/.exec(values.rest) ?? [];
  if (bare !== undefined) return unescape(bare);
  const name = values.next();
  return isText(name) ? name.text : typeof name === 'string' ? name : '';
}
