// DATA after its 354 (RFC 5321 §4.1.1.4): the message, then the final dot. The dot stands alone, so that the caller can first
// write down that it is about to be sent.
import type { Dialogue } from '../dialogue.ts';
import { dotStuffed } from './dot-stuffing.ts';
import { readable, streamOut } from './outgoing.ts';
import type { Chunks } from './outgoing.ts';
import { exchangeLast } from './reply.ts';
import type { Reply } from './reply.ts';
import { refusal } from './refusal.ts';

/** Throws the MailError, phase `data`, for a reply to DATA that is no go-ahead; 554 where no recipient was accepted. */
export function checkGoAhead(host: string, reply: Reply): void {
  if (reply.code !== 354) throw refusal(host, 'data', 'DATA', reply);
}

/**
 * Streams the message, dot-stuffed and ended by CRLF, without the final dot: until `dataEnd` the server has taken nothing.
 * Throws as `streamOut` does.
 */
export function* dataBody(host: string, chunks: Chunks): Dialogue<void> {
  yield* streamOut(host, 'DATA', dotStuffed(readable(chunks)));
}

/** Sends the final dot and reads the reply. Throws MailError with phase `dot`: without a reply the outcome is unknown. */
export function* dataEnd(host: string): Dialogue<Reply> {
  const reply = yield* exchangeLast(host, '.');
  if (reply.code >= 200 && reply.code < 300) return reply;
  throw refusal(host, 'dot', 'end of DATA', reply);
}
