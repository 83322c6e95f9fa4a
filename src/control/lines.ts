// A stream → its lines, each of a bounded length: who sends a longer one is heard no more.
import type { Socket } from 'node:net';

/** Calls `took` with each line, without its end, and `tooLong` once for a line over `most` octets; nothing follows that. */
export function onLines(
  socket: Socket,
  most: number,
  took: (line: string) => void,
  tooLong: () => void,
): void {
  let parts: Buffer[] = [];
  let held = 0;
  let over = false;
  socket.on('data', (chunk: Buffer) => {
    let from = 0;
    while (!over) {
      const end = chunk.indexOf(0x0a, from);
      const part = chunk.subarray(from, end === -1 ? undefined : end);
      held += part.length;
      if (held >= most) {
        over = true;
        parts = [];
        return tooLong();
      }
      if (part.length > 0) parts.push(part);
      if (end === -1) return;
      const line = Buffer.concat(parts).toString('utf8');
      parts = [];
      held = 0;
      from = end + 1;
      took(line);
    }
  });
}
