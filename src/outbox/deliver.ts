// One try to hand one message to the account's server. Every answer becomes an event that is on disk before the next step;
// the final dot leaves only after the intent is. What the server then says, or does not say, decides what is known.
import { createReadStream } from 'node:fs';
import type { Account } from '../model/account.ts';
import { asMailError, MailError, textOf } from '../model/error.ts';
import type { Connection } from '../net/connection.ts';
import { lineWithin } from '../protocol/dialogue.ts';
import { dataBody, dataEnd, dataStart } from '../protocol/smtp/data.ts';
import type { Extensions } from '../protocol/smtp/ehlo.ts';
import { mail } from '../protocol/smtp/mail.ts';
import { quit } from '../protocol/smtp/quit.ts';
import { rcpt } from '../protocol/smtp/rcpt.ts';
import type { Reply } from '../protocol/smtp/reply.ts';
import { ReplyError } from '../protocol/smtp/refusal.ts';
import { decodeText } from '../protocol/text.ts';
import type { Trouble } from './pause.ts';
import type { Event } from './queue.ts';
import { meaningOf } from './replies.ts';
import { type Delivery, inability, login } from './login.ts';
import { afterDot, beforeDot, beforeMail, isOfQueue, type Verdict } from './verdict.ts';

/** What a delivery works with. */
export interface DeliveryTools {
  /** Dials; `signal` ends the dialling, and must not end the connection later. */
  readonly connect: (signal: AbortSignal) => Promise<Connection>;
  /**
   * Stores an event and returns when it is on disk. Before and with `intent` it throws where it cannot, and the delivery ends
   * unsent; later ones it must keep until it can, and never throws.
   */
  readonly record: (event: Event) => void;
  /** Keeps what a person may want to read beside the reason. */
  readonly hint: (hint: string) => void;
  /** Our name in EHLO. */
  readonly name: string;
  /** Ends the delivery, unless the dot is already on its way. */
  readonly signal: AbortSignal;
}

/** RFC 5321 §4.5.3.2.6: the answer to the dot may take 10 minutes; a shorter wait would make duplicates. */
export const DOT_PATIENCE: number = 10 * 60_000;

/** RFC 5321 §4.5.3.2.2: MAIL, RCPT and DATA may take 5 minutes: some servers let every sender wait. */
const PATIENT = { idle: 5 * 60_000 } as const;

/** Delivers. Resolves with the trouble of the account, if any. Rejects where an event could not be stored. */
export async function deliver(
  delivery: Delivery,
  account: Account,
  tools: DeliveryTools,
): Promise<Trouble | null> {
  let connection: Connection;
  try {
    connection = await dialled(tools);
  } catch (thrown) {
    return troubled(thrown, tools);
  }
  const ended = (): void => connection.close();
  const beyond = (): void => tools.signal.removeEventListener('abort', ended);
  tools.signal.addEventListener('abort', ended);
  if (tools.signal.aborted) ended();
  const talk: Talk = { connection, inBody: false, beyond };
  try {
    return await converse(delivery, account, talk, tools);
  } finally {
    beyond();
    // What was accepted stays accepted, whatever comes of this. Inside a body QUIT would be text.
    if (!talk.inBody) await connection.converse(quit(connection.host)).catch(() => undefined);
    connection.close();
  }
}

/** A conversation with the server. */
interface Talk {
  readonly connection: Connection;
  /** DATA has begun, and its dot is not answered. */
  inBody: boolean;
  /** To be called when there is no way back. */
  readonly beyond: () => void;
}

