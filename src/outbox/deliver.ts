// One try to hand one message to the account's server, over a connection that may have carried others. Every answer becomes an
// event that is on disk before the next step; the final dot, or the last chunk, leaves only after the intent is. What the
// server then says, or does not say, decides what is known.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { asMailError, MailError, textOf } from '../model/error.ts';
import { chunk, lastChunk } from '../protocol/smtp/bdat.ts';
import { checkGoAhead, dataBody, dataEnd } from '../protocol/smtp/data.ts';
import type { Reply } from '../protocol/smtp/reply.ts';
import { type Opened, openTransaction } from '../protocol/smtp/transaction.ts';
import type { Unwanted } from './convert.ts';
import type { Refusal } from './envelope.ts';
import { byChunks, type Delivery, type Fit, fit, unwanted } from './fit.ts';
import type { Trouble } from './pause.ts';
import type { Event } from './event.ts';
import { checkInStep, nothingMore, nothingWaits } from './in-step.ts';
import { meaningOf } from './replies.ts';
import { cancelled, type Route, type Session } from './route.ts';
import { afterDot, beforeDot, beforeMail, isOfQueue, type Verdict } from './verdict.ts';

/** What a delivery works with. */
export interface DeliveryTools {
  /**
   * Stores events and returns when all of them are on disk. Before and with `intent` it throws where it cannot, and the
   * delivery ends unsent; later ones it must keep until it can, and never throws.
   */
  readonly record: (...events: readonly Event[]) => void;
  /**
   * Makes the frozen octets such as this server takes them, and resolves with the delivery of the new ones when they are on
   * disk; or why that cannot be done, `later` where only this server is in the way. Throws MailError `storage`.
   */
  readonly adapt: (unwanted: Unwanted) => Promise<Delivery | (Refusal & { readonly later?: boolean })>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Keeps what a person may want to read beside the reason. */
  readonly hint: (hint: string) => void;
  /** Ends the delivery, unless the dot is already on its way. */
  readonly signal: AbortSignal;
}

/** RFC 5321 §4.5.3.2.6: the answer to the dot may take 10 minutes; a shorter wait would make duplicates. */
const DOT_PATIENCE: number = 10 * 60_000;

/** RFC 5321 §4.5.3.2.2: MAIL, RCPT and DATA may take 5 minutes: some servers let every sender wait. */
const PATIENT = { idle: 5 * 60_000 } as const;

/** Octets of a chunk: a refusal of what is too large or unwanted comes after one of them and not after the whole. */
const CHUNK = 1024 * 1024;

/** A delivery under way. */
interface Talk {
  readonly delivery: Delivery;
  readonly session: Session;
  readonly route: Route;
  readonly tools: DeliveryTools;
  /** To be called when there is no way back. */
  readonly beyond: () => void;
}

/** Delivers. Resolves with the trouble of the account, if any. Rejects where an event could not be stored. */
export async function deliver(
  delivery: Delivery,
  route: Route,
  tools: DeliveryTools,
): Promise<Trouble | null> {
  let session: Session;
  try {
    session = await route.session();
    // The replies to chunks look alike: one too many, and the answer to the last chunk would be that to the one before it.
    if (session.used && byChunks(delivery, session.extensions)) {
      session.state = 'done';
      session = await route.session();
    }
  } catch (thrown) {
    const error = asMailError(thrown, { kind: 'connect', retry: 'later', message: textOf(thrown) });
    // Before MAIL everything is about the account.
    return follow(beforeMail(error, route.host), tools);
  }
  const ended = (): void => session.connection.close();
  const beyond = (): void => tools.signal.removeEventListener('abort', ended);
  tools.signal.addEventListener('abort', ended);
  if (tools.signal.aborted) ended();
  try {
    return await hand({ delivery, session, route, tools, beyond });
  } finally {
    beyond();
  }
}

