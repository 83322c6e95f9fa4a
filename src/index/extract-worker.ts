// The entry of an extraction thread: takes a few jobs, reads one message after another, and answers with all their
// documents. Which one it is at stands in shared memory, so that whoever watches can tell which message is stuck.
import { getHeapStatistics } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import type { Document } from './document.ts';
import type { Answer, Order, ThreadData } from './extract-thread.ts';
import { readMessage } from './read-message.ts';

const { mailRoot, progress } = workerData as ThreadData;
const at = new Int32Array(progress);

parentPort?.on('message', (order: Order | null) => {
  // Ends by itself once nothing is left to do: to terminate a thread from outside is for stuck ones.
  if (order === null) parentPort?.close();
  else void answer(order);
});

/** Octets, PDFium's memory among them, that a thread does not give back in time: one that has so many ends. */
const SPENT = 56 * 2 ** 20;

async function answer({ jobs }: Order): Promise<void> {
  const documents: Document[] = [];
  let isSpent = false;
  for (const [index, { job, effort }] of jobs.entries()) {
    Atomics.store(at, 1, -1);
    Atomics.store(at, 0, index);
    const document = await readMessage(mailRoot, job, effort, (number) => Atomics.store(at, 1, number));
    Atomics.store(at, 1, -1);
    // An exact copy: zlib's buffer is a view of a larger one, which would be sent along.
    documents.push({ ...document, body: Uint8Array.from(document.body) });
    const { total_heap_size: heap, external_memory: beside } = getHeapStatistics();
    isSpent = heap + beside > SPENT;
    if (isSpent) break;
  }
  const told: Answer = { documents, isSpent };
  parentPort?.postMessage(
    told,
    documents.map(({ body }) => body.buffer as ArrayBuffer),
  );
}
