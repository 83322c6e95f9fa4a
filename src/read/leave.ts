// A thread in the middle of a step of SQLite ends behind that step, which may take minutes; and a process that exits waits for its
// threads, by `process.exit` too. These only read: a program that has done all else ends by a signal instead.
import type { Worker } from 'node:worker_threads';

const behind = new Set<Worker>();

/** Ends a thread at its next chance. It keeps the process alive no longer. */
export function leaveBehind(worker: Worker): void {
  behind.add(worker);
  worker.once('exit', () => behind.delete(worker));
  void worker.terminate();
  // Only now: to end it is to wait for it.
  worker.unref();
}

/** From now on this process, when it ends, waits for none that was left behind. For systemd SIGTERM is a good end. */
export function exitWithoutThem(): void {
  process.on('exit', (code) => {
    if (behind.size === 0) return;
    process.removeAllListeners('SIGTERM');
    process.kill(process.pid, code === 0 ? 'SIGTERM' : 'SIGKILL');
  });
}
