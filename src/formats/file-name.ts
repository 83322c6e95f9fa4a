// PURE: a message → a name for its `.eml` that a person can read and any file system takes (M-031): its day, its subject, and
// enough of its id to tell it from all others.

/** `2024-05-06 发票 1a2b3c4d5e6f7081.eml`; `date` in milliseconds, or null; `digits` of the id. */
export function emlName(date: number | null, subject: string, id: string, digits: number = 16): string {
  const day = date === null ? 'undated' : new Date(date).toISOString().slice(0, 10);
  const words = readableName(subject, ROOM);
  return `${day}${words === '' ? '' : ` ${words}`} ${id.slice(0, digits)}.eml`;
}

/** Octets of UTF-8 for the subject: eCryptfs takes names of 143, and the rest needs up to 84. */
const ROOM = 59;
/** Controls, what turns the writing, what is no text, and what has a meaning for some shell or system. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\u2028\u2029/\\:*?"<>|]+/gu;

function readableName(text: string, room: number): string {
  const plain = text.replace(UNSAFE, ' ').replace(/\s+/g, ' ').trim();
  let name = '';
  let used = 0;
  for (const { segment } of GRAPHEMES.segment(plain.slice(0, 1000))) {
    used += Buffer.byteLength(segment);
    if (used > room) break;
    name += segment;
  }
  return name.replace(/^[. ]+|[. ]+$/g, '');
}

const GRAPHEMES = new Intl.Segmenter();
