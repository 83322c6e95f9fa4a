// The octets of a message on their way out, by DATA or in a chunk: a failing disk is told from a failing connection, and a
// server that hangs up in the middle is listened to once more.
import { MailError, textOf } from '../../model/error.ts';
import { stream } from '../dialogue.ts';
import type { Dialogue } from '../dialogue.ts';
import { during } from '../phase.ts';
import { readReply } from './reply.ts';
import { refusal } from './refusal.ts';

/** Octets that come in any pieces. */
export type Chunks = Iterable<Buffer> | AsyncIterable<Buffer>;

/**
 * Streams them. Throws MailError with phase `body`: what the server had to say where it hung up in the middle (S-027), else
 * `closed` or `timeout`; `storage` where `chunks` fails. After any error the connection is of no use but to be closed.
 */
export function* streamOut(host: string, command: string, chunks: Chunks): Dialogue<void> {
  try {
    yield* during('body', `SMTP ${command}`, stream(chunks));
  } catch (thrown) {
    if (!(thrown instanceof MailError) || thrown.kind !== 'closed') throw thrown;
    throw (yield* lastWords(host, command)) ?? thrown;
  }
}

/** The same octets; a failing disk is not a failing connection. */
export async function* readable(chunks: Chunks): AsyncGenerator<Buffer, void, void> {
  try {
    yield* chunks;
  } catch (thrown) {
    if (thrown instanceof MailError) throw thrown;
    throw unreadable(textOf(thrown), thrown);
  }
}

/** The MailError `storage`, phase `body`, for a message that cannot be read. */
export function unreadable(why: string, cause?: unknown): MailError {
  return new MailError({
    kind: 'storage',
    retry: 'later',
    message: `the message to be sent cannot be read: ${why}`,
    phase: 'body',
    cause,
  });
}

/** The reply that a server sent before it hung up, as an error; undefined where there is none. */
function* lastWords(host: string, command: string): Dialogue<MailError | undefined> {
  try {
    const reply = yield* readReply(host, 'body');
    return reply.code >= 400 ? refusal(host, 'body', command, reply) : undefined;
  } catch (thrown) {
    if (thrown instanceof MailError) return undefined;
    throw thrown;
  }
}
