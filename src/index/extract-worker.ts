// The entry of an extraction thread: takes a few jobs, reads one message after another, and answers with all their
// documents. Which one it is at stands in shared memory, so that whoever watches can tell which message is stuck.
import { parentPort, workerData } from 'node:worker_threads';
import type { Document } from './document.ts';
import type { Order, ThreadData } from './extract-thread.ts';
import { readMessage } from './read-message.ts';

const { mailRoot, progress } = workerData as ThreadData;
const at = new Int32Array(progress);

parentPort?.on('message', (order: Order | null) => {
  // Ends by itself once nothing is left to do: to terminate a thread from outside is for stuck ones.
  if (order === null) parentPort?.close();
  else void answer(order);
});

async function answer({ jobs }: Order): Promise<void> {
  const documents: Document[] = [];
  for (const [index, { job, effort }] of jobs.entries()) {
    Atomics.store(at, 1, -1);
    Atomics.store(at, 0, index);
    const document = await readMessage(mailRoot, job, effort, (number) => Atomics.store(at, 1, number));
    Atomics.store(at, 1, -1);
    // An exact copy: zlib's buffer is a view of a larger one, which would be sent along.
    documents.push({ ...document, body: Uint8Array.from(document.body) });
  }
  parentPort?.postMessage(
    documents,
    documents.map(({ body }) => body.buffer as ArrayBuffer),
  );
}
