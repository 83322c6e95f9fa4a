// A transaction up to the moment when the message itself may go out: RSET on a connection that was used, MAIL, one RCPT for
// each recipient, DATA. Where PIPELINING is offered they leave in one write (RFC 2920 §3.1); each reply is held against the
// command that it answers, and a server that loses count is left with an error that says to ask it one by one.
import { MailError } from '../../model/error.ts';
import { commandLine } from '../dialogue.ts';
import type { Dialogue } from '../dialogue.ts';
import { during } from '../phase.ts';
import { avoiding, fellOver } from './avoiding.ts';
import type { Extensions } from './ehlo.ts';
import { mailCommand, mailRefusal } from './mail.ts';
import type { MailOptions } from './mail.ts';
import { rcptCommand } from './rcpt.ts';
import type { Notify } from './rcpt.ts';
import { exchange, nameOf, readReply } from './reply.ts';
import type { Phase, Reply } from './reply.ts';
import { refusal } from './refusal.ts';

/** Whose message, for whom. */
export interface Envelope {
  /** A bare address. */
  readonly from: string;
  readonly recipients: readonly string[];
  readonly options: MailOptions;
  /** Reports that are wanted of each recipient; empty: nothing is said. */
  readonly notify: readonly Notify[];
}

/** How it is to be opened. */
export interface Opening {
  /** The connection has carried a message before: RSET comes first. */
  readonly reset: boolean;
  /** DATA follows; else BDAT will, which is no part of this. */
  readonly data: boolean;
  /** Called where the server waits for a message that it will not get: the connection is of no more use, not even for QUIT. */
  readonly stuck: () => void;
}

/** What the server answered. */
export interface Opened {
  /** In the order of the envelope: the reply (2xx, 4xx or 5xx), or why the address cannot even be said. */
  readonly recipients: readonly { readonly address: string; readonly answer: Reply | string }[];
  /** The reply to DATA where somebody was accepted; else null. */
  readonly data: Reply | null;
  /** DATA was said, whether or not somebody was accepted. */
  readonly said: boolean;
}

/** Commands in one write: so few that neither side ever waits for the other to read (RFC 2920 §3.1). */
const GROUP = 100;

interface Command {
  readonly phase: Phase;
  readonly line: string;
}

type Replies = Map<Command, Reply>;

/**
 * Opens a transaction. Throws MailError: with phase `mail` where MAIL is refused or cannot be said, `rset` where the used
 * connection is of no more use, `rcpt` or `data` for 421, which ends it; `avoid: PIPELINING` where a group was not answered as
 * one (S-026), `avoid: DSN` where its parameters are not known.
 */
export function* openTransaction(
  host: string,
  envelope: Envelope,
  extensions: Extensions,
  { reset, data, stuck }: Opening,
): Dialogue<Opened> {
  const { from, recipients, options, notify } = envelope;
  const mail: Command = { phase: 'mail', line: mailCommand(host, from, options, extensions) };
  const named = recipients.map((address) => ({ address, rcpt: rcptOf(address, notify, extensions) }));
  const rcpts = named.flatMap(({ rcpt }) => (typeof rcpt === 'string' ? [] : [rcpt]));
  const last: Command = { phase: 'data', line: 'DATA' };
  const commands = [
    ...(reset ? [RSET] : []),
    mail,
    ...rcpts,
    // RFC 2920 §3.1: nothing may follow DATA in its group.
    ...(data && rcpts.length > 0 ? [last] : []),
  ];
  const replies: Replies = new Map();
  const accepted = (): boolean => rcpts.some((rcpt) => isYes(replies.get(rcpt)));
  const size = extensions.keywords.has('PIPELINING') ? GROUP : 1;
  for (let at = 0; at < commands.length; at += size) {
    const group = commands.slice(at, at + size);
    if (group.length === 1 && group[0] === last && !accepted()) break;
    yield* askGroup(host, group, replies, accepted);
    const goAhead = replies.get(last)?.code === 354;
    if (goAhead && !accepted()) yield* sendNothing(host);
    // It has refused the sender and takes recipients and a message all the same: a dot would send an empty one to them.
    else if (goAhead && !isYes(replies.get(mail))) stuck();
    checkOpening(host, from, mail, replies);
  }
  checkInStep(host, replies, last, accepted());
  return {
    recipients: named.map(({ address, rcpt }) => ({ address, answer: answerOf(rcpt, replies) })),
    data: accepted() ? (replies.get(last) ?? null) : null,
    said: replies.has(last),
  };
}

