// PURE: the `From ` lines of an mbox (RFC 4155 appendix A): which line begins a message, what it tells, how one is written,
// and the `>` before lines of a message that would look like one (mboxrd: any number of them, so that it can be undone).

/** The longest line that is taken for one. */
export const LONGEST_FROM_LINE = 500;

/**
 * True for a line (latin1, without its end) that begins a message where `next` is the line behind it, and `afterBlank` tells
 * whether a blank line, or nothing, stands before it. "From now on it is 10:30" begins none.
 */
export function isFromLine(line: string, next: string, afterBlank: boolean): boolean {
  if (!line.startsWith('From ') || line.length > LONGEST_FROM_LINE || !FIELD.test(next)) return false;
  // Thunderbird writes `From - DATE` and, of late, `From ` alone.
  if (BARE.test(line)) return afterBlank;
  return TIME.test(line) && YEAR.test(line);
}

const FIELD = /^(?:[!-9;-~]{1,76}[ \t]*:|>From )/;
const BARE = /^From -?[ \t]*$/;
const TIME = /(?<!\d)\d{1,2}:\d{2}(?!\d)/;
/** 1970 to 2200: the years that a message may be dated here, and an export writes them. */
const YEAR = /(?<!\d)(?:19[7-9]\d|2[01]\d\d|2200)(?!\d)/;

/** The part of a line that holds its date: from its last weekday, or all behind the sender's beginning. */
export function dateInFromLine(line: string): string {
  const rest = line.slice(4);
  return /^.*[ \t]((?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?[ \t].*)$/i.exec(rest)?.[1] ?? rest;
}

/** `From SENDER Thu Nov 26 02:43:33 2026` in UTC, without a line end; `date` in milliseconds since 1970. */
export function fromLine(sender: string, date: number): string {
  const address = /^[!-~]{1,300}$/.test(sender) ? sender : 'MAILER-DAEMON';
  const [day, month, number, year, time] = new Date(date)
    .toUTCString()
    .replace(/^(\w+), (\d+) (\w+) (\d+) (\S+) GMT$/, '$1 $3 $2 $4 $5')
    .split(' ');
  return `From ${address} ${day} ${month} ${String(Number(number)).padStart(2)} ${time} ${year}`;
}

/** Octets with one `>` more before each line that is `From ` behind any number of them. They begin a line where `fresh`. */
export function quoted(piece: Buffer, fresh: boolean): Buffer {
  return changed(piece, fresh, FROM, (line) => [QUOTE, line]);
}

/** `quoted` undone: one `>` less. A piece that begins a line must hold all of its `>`, and the word behind them. */
export function unquoted(piece: Buffer, fresh: boolean): Buffer {
  return changed(piece, fresh, QUOTED, (line) => [line.subarray(1)]);
}

const FROM = Buffer.from('From ');
const QUOTED = Buffer.from('>From ');
const QUOTE = Buffer.from('>');
const LF = 0x0a;

/** `change` is given the `>` of a line that they and `word` begin. */
function changed(
  piece: Buffer,
  fresh: boolean,
  word: Buffer,
  change: (marks: Buffer) => readonly Buffer[],
): Buffer {
  const parts: Buffer[] = [];
  let done = 0;
  for (let at = piece.indexOf(word); at >= 0; at = piece.indexOf(word, at + word.length)) {
    let begin = at;
    while (begin > done && piece[begin - 1] === QUOTE[0]) begin--;
    if (begin === 0 ? !fresh : piece[begin - 1] !== LF) continue;
    const end = at + word.length - FROM.length;
    parts.push(piece.subarray(done, begin), ...change(piece.subarray(begin, end)));
    done = end;
  }
  return parts.length === 0 ? piece : Buffer.concat([...parts, piece.subarray(done)]);
}
