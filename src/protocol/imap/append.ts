// Messages go into a folder as they are, with flags and dates (RFC 9051 §6.3.12): the octets stream from where they lie,
// and nothing of them is sent that the server did not ask for or offer to take.
import { MailError } from '../../model/error.ts';
import type { Uid, UidValidity, WireName } from '../../model/ids.ts';
import type { Dialogue } from '../dialogue.ts';
import { clip } from '../text.ts';
import { commandOf } from './astring.ts';
import type { Capabilities } from './capability.ts';
import { create } from './create.ts';
import { exchange } from './exchange.ts';
import type { Answer, Command, StreamedPiece } from './exchange.ts';
import { readableName } from './folder-name.ts';
import { formatInternalDate } from './internal-date.ts';
import { refusal } from './refusal.ts';
import { FULL_MAILBOX } from './replies.ts';
import { MAX_UID, parseSet } from './sequence-set.ts';
import { flagList } from './store.ts';
import type { Tags } from './tags.ts';

/** A message to be filed. */
export interface Outgoing {
  readonly octets: number;
  /** Its octets; called anew for each try. */
  readonly from: () => AsyncIterable<Buffer>;
  readonly flags: readonly string[];
  /** INTERNALDATE in milliseconds since 1970; null: when the server gets it. */
  readonly received: number | null;
  /** It holds NULs: goes as literal8, which only a server with BINARY takes (RFC 3516 §4.4). */
  readonly binary?: boolean;
}

/** Where a message lies now, where the server says so (RFC 4315 §3, APPENDUID). */
export interface Filed {
  readonly validity: UidValidity;
  readonly uid: Uid;
}

/** How to file. */
export interface Filing {
  readonly capabilities: Capabilities;
  /** The most octets that a message may have there, by `appendLimit`; null: not told. */
  readonly limit: number | null;
  /** Called for each message that was taken, in order. Null: the server does not say where it is (I-132). */
  readonly filed: (message: Outgoing, place: Filed | null) => void;
}

/** Messages in one command at most, so that a refusal costs little. */
const AT_ONCE = 50;
/** Octets up to which a message is sent without being asked for; of more, too much would go in vain where it is refused. */
const UNASKED = 64 * 1024;

/**
 * Files messages in `to`, several in one command where MULTIAPPEND is offered (RFC 3502): of those all are taken, or none.
 * A folder that is not there is made (RFC 9051 §7.1, TRYCREATE). Throws MailError `message` (never), before anything of it
 * is sent, for one that is larger than `limit`, and `refused` or `busy` where the server refuses; what was told by `filed`
 * stays filed.
 */
export function* append(
  host: string,
  tags: Tags,
  to: WireName,
  messages: readonly Outgoing[],
  filing: Filing,
): Dialogue<void> {
  const together = filing.capabilities.has('MULTIAPPEND') ? AT_ONCE : 1;
  for (let at = 0; at < messages.length; at += together) {
    const some = messages.slice(at, at + together);
    const large = some.find(({ octets }) => filing.limit !== null && octets > filing.limit);
    if (large !== undefined) throw tooLarge(host, large.octets, filing.limit ?? 0);
    let answer = yield* send(host, tags, to, some, filing.capabilities);
    if (answer.code?.name === 'TRYCREATE') {
      yield* create(host, tags, filing.capabilities, to);
      answer = yield* send(host, tags, to, some, filing.capabilities);
    }
    if (answer.word !== 'OK') throw appendRefusal(host, to, answer);
    const places = placesIn(answer, some.length);
    for (const [nth, message] of some.entries()) filing.filed(message, places[nth] ?? null);
  }
}

/** I-176: NO instead of a go-ahead, and nothing of the message is sent. */
function send(
  host: string,
  tags: Tags,
  to: WireName,
  messages: readonly Outgoing[],
  capabilities: Capabilities,
): Dialogue<Answer> {
  return exchange(host, tags, appendCommand(to, messages, capabilities));
}

