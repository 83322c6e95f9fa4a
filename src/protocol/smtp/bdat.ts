// BDAT (RFC 3030 §2): the message in chunks of a told length, without dots to stuff and with any octets. Every chunk is
// answered, and the last one is empty: until it is sent the server has taken nothing, so that what a final dot promises holds
// here too.
import { send } from '../dialogue.ts';
import type { Dialogue } from '../dialogue.ts';
import { during } from '../phase.ts';
import { avoiding, fellOver } from './avoiding.ts';
import { readable, streamOut, unreadable } from './outgoing.ts';
import type { Chunks } from './outgoing.ts';
import { exchangeLast, readReply } from './reply.ts';
import type { Reply } from './reply.ts';
import { refusal } from './refusal.ts';

/**
 * Sends one chunk of exactly `size` octets, not the last one, and reads its reply. Throws MailError with phase `body`: what the
 * server said; `avoid: CHUNKING` where it offers BDAT and does not know it, or fell over it; `storage` where `chunks` fails or
 * has another length. After an error that is no refusal the connection is of no use but to be closed.
 */
export function* chunk(host: string, size: number, chunks: Chunks): Dialogue<void> {
  const reply = yield* avoiding('CHUNKING', fellOver, sendChunk(host, size, chunks));
  if (reply.code >= 200 && reply.code < 300) return;
  const unknown = reply.code === 500 || reply.code === 502 || reply.code === 503;
  throw refusal(
    host,
    'body',
    'BDAT',
    reply,
    unknown ? { kind: 'protocol', retry: 'now', avoid: 'CHUNKING' } : {},
  );
}

/** Sends the last, empty chunk and reads the reply to the message. Throws as `dataEnd` does. */
export function* lastChunk(host: string): Dialogue<Reply> {
  const reply = yield* exchangeLast(host, 'BDAT 0 LAST'); // RFC 3030 §4.2 ends so
  if (reply.code >= 200 && reply.code < 300) return reply;
  throw refusal(host, 'dot', 'end of BDAT', reply);
}

function* sendChunk(host: string, size: number, chunks: Chunks): Dialogue<Reply> {
  yield* during('body', 'SMTP BDAT', send(`BDAT ${size}`));
  yield* streamOut(host, 'BDAT', exactly(size, readable(chunks)));
  return yield* during('body', 'SMTP BDAT', readReply(host, 'body'));
}

/** A length that was told wrong would make the server read the next command as a part of the message. */
async function* exactly(size: number, chunks: Chunks): AsyncGenerator<Buffer, void, void> {
  let count = 0;
  for await (const piece of chunks) {
    count += piece.length;
    if (count > size) throw unreadable(`it is longer than ${size} octets`);
    yield piece;
  }
  if (count < size) throw unreadable(`it ends after ${count} of ${size} octets`);
}