/** From what the message needs to the answer to the dot. */
async function hand(talk: Talk): Promise<Trouble | null> {
  const { session, tools } = talk;
  let fits: Fit;
  try {
    const ready = await adapted(talk);
    if (ready === undefined) return null;
    const found = fit(ready, session.extensions, session.connection.host, tools.now());
    if (!('recipients' in found)) {
      recordUnfit(found, tools);
      return null;
    }
    fits = found;
    const opened = await open({ ...talk, delivery: ready }, fits);
    if (opened !== true) return opened;
    await sendBody({ ...talk, delivery: ready }, fits);
    await nothingWaits(session, 'body');
    if (tools.signal.aborted) throw cancelled();
    tools.record({ type: 'intent' });
  } catch (thrown) {
    return unsent(thrown, talk);
  }
  talk.beyond();
  return dot(talk, fits);
}

/** The delivery as this server takes it; undefined: it cannot have it, and that is recorded. */
async function adapted({ delivery, session, tools }: Talk): Promise<Delivery | undefined> {
  const { extensions, connection } = session;
  const needs = unwanted(delivery, extensions);
  if (needs === null) return delivery;
  const made = await tools.adapt(needs);
  if (!('refused' in made)) return made;
  // Names that cannot be written in ASCII go as they are where that is possible at all.
  if (needs.head && extensions.keywords.has('SMTPUTF8')) {
    const rest = { ...needs, head: false };
    const without = rest.body || rest.binary ? await tools.adapt(rest) : delivery;
    if (!('refused' in without)) return without;
  }
  const reason = `${connection.host} ${lack(needs)}; ${made.refused}`;
  if (made.later === true)
    tools.record({ type: 'reject', answer: 'later', reply: reason }, { type: 'finish' });
  else tools.record({ type: 'refuse', reason });
  return undefined;
}

function lack({ head, body, binary }: Unwanted): string {
  if (body) return 'takes no octets above 127 (no 8BITMIME)';
  if (binary) return 'takes no binary parts (no BINARYMIME)';
  return head ? 'takes no characters beyond ASCII in a header (no SMTPUTF8)' : '';
}

function recordUnfit(found: Refusal | { readonly postponed: number }, { record }: DeliveryTools): void {
  if ('refused' in found) record({ type: 'refuse', reason: found.refused });
  else record({ type: 'postpone', until: found.postponed });
}

/** The envelope. True: the message may follow. Else the try is over, and this is the trouble of the account, or null. */
async function open({ delivery, session, tools }: Talk, fits: Fit): Promise<Trouble | null | true> {
  const { connection, extensions, used } = session;
  const { host } = connection;
  // S-022: a connection that speaks unasked, or has ended meanwhile, carries nothing more.
  if (used) await nothingWaits(session, 'rset');
  const { sender, recipients } = delivery;
  const envelope = { from: sender, recipients: fits.recipients, options: fits.options, notify: fits.notify };
  const stuck = (): void => void (session.state = 'body');
  const opening = { reset: used, data: !fits.chunked, stuck };
  const opened = await connection.converse(openTransaction(host, envelope, extensions, opening), PATIENT);
  if (opened.data !== null) await checkInStep(opened.data, session);
  else if (opened.said) await nothingMore(session);
  const events: Event[] = [{ type: 'mail' }];
  for (const address of recipients) {
    const answer = fits.unable.get(address) ?? answerTo(opened, address);
    if (typeof answer === 'string') {
      events.push({ type: 'recipient', address, answer: 'never', reply: answer });
      continue;
    }
    const trouble = heard(address, answer, { session, tools }, events);
    if (trouble === undefined) continue;
    if (session.state === 'ready') session.state = 'done';
    const again = used && trouble.ofConnection;
    tools.record(...events, { type: 'account', reason: trouble.message, ...(again ? { early: true } : {}) });
    return again ? null : trouble;
  }
  const some = events.some((event) => event.type === 'recipient' && event.answer === 'yes');
  tools.record(...events, ...(some ? [] : [{ type: 'finish' } as const]));
  if (!some) return null;
  if (opened.data !== null) checkGoAhead(host, opened.data);
  tools.record({ type: 'data' });
  return true;
}

