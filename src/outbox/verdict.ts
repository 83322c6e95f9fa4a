// PURE: what a failed step of a delivery means for the message and for the account. Where it happened decides: before MAIL
// nobody's message is to blame, before the dot nothing was sent, after it only an answer says what became of it.
import type { MailError } from '../model/error.ts';
import { ReplyError } from '../protocol/smtp/refusal.ts';
import type { Trouble } from './pause.ts';
import type { Event } from './event.ts';
import { type Meaning, meaningOf } from './replies.ts';

/** What follows from a failure. */
export interface Verdict {
  /** For the queue, in order. */
  readonly events: readonly Event[];
  /** Not null: the account makes no connection for a while. */
  readonly trouble: Trouble | null;
  /** This connection carries nothing more. */
  readonly renew?: boolean;
  /** One sentence for the person. */
  readonly hint?: string | undefined;
}

/** The connection on which it failed. */
export interface Where {
  readonly host: string;
  /** It had carried another message. */
  readonly used: boolean;
}

/** A failure to connect to `host`, to greet or to log in. */
export function beforeMail(error: MailError, host: string): Verdict {
  if (error.kind === 'cancelled') return { events: [{ type: 'restart' }], trouble: null };
  const trouble = troubleOf(error, meaningIn(error, host));
  return { events: [{ type: 'account', reason: error.message, early: true }], trouble, hint: trouble.hint };
}

/** A failure from MAIL up to the moment before the dot. */
export function beforeDot(error: MailError, { host, used }: Where): Verdict {
  const meaning = meaningIn(error, host);
  // What broke, or how it was asked, is at fault: at once on a new connection, or in another way, and no try is lost by it.
  // A reply to RSET, or before anything was asked, is about the letter before, or about nobody's.
  if (error.avoid !== undefined || (used && (error.phase === 'rset' || isOfConnection(error, meaning)))) {
    return { events: [again(error.message, used)], trouble: null, renew: true };
  }
  if (meaning?.scope === 'account' || meaning?.scope === 'connection') {
    const trouble = troubleOf(error, meaning);
    return { events: [{ type: 'account', reason: error.message }], trouble, hint: trouble.hint };
  }
  if (meaning !== null) return refused(error, meaning);
  if (error.kind === 'message') return refused(error, { scope: 'message', answer: 'never' });
  // A stop, or a disk of ours: neither the server nor the message has a part in it.
  const ours = error.kind === 'cancelled' || isOfQueue(error);
  return { events: [ours ? { type: 'restart' } : { type: 'lost', reason: error.message }], trouble: null };
}

/** At once on another connection; where this one had carried others, the message keeps its place. */
function again(reason: string, used: boolean): Event {
  return used ? { type: 'account', reason, early: true } : { type: 'account', reason };
}

/** The queue cannot be written. A message that cannot be read (phase `body`) holds up no other one. */
export function isOfQueue(error: MailError): boolean {
  return error.kind === 'storage' && error.phase === undefined;
}

/** The connection has ended, is out of step, or has carried enough. */
function isOfConnection({ kind }: MailError, meaning: Meaning | null): boolean {
  return meaning === null
    ? kind === 'closed' || kind === 'timeout' || kind === 'protocol'
    : meaning.scope === 'connection';
}

/** A failure after the dot: a refusal is an answer, anything else is none. */
export function afterDot(error: MailError, { host, used }: Where): Verdict {
  const meaning = meaningIn(error, host);
  if (meaning !== null) {
    const verdict = refused(error, meaning);
    const trouble = meaning.scope === 'account' || (meaning.scope === 'connection' && !used);
    return trouble ? { ...verdict, trouble: troubleOf(error, meaning) } : verdict;
  }
  return {
    events: [{ type: 'silence', reason: `no answer to the final dot: ${error.message}` }],
    trouble: null,
  };
}

function refused(error: MailError, { answer, after, hint }: Meaning): Verdict {
  return {
    events: [
      { type: 'reject', answer, reply: error.message, after: error.after ?? after },
      { type: 'finish' },
    ],
    trouble: null,
    hint: hint ?? error.hint,
  };
}

/** What the server's refusal means; null where the error is no refusal. */
function meaningIn(error: MailError, host: string): Meaning | null {
  if ((error.kind !== 'refused' && error.kind !== 'busy') || !(error.cause instanceof ReplyError))
    return null;
  const { code, text } = error.cause.reply;
  return meaningOf('message', code, text, host);
}

function troubleOf(error: MailError, meaning: Meaning | null): Trouble {
  return {
    kind: error.kind,
    message: error.message,
    hint: error.hint ?? meaning?.hint,
    after: error.after ?? meaning?.after,
  };
}
