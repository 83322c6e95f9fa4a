// DATA in three steps (RFC 5321 §4.1.1.4): the go-ahead, the message, the final dot. The dot stands alone, so that the
// caller can first write down that it is about to be sent.
import { MailError, textOf } from '../../model/error.ts';
import { stream } from '../dialogue.ts';
import type { Dialogue } from '../dialogue.ts';
import { during } from '../phase.ts';
import { dotStuffed } from './dot-stuffing.ts';
import { exchange, readReply } from './reply.ts';
import type { Reply } from './reply.ts';
import { refusal } from './refusal.ts';

/** Says DATA and reads the 354. Throws MailError with phase `data`; 554 where no recipient was accepted. */
export function* dataStart(host: string): Dialogue<void> {
  const reply = yield* exchange(host, 'data', 'DATA');
  if (reply.code !== 354) throw refusal(host, 'data', 'DATA', reply);
}

/**
 * Streams the message, dot-stuffed and ended by CRLF, without the final dot: until `dataEnd` the server has taken nothing.
 * After any error the connection is of no use but to be closed. Throws MailError with phase `body`: what the server had to
 * say where it hung up in the middle (S-027), else `closed` or `timeout`; `storage` where `chunks` fails.
 */
export function* dataBody(host: string, chunks: Iterable<Buffer> | AsyncIterable<Buffer>): Dialogue<void> {
  try {
    yield* during('body', 'SMTP DATA', stream(dotStuffed(readable(chunks))));
  } catch (thrown) {
    if (!(thrown instanceof MailError) || thrown.kind !== 'closed') throw thrown;
    throw (yield* lastWords(host)) ?? thrown;
  }
}

/** Sends the final dot and reads the reply. Throws MailError with phase `dot`: without a reply the outcome is unknown. */
export function* dataEnd(host: string): Dialogue<Reply> {
  const reply = yield* exchange(host, 'dot', '.');
  if (reply.code >= 200 && reply.code < 300) return reply;
  throw refusal(host, 'dot', 'end of DATA', reply);
}

/** The reply that a server sent before it hung up, as an error; undefined where there is none. */
function* lastWords(host: string): Dialogue<MailError | undefined> {
  try {
    const reply = yield* readReply(host, 'body');
    return reply.code >= 400 ? refusal(host, 'body', 'DATA', reply) : undefined;
  } catch (thrown) {
    if (thrown instanceof MailError) return undefined;
    throw thrown;
  }
}

/** A failing disk is not a failing connection. */
async function* readable(
  chunks: Iterable<Buffer> | AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void, void> {
  try {
    yield* chunks;
  } catch (thrown) {
    if (thrown instanceof MailError) throw thrown;
    throw new MailError({
      kind: 'storage',
      retry: 'later',
      message: `the message to be sent cannot be read: ${textOf(thrown)}`,
      phase: 'body',
      cause: thrown,
    });
  }
}