/** Adds what a recipient's reply means; the trouble where it is about more than this recipient. */
function heard(
  address: string,
  reply: Reply,
  { session, tools }: Pick<Talk, 'session' | 'tools'>,
  events: Event[],
): (Trouble & { readonly ofConnection: boolean }) | undefined {
  if (reply.code < 300) {
    events.push({ type: 'recipient', address, answer: 'yes', reply: said(reply) });
    return undefined;
  }
  const meaning = meaningOf('recipient', reply.code, reply.text, session.connection.host);
  if (meaning.hint !== undefined) tools.hint(meaning.hint);
  const { scope, answer, hint, after } = meaning;
  if (scope === 'account' || scope === 'connection') {
    const message = `SMTP RCPT TO:<${address}> refused by ${session.connection.host}: ${said(reply)}`;
    return { kind: 'busy', message, hint, after, ofConnection: scope === 'connection' };
  }
  events.push({ type: 'recipient', address, answer, reply: said(reply) });
  return undefined;
}

function answerTo({ recipients }: Opened, address: string): Reply | string {
  const found = recipients.find((recipient) => recipient.address === address);
  if (found === undefined) throw new RangeError(`nobody asked about ${address}`);
  return found.answer;
}

async function sendBody({ delivery, session }: Talk, { chunked }: Fit): Promise<void> {
  const { connection } = session;
  const { host } = connection;
  if (!chunked) return connection.converse(dataBody(host, octets(delivery.path)));
  const { size } = await stat(delivery.path);
  for (let at = 0; at < size; at += CHUNK) {
    const length = Math.min(CHUNK, size - at);
    await connection.converse(chunk(host, length, octets(delivery.path, at, length)), PATIENT);
  }
}

async function dot({ session, tools }: Talk, { chunked }: Fit): Promise<Trouble | null> {
  const { connection } = session;
  session.state = 'body';
  try {
    const end = chunked ? lastChunk(connection.host) : dataEnd(connection.host);
    const reply = await connection.converse(end, { idle: DOT_PATIENCE });
    session.state = 'ready';
    tools.record({ type: 'accept', reply: said(reply) }, { type: 'finish' });
    return null;
  } catch (thrown) {
    const error = asMailError(thrown, { kind: 'protocol', retry: 'later', message: textOf(thrown) });
    session.state = isAnswer(error) ? 'ready' : 'done';
    return follow(afterDot(error, { host: connection.host, used: session.used }), tools);
  }
}

/** A failure before the dot: nothing was sent, for certain. */
function unsent(thrown: unknown, { session, route, tools }: Talk): Trouble | null {
  const error = asMailError(thrown, { kind: 'storage', retry: 'later', message: textOf(thrown) });
  if (error.avoid !== undefined) route.leaveOut(error.avoid);
  // A refusal in the middle of DATA leaves the server in it; one of a chunk does not (RFC 3030 §2).
  const verdict = beforeDot(error, { host: session.connection.host, used: session.used });
  if (session.state === 'ready' && (verdict.renew === true || !isAnswer(error))) session.state = 'done';
  const trouble = follow(verdict, tools);
  if (isOfQueue(error)) throw error;
  return trouble;
}

/** A refusal after which the server waits for the next command. */
function isAnswer({ kind, code }: MailError): boolean {
  return (kind === 'refused' || kind === 'busy' || kind === 'message') && code !== '421';
}

function follow({ events, trouble, hint }: Verdict, tools: DeliveryTools): Trouble | null {
  if (hint !== undefined) tools.hint(hint);
  tools.record(...events);
  return trouble;
}

async function* octets(path: string, start = 0, length = Infinity): AsyncGenerator<Buffer> {
  const options = { start, end: start + length - 1, highWaterMark: 64 * 1024 };
  for await (const piece of createReadStream(path, options)) if (Buffer.isBuffer(piece)) yield piece;
}

function said(reply: Reply): string {
  return `${reply.code} ${reply.text}`.trim();
}
