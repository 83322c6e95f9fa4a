// A message on its way into DATA (RFC 5321 §4.5.2): a dot more before each line that begins with one, and a line end at
// the end. Chunks may be cut anywhere; nothing is held but what passes.

const LF = 0x0a;
const CR = 0x0d;
const DOT = 0x2e;
const CRLF = Buffer.from('\r\n');

/**
 * The chunks with dots stuffed, ended by CRLF, without the final dot. A line begins after CRLF and after a bare LF (which
 * an earlier stage refuses; stuffing after it too leaves no way to smuggle an end). The chunks are not changed.
 */
export async function* dotStuffed(
  chunks: Iterable<Buffer> | AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void, void> {
  let last = LF; // the octet before the next one: DATA was answered with a whole line
  let before = CR;
  let empty = true;
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue;
    empty = false;
    yield stuff(chunk, last === LF);
    before = chunk.length > 1 ? (chunk[chunk.length - 2] ?? 0) : last;
    last = chunk[chunk.length - 1] ?? 0;
  }
  if (empty || last !== LF || before !== CR) yield CRLF;
}

/** One chunk with its dots doubled; the chunk itself where there is nothing to do. */
function stuff(chunk: Buffer, lineStart: boolean): Buffer {
  const pieces: Buffer[] = [];
  let start = 0;
  if (lineStart && chunk[0] === DOT) pieces.push(ONE_DOT);
  for (let at = chunk.indexOf(LF_DOT); at >= 0; at = chunk.indexOf(LF_DOT, at + 1)) {
    pieces.push(chunk.subarray(start, at + 1), ONE_DOT);
    start = at + 1;
  }
  return pieces.length === 0 ? chunk : Buffer.concat([...pieces, chunk.subarray(start)]);
}

const ONE_DOT = Buffer.of(DOT);
const LF_DOT = Buffer.of(LF, DOT);