/** The command that files these messages in `to`; several of them need MULTIAPPEND. */
export function appendCommand(
  to: WireName,
  messages: readonly Outgoing[],
  capabilities: Capabilities,
): Command {
  const heads = messages.map((message) => ` ${head(message, capabilities)}`);
  const name = commandOf('APPEND', [to]);
  const literals = messages.map((message, at): StreamedPiece => ({
    from: () => exactly(message),
    behind: heads[at + 1] ?? '',
    unasked: isUnasked(message, capabilities),
  }));
  const first = `${name.at(-1) ?? ''}${heads[0] ?? ''}`;
  return { name: 'APPEND', pieces: [...name.slice(0, -1), first, ...literals] };
}

/** `(\Seen) "17-Jul-1996 02:44:25 +0000" {310}` */
function head(message: Outgoing, capabilities: Capabilities): string {
  const date = message.received === null ? '' : `"${formatInternalDate(message.received)}" `;
  const mark = message.binary === true ? '~' : '';
  return `${flagList(message.flags)} ${date}${mark}{${message.octets}${isUnasked(message, capabilities) ? '+' : ''}}`;
}

/** RFC 7888 §5: LITERAL- up to 4096 octets, LITERAL+ any. */
export function isUnasked({ octets }: Outgoing, capabilities: Capabilities): boolean {
  if (capabilities.has('LITERAL+')) return octets <= UNASKED;
  return (capabilities.has('LITERAL-') || capabilities.has('IMAP4REV2')) && octets <= 4096;
}

/** Another length than was announced would turn what follows into commands. */
async function* exactly({ octets, from }: Outgoing): AsyncGenerator<Buffer> {
  let left = octets;
  for await (const chunk of from()) {
    left -= chunk.length;
    if (left < 0) throw changed(octets);
    yield chunk;
  }
  if (left > 0) throw changed(octets);
}

/** The MailError of an APPEND that was refused. A full mailbox has the code OVERQUOTA, in whatever words that was said. */
export function appendRefusal(host: string, to: WireName, answer: Answer): MailError {
  const full =
    answer.word === 'NO' &&
    (answer.code === null || answer.code.name === 'ALERT') &&
    FULL_MAILBOX.test(clip(answer.text));
  const told = full ? { ...answer, code: { name: 'OVERQUOTA', rest: '' } } : answer;
  return refusal(host, `APPEND to "${clip(readableName(to), 100)}"`, 'append', told);
}

/** RFC 4315 §3: `APPENDUID 38505 3955` or `APPENDUID 38505 3955:3956`; none where it is missing, or is not for all. */
export function placesIn({ code }: Answer, count: number): Filed[] {
  const [, validity, set = ''] =
    code?.name === 'APPENDUID' ? (/^(\d{1,10}) +([\d:,]+)$/.exec(code.rest) ?? []) : [];
  if (validity === undefined || Number(validity) < 1 || Number(validity) > MAX_UID) return [];
  const uids = uidsIn(set, count);
  return uids.map((uid) => ({ validity: Number(validity) as UidValidity, uid }));
}

function uidsIn(set: string, count: number): Uid[] {
  try {
    const uids = parseSet(set).flatMap(({ from, to }) =>
      Array.from({ length: Math.min(to - from, count) + 1 }, (_, at) => (from + at) as Uid),
    );
    return uids.length === count ? uids : [];
  } catch {
    return []; // a number that no UID can be
  }
}

function tooLarge(host: string, octets: number, limit: number): MailError {
  return new MailError({
    kind: 'message',
    retry: 'never',
    message: `the message has ${octets} octets, and ${host} takes ${limit} at most into its folders`,
    phase: 'append',
    code: 'TOOBIG',
  });
}

function changed(octets: number): MailError {
  return new MailError({
    kind: 'storage',
    retry: 'later',
    message: `a message of ${octets} octets has another length now`,
    phase: 'append',
  });
}
