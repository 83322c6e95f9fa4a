// SIGHUP, by which a service is asked to read its configuration again. On a terminal it means that the terminal has gone: there
// it keeps its meaning.

/** Calls `again` at each SIGHUP; returns what gives the signal back. */
export function atHangup(again: () => void): () => void {
  if (process.stdin.isTTY) return () => undefined;
  process.on('SIGHUP', again);
  return () => void process.removeListener('SIGHUP', again);
}