async function dialled({ connect, signal }: DeliveryTools): Promise<Connection> {
  const dialling = new AbortController();
  const stop = (): void => dialling.abort(cancelled());
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    if (signal.aborted) throw cancelled();
    return await connect(dialling.signal);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function converse(
  delivery: Delivery,
  account: Account,
  talk: Talk,
  tools: DeliveryTools,
): Promise<Trouble | null> {
  const { connection } = talk;
  let extensions: Extensions;
  try {
    extensions = await login(connection, account, tools.name);
  } catch (thrown) {
    return troubled(thrown, tools);
  }
  const unable = inability(delivery, extensions, connection.host);
  if (unable === null) return hand(delivery, talk, extensions, tools);
  tools.record({ type: 'refuse', reason: unable });
  return null;
}

/** From MAIL to the answer to the dot. */
async function hand(
  delivery: Delivery,
  talk: Talk,
  extensions: Extensions,
  tools: DeliveryTools,
): Promise<Trouble | null> {
  const { record } = tools;
  const { connection } = talk;
  const { host } = connection;
  try {
    const { sender, size, eightBitBody, eightBitHead } = delivery;
    const smtputf8 = eightBitHead || delivery.recipients.some(beyondAscii);
    const options = { size, body8bit: eightBitBody, smtputf8 };
    await connection.converse(mail(host, sender, options, extensions), PATIENT);
    record({ type: 'mail' });
    const trouble = await recipients(delivery, connection, extensions, tools);
    if (trouble !== true) return trouble;
    await connection.converse(dataStart(host), PATIENT);
    talk.inBody = true;
    record({ type: 'data' });
    await connection.converse(dataBody(host, octets(delivery.path)));
    await stillThere(connection);
    if (tools.signal.aborted) throw cancelled();
    record({ type: 'intent' });
  } catch (thrown) {
    return unsent(thrown, tools);
  }
  talk.beyond();
  const trouble = await dot(connection, tools);
  talk.inBody = false;
  return trouble;
}

/** True: go on to DATA. Else the try is over, and this is the trouble of the account, or null. */
async function recipients(
  delivery: Delivery,
  connection: Connection,
  extensions: Extensions,
  { record, hint }: DeliveryTools,
): Promise<Trouble | null | true> {
  const { host } = connection;
  let some = false;
  for (const address of delivery.recipients) {
    if (beyondAscii(address) && !extensions.keywords.has('SMTPUTF8')) {
      const reply = `${host} takes no addresses beyond ASCII (no SMTPUTF8)`;
      record({ type: 'recipient', address, answer: 'never', reply });
      continue;
    }
    const reply = await recipient(connection, address);
    if (typeof reply === 'string') {
      record({ type: 'recipient', address, answer: 'never', reply });
      continue;
    }
    if (reply.code < 300) {
      some = true;
      record({ type: 'recipient', address, answer: 'yes', reply: said(reply) });
      continue;
    }
    const meaning = meaningOf('recipient', reply.code, reply.text);
    if (meaning.hint !== undefined) hint(meaning.hint);
    if (meaning.scope === 'account') {
      const message = `SMTP RCPT TO:<${address}> refused by ${host}: ${said(reply)}`;
      record({ type: 'account', reason: message });
      return { kind: 'busy', message, hint: meaning.hint, after: meaning.after };
    }
    record({ type: 'recipient', address, answer: meaning.answer, reply: said(reply) });
  }
  if (!some) record({ type: 'finish' });
  return some || null;
}

/** The reply, or why the address cannot even be said. */
async function recipient(connection: Connection, address: string): Promise<Reply | string> {
  try {
    return await connection.converse(rcpt(connection.host, address), PATIENT);
  } catch (thrown) {
    if (thrown instanceof MailError && thrown.kind === 'message') return thrown.message;
    throw thrown;
  }
}

/**
 * Before the dot: a server that has hung up, or has already said no, has not taken the message, and now that is still
 * certain (S-027). Throws MailError.
 */
async function stillThere(connection: Connection): Promise<void> {
  const early = await connection.converse(lineWithin(1));
  if (early === null) return;
  const text = decodeText(early);
  const code = Number(/^[45]\d\d/.exec(text)?.[0] ?? 0);
  const reply: Reply = { code, enhanced: null, lines: [text.slice(4)], text: text.slice(4) };
  throw new MailError({
    kind: code === 0 ? 'protocol' : code < 500 ? 'busy' : 'refused',
    retry: code < 500 ? 'later' : 'never',
    message: `SMTP DATA answered before its end by ${connection.host}: ${text}`,
    phase: 'body',
    code: String(code),
    cause: code === 0 ? undefined : new ReplyError(reply),
  });
}

async function dot(connection: Connection, tools: DeliveryTools): Promise<Trouble | null> {
  try {
    const reply = await connection.converse(dataEnd(connection.host), { idle: DOT_PATIENCE });
    tools.record({ type: 'accept', reply: said(reply) });
    tools.record({ type: 'finish' });
    return null;
  } catch (thrown) {
    return follow(
      afterDot(asMailError(thrown, { kind: 'protocol', retry: 'later', message: textOf(thrown) })),
      tools,
    );
  }
}

/** A failure before the dot: nothing was sent, for certain. */
function unsent(thrown: unknown, tools: DeliveryTools): Trouble | null {
  const error = asMailError(thrown, { kind: 'storage', retry: 'later', message: textOf(thrown) });
  const trouble = follow(beforeDot(error), tools);
  if (isOfQueue(error)) throw error;
  return trouble;
}

/** Before MAIL everything is about the account. */
function troubled(thrown: unknown, tools: DeliveryTools): Trouble | null {
  return follow(
    beforeMail(asMailError(thrown, { kind: 'connect', retry: 'later', message: textOf(thrown) })),
    tools,
  );
}

function follow({ events, trouble, hint }: Verdict, tools: DeliveryTools): Trouble | null {
  if (hint !== undefined) tools.hint(hint);
  for (const event of events) tools.record(event);
  return trouble;
}

async function* octets(path: string): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(path, { highWaterMark: 64 * 1024 })) {
    if (Buffer.isBuffer(chunk)) yield chunk;
  }
}

function beyondAscii(address: string): boolean {
  return /[^\x00-\x7f]/.test(address);
}

function said(reply: Reply): string {
  return `${reply.code} ${reply.text}`.trim();
}

function cancelled(): MailError {
  return new MailError({
    kind: 'cancelled',
    retry: 'later',
    message: 'the delivery was ended before the dot',
  });
}
