// The entry of a reading thread: it has a connection to the index of its own, and answers one question after another.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { closeIndex, INDEX_FILE, indexError, openIndex, type Index } from '../index/database.ts';
import { MailError, textOf } from '../model/error.ts';
import { QueryError } from '../search/query-error.ts';
import { answersFrom, type Questions } from './questions.ts';
import type { Failure, Reply, Request } from './reader.ts';

const { data } = workerData as { readonly data: string };
let open: { readonly db: Index; readonly answers: Questions; readonly inode: number } | undefined;

parentPort?.on('message', (request: Request | null) => {
  if (request !== null) parentPort?.postMessage(replyTo(request), []);
  else {
    letGo();
    parentPort?.close();
  }
});

function replyTo({ id, ask, args }: Request): Reply {
  try {
    const answer = answers()[ask] as (...args: readonly unknown[]) => unknown;
    return { id, answer: answer(...args) };
  } catch (thrown) {
    return { id, failure: failureOf(indexError(thrown)) };
  }
}

/** From the index as it lies there now: a rebuild puts another file in its place. */
function answers(): Questions {
  const inode = statSync(join(data, INDEX_FILE), { throwIfNoEntry: false })?.ino ?? 0;
  if (open?.inode !== inode) letGo();
  if (open === undefined) {
    const db = openIndex(data, 'read');
    open = { db, answers: answersFrom(db), inode };
  }
  return open.answers;
}

function letGo(): void {
  if (open !== undefined) closeIndex(open.db);
  open = undefined;
}

/** Errors lose their class and their fields on the way between threads. */
function failureOf(thrown: unknown): Failure {
  if (!(thrown instanceof MailError)) return { message: textOf(thrown) };
  const { kind, message, retry, hint, code } = thrown;
  if (!(thrown instanceof QueryError)) return { message, mail: { kind, message, retry, hint, code } };
  const { said, at, length } = thrown;
  return { message, mistake: { said, at, length } };
}
