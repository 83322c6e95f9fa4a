// PURE: what a file is, by its first octets; only `.eml` is believed for its name.

/** The kinds that are read, and why not where it is none. */
export type Kind =
  | { readonly is: 'eml' | 'mbox' | 'zip' }
  | { readonly is: 'other'; readonly reason: string; readonly isMail: boolean };

/** Octets to look at. */
export const LOOK_AT: number = 16 * 1024;

/** Tells by name (for people) and beginning; `size` is that of the file. */
export function kindOf(name: string, beginning: Buffer, size: number): Kind {
  const isEml = /\.eml$/i.test(name);
  if (size === 0) return { is: 'other', reason: 'it is empty', isMail: isEml };
  if (beginning.toString('latin1', 0, 4) === APPLE_DOUBLE)
    return { is: 'other', reason: 'it is what a Mac keeps beside a file', isMail: false };
  if (isEml) return { is: 'eml' };
  if (/^PK(?:\x03\x04|\x05\x06|\x07\x08)/.test(beginning.toString('latin1', 0, 4))) return { is: 'zip' };
  const text = beginning.toString('latin1', 0, LOOK_AT).replace(/^\xef\xbb\xbf/, '');
  if (/^[\r\n]{0,16}From /.test(text))
    return text.includes('\r') && !text.includes('\n')
      ? { is: 'other', reason: 'its lines end in CR alone: turn them into LF first', isMail: true }
      : { is: 'mbox' };
  if (isHeader(text)) return { is: 'eml' };
  return { is: 'other', reason: 'it is no mail: neither a message, an mbox, nor a zip', isMail: false };
}

/** AppleDouble: `._NAME` beside NAME on foreign file systems and in zips, whatever it is called. */
const APPLE_DOUBLE = '\0\x05\x16\x07';

/** Lines of a header at the beginning, and one among them that mail has. */
function isHeader(text: string): boolean {
  const lines = text.split(/\r?\n/);
  const end = lines.findIndex((line) => !/^(?:[!-9;-~]{1,76}[ \t]*:|[ \t]|>?From )/.test(line));
  const header = end === -1 ? lines : lines.slice(0, end);
  // The header ends at a blank line, or is longer than what was looked at.
  if (end !== -1 && lines[end] !== '' && end < lines.length - 1) return false;
  return header.some((line) =>
    /^(?:from|to|date|received|message-id|return-path|delivered-to|mime-version|x-mozilla-status)[ \t]*:/i.test(
      line,
    ),
  );
}
