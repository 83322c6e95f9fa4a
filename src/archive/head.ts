// PURE: the octets of a message as they come → its header, up to the blank line. It never holds more than its cap, so
// that a message without a blank line costs no more than any other.

/** The most that is kept of a header: 256 KB. */
export const MAX_HEAD: number = 256 * 1024;

/** Where the header in `bytes` ends: the octet behind its last line end; undefined while no blank line is seen from `from` on. */
export function headEnd(bytes: Buffer, from: number = 0): number | undefined {
  if (bytes[0] === LF || (bytes[0] === CR && bytes[1] === LF)) return 0;
  // A blank line is an LF, an optional CR, and an LF; three octets may lie before `from`.
  let at = bytes.indexOf(LF, Math.max(0, from - 3));
  while (at >= 0) {
    if (bytes[at + 1] === LF || (bytes[at + 1] === CR && bytes[at + 2] === LF)) return at + 1;
    at = bytes.indexOf(LF, at + 1);
  }
  return undefined;
}

const CR = 0x0d;
const LF = 0x0a;
