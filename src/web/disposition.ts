// PURE: the name under which a browser saves what came in a mail. It is one name in one folder on any system, and shows what it
// is: no sign that turns letters round, none that is not seen.
import { Buffer } from 'node:buffer';

/** Octets of UTF-8 of a name; file systems take 255, browsers add ` (1)` and `.crdownload`. */
const LONGEST = 200;

/** A `Content-Disposition` that saves. `fallback`: the name where the mail gives none. RFC 6266 §4.3, RFC 8187 §3.2. */
export function attachmentDisposition(name: string, fallback: string): string {
  const safe = fileName(name) || fallback;
  const ascii = safe.replace(/[^ -~]|["\\%]/g, '_');
  const encoded = encodeURIComponent(safe).replace(
    /['()*!]/g,
    (char) => `%${char.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

/** A name that any file system takes; empty where nothing is left of it. */
export function fileName(name: string): string {
  // By way of octets, half a surrogate pair becomes a sign like another.
  const clean = Buffer.from(name)
    .toString()
    .normalize('NFC')
    .replace(UNSEEN, '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}<>:"/\\|?*\ufffd]/gu, '_')
    .replace(/^[\s.]+|[\s.]+$/gu, '');
  const short = shortened(clean);
  return RESERVED.test(short) ? `_${short}` : short;
}

/** Format characters: direction overrides and isolates, zero-width signs, soft hyphens, tags. */
const UNSEEN = /[\p{Cf}\p{Co}\p{Default_Ignorable_Code_Point}]/gu;

/** Names that Windows takes for devices. */
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** Cut in the middle, so that it still ends as it did. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= LONGEST) return name;
  const ending = /\.[\w-]{1,16}$/.exec(name)?.[0] ?? '';
  let kept = '';
  let room = LONGEST - ending.length;
  for (const char of name) {
    room -= Buffer.byteLength(char);
    if (room < 0) break;
    kept += char;
  }
  return kept + ending;
}
