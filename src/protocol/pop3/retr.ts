// Messages, as the exact octets that the server holds (RFC 1939 §5), several under way where the server bears it. A body
// counts as whole only when the answer after it reads as an answer: where a server forgets to stuff a dot, the message ends
// too early and its rest stands where that answer should (P-021). Where no answer comes, because the server has hung up (P-037),
// it is whole if it has just as many octets as were told.
import { body } from '../dialogue.ts';
import type { Dialogue, Sink } from '../dialogue.ts';
import { MailError } from '../../model/error.ts';
import { MAX_BODY } from '../framing.ts';
import { during } from '../phase.ts';
import { inTurn } from './in-turn.ts';
import type { Ahead, Command } from './in-turn.ts';
import { noop } from './noop.ts';
import { refusal } from './refusal.ts';
import { readStatus } from './status.ts';

/** A message to ask for. */
export interface Asked {
  /** Its number in this session, 1 or more. */
  readonly number: number;
  /** Octets as claimed, null where nothing was. */
  readonly size: number | null;
}

/** Takes what comes, in the order in which it was asked for. */
export interface Bodies {
  /** The body of a message begins. */
  begin(number: number): Sink;
  /** The body that began last but for one, or last, is whole. */
  whole(number: number): void;
  /** The server refused this one: MailError `message`, or `busy` for [SYS/TEMP] and quotas. False: ask for no more. */
  refused(number: number, error: MailError): boolean;
}

/** What a message is taken to weigh where the server told no size. */
const UNKNOWN_SIZE = 100_000;

/**
 * Streams messages as `next` gives them, dot-unstuffed. Throws MailError `protocol` (now) where an answer is no status: the
 * message before it was then cut short, and is suspect; `closed` or `timeout` where none comes; `protocol` (later) for a body of
 * more than 512 MB. What was begun and is not whole by then never will be. Throws RangeError for a bad number.
 */
export function* retr(host: string, next: () => Asked | undefined, ahead: Ahead, to: Bodies): Dialogue<void> {
  let unproved: { readonly number: number; readonly isAsTold: boolean } | undefined;
  let followed = true; // by a NOOP, whose answer proves the last message
  const prove = (): void => {
    if (unproved !== undefined) to.whole(unproved.number);
    unproved = undefined;
  };
  function* one({ number, size }: Asked): Dialogue<boolean> {
    const status = yield* readStatus(host, 'RETR');
    prove();
    if (!status.ok) {
      // P-050: one unreadable message is refused today and may be given tomorrow; P-038: a spent quota concerns all
      const kind = /exceed|quota|limit/i.test(status.text) ? 'busy' : 'message';
      return to.refused(number, refusal(host, `RETR ${number}`, status, { kind, retry: 'later' }));
    }
    const octets = yield* body('dot', bounded(host, number, to.begin(number)), ahead.byLf);
    unproved = { number, isAsTold: octets === size };
    return true;
  }
  function* still(): Dialogue<boolean> {
    yield* during('noop', 'POP3 NOOP', readStatus(host, 'NOOP'));
    prove();
    return true;
  }
  const command = (flying: number): Command | undefined => {
    const asked = next();
    if (asked === undefined) {
      if (followed || (flying === 0 && unproved === undefined)) return undefined;
      followed = true;
      return { line: 'NOOP', octets: 0, read: still };
    }
    followed = false;
    const { number, size } = asked;
    const read = () => during('retr', `POP3 RETR ${number}`, one(asked));
    return { line: `RETR ${checked(number)}`, octets: size ?? UNKNOWN_SIZE, read };
  };
  try {
    yield* inTurn(command, ahead);
    if (unproved !== undefined) yield* noop(host);
  } catch (thrown) {
    if (unproved?.isAsTold === true && hasHungUp(thrown)) prove();
    throw thrown;
  }
  prove();
}

/** Nothing was said in place of an answer. */
function hasHungUp(thrown: unknown): boolean {
  return thrown instanceof MailError && (thrown.kind === 'closed' || thrown.kind === 'timeout');
}

/** The number, where it is one. */
export function checked(number: number): number {
  if (!Number.isSafeInteger(number) || number < 1) throw new RangeError(`no message number: ${number}`);
  return number;
}

/** Nothing tells how long a dot-terminated body will be: who never ends it is not listened to for ever. */
function bounded(host: string, n: number, to: Sink): Sink {
  let octets = 0;
  return {
    write: (chunk) => {
      octets += chunk.length;
      if (octets <= MAX_BODY) return to.write(chunk);
      throw new MailError({
        kind: 'protocol',
        retry: 'later',
        message: `POP3 RETR ${n}: ${host} sent more than ${MAX_BODY} octets`,
      });
    },
  };
}
