// Is the server in step? A reply too many makes each that follows the answer to something else: what may be such a one is not
// believed.
import { MailError } from '../model/error.ts';
import { lineWithin } from '../protocol/dialogue.ts';
import { checkGoAhead } from '../protocol/smtp/data.ts';
import { refusal, ReplyError } from '../protocol/smtp/refusal.ts';
import type { Reply } from '../protocol/smtp/reply.ts';
import { decodeText } from '../protocol/text.ts';
import type { Session } from './route.ts';

/**
 * DATA is the one command whose go-ahead has a code of its own (354). Another reply to it may be that to a command before it,
 * and then those of the recipients are not theirs either: it is believed from a fresh connection alone, behind which nothing
 * more comes. Throws MailError, phase `data` or `body`.
 */
export async function checkInStep(data: Reply, session: Session): Promise<void> {
  const { connection, used } = session;
  session.state = 'body';
  if (data.code === 354) return;
  if (data.code < 400) return checkGoAhead(connection.host, data);
  if (used) {
    const parts = { kind: 'protocol', retry: 'now' } as const;
    throw refusal(connection.host, 'data', 'DATA', data, parts);
  }
  await nothingWaits(session, 'data');
  session.state = 'ready';
}

/** All were refused: where one reply more is there, each of them may be that to the one before. Throws MailError. */
export async function nothingMore(session: Session): Promise<void> {
  const { connection } = session;
  const early = await connection.converse(lineWithin(1));
  if (early === null) return;
  throw new MailError({
    kind: 'protocol',
    retry: 'now',
    message: `SMTP: ${connection.host} has said more than it was asked: ${decodeText(early)}`,
    phase: 'data',
    avoid: 'PIPELINING',
  });
}

/**
 * A server that has hung up, or speaks before it was asked, has not taken what is still to come, and now that is certain
 * (S-022, S-027). Throws MailError.
 */
export async function nothingWaits(session: Session, phase: 'rset' | 'data' | 'body'): Promise<void> {
  const { connection } = session;
  const early = await connection.converse(lineWithin(1));
  if (early === null) return;
  if (session.state === 'ready') session.state = 'done';
  const text = decodeText(early);
  const code = Number(/^[45]\d\d/.exec(text)?.[0] ?? 0);
  const reply: Reply = { code, enhanced: null, lines: [text.slice(4)], text: text.slice(4) };
  throw new MailError({
    kind: code === 0 ? 'protocol' : code < 500 ? 'busy' : 'refused',
    retry: code < 500 ? 'later' : 'never',
    message: `SMTP answer of ${connection.host} before it was asked: ${text}`,
    phase,
    code: String(code),
    cause: code === 0 ? undefined : new ReplyError(reply),
  });
}