/** DATA is answered by 354, or refused. Anything else is the answer to a command before it, and so is each of the others. */
function checkInStep(host: string, replies: Replies, last: Command, accepted: boolean): void {
  const reply = replies.get(last);
  if (reply === undefined || accepted || reply.code === 354 || reply.code >= 400) return;
  throw refusal(host, 'data', 'DATA', reply, { kind: 'protocol', retry: 'now', avoid: 'PIPELINING' });
}

const RSET: Command = { phase: 'rset', line: 'RSET' };

function rcptOf(address: string, notify: readonly Notify[], extensions: Extensions): Command | string {
  try {
    return { phase: 'rcpt', line: rcptCommand(address, notify, extensions) };
  } catch (thrown) {
    if (thrown instanceof MailError) return thrown.message;
    throw thrown;
  }
}

function answerOf(rcpt: Command | string, replies: Replies): Reply | string {
  const answer = typeof rcpt === 'string' ? rcpt : replies.get(rcpt);
  if (answer === undefined) throw new RangeError('a recipient was not asked about');
  return answer;
}

function* askGroup(
  host: string,
  group: readonly Command[],
  replies: Replies,
  accepted: () => boolean,
): Dialogue<void> {
  if (group.length === 1) return yield* ask(host, group, replies);
  yield* avoiding('PIPELINING', fellOver, ask(host, group, replies));
  for (const [{ phase, line }, reply] of replies) {
    if (!lostCount(phase, reply, mailIsOpen(replies), accepted())) continue;
    // Its other answers may belong to other commands: nothing that was said on this connection is believed.
    const parts = { kind: 'protocol', retry: 'now', avoid: 'PIPELINING' } as const;
    throw refusal(host, phase, nameOf(line), reply, parts);
  }
}

function* ask(host: string, group: readonly Command[], replies: Replies): Dialogue<void> {
  yield { want: 'send', bytes: Buffer.concat(group.map(({ line }) => commandLine(line))) };
  for (const command of group) {
    const { phase, line } = command;
    const reply = yield* during(phase, `SMTP ${nameOf(line)}`, readReply(host, phase));
    const said = line.replace(/>.*$/, '>');
    if (reply.code === 421) throw refusal(host, phase, said, reply);
    if (reply.code === 555 && / (RET|ENVID|NOTIFY)=/.test(line))
      throw refusal(host, phase, said, reply, { kind: 'protocol', retry: 'now', avoid: 'DSN' });
    if (phase !== 'data' && reply.code >= 300 && reply.code < 400) throw refusal(host, phase, said, reply);
    replies.set(command, reply);
  }
}

/** S-026: it says so, or it did not see a command although those before it were good. */
function lostCount(phase: Phase, { code, text }: Reply, open: boolean, accepted: boolean): boolean {
  if (code < 400) return false;
  if (/pipelin|synchroni[sz]ation/i.test(text)) return true;
  const unseen = code === 500 || code === 502 || code === 503;
  return unseen && open && (phase === 'rcpt' || (phase === 'data' && accepted));
}

function mailIsOpen(replies: Replies): boolean {
  return [...replies].some(([{ phase }, reply]) => phase === 'mail' && isYes(reply));
}

/** S-025, RFC 2920 §3.1: a message to nobody was let in with the group; a dot alone ends it, whatever the answer. */
function* sendNothing(host: string): Dialogue<void> {
  yield* exchange(host, 'rset', '.');
}

function checkOpening(host: string, from: string, mail: Command, replies: Replies): void {
  const rset = replies.get(RSET);
  if (rset !== undefined && !isYes(rset)) throw refusal(host, 'rset', 'RSET', rset);
  const reply = replies.get(mail);
  if (reply !== undefined && !isYes(reply)) throw mailRefusal(host, from, reply);
}

function isYes(reply: Reply | undefined): boolean {
  return reply !== undefined && reply.code >= 200 && reply.code < 300;
}
