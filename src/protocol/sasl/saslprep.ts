// One password, one sequence of octets, whatever keyboard it was typed on (SASLprep, RFC 4013).

/** RFC 3454 table C.1.2, less the ASCII space: each becomes one (RFC 4013 §2.1). */
const SPACES = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/g;
/** RFC 3454 table B.1: mapped to nothing (RFC 4013 §2.1). U+200B stands in both tables, and is a space first. */
const NOTHING = /\u00ad|\u034f|\u1806|\u180b|\u180c|\u180d|\u200c|\u200d|\u2060|[\ufe00-\ufe0f]|\ufeff/g;

/**
 * `text` mapped and in form KC (RFC 4013 §2.1, §2.2). Of what RFC 4013 prohibits (§2.3, §2.4: private use, mixed
 * directions) nothing is refused: the server that stored the password decides about it. Unicode's present form KC is used,
 * not that of 3.2; they differ for characters that had no meaning then.
 */
export function saslprep(text: string): string {
  return text.replace(SPACES, ' ').replace(NOTHING, '').normalize('NFKC');
}
