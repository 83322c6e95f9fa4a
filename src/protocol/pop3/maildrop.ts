// What a maildrop holds (RFC 1939 §5): STAT, LIST and UIDL, in one round trip where the server bears it.
import { MailError } from '../../model/error.ts';
import type { Uidl } from '../../model/ids.ts';
import type { Dialogue } from '../dialogue.ts';
import { each, inTurn } from './in-turn.ts';
import type { Ahead } from './in-turn.ts';
import { list, readList } from './list.ts';
import { readStat, stat } from './stat.ts';
import { readUidl, uidl } from './uidl.ts';

/** Message number → what the server says of it. Numbers may be unsorted and have gaps (P-016). */
export interface Maildrop {
  /** Messages by STAT; 0 where it told none, or too many to be numbered. */
  readonly count: number;
  /** Octets as claimed, null for a claim without sense. */
  readonly sizes: ReadonlyMap<number, number | null>;
  /** Unique-ids that can be believed; a MailError `refused` where the server gives none (P-009). */
  readonly names: ReadonlyMap<number, Uidl> | MailError;
}

/** Asks. Throws MailError `busy`, or `refused` where LIST is refused and the maildrop is not empty (P-045). */
export function* maildrop(host: string, ahead: Ahead): Dialogue<Maildrop> {
  const got = ahead.commands > 1 ? yield* atOnce(host, ahead) : yield* oneByOne(host);
  const { claim, names } = got;
  // STAT tells whether a refused listing is that of an empty maildrop (P-045), and whether one is short: it proves no more (P-017).
  const empty = claim === 0 && got.sizes instanceof MailError && got.sizes.kind === 'refused';
  const count = claim === undefined || claim >= 2 ** 31 ? 0 : claim;
  const sizes = empty ? new Map<number, number | null>() : got.sizes;
  if (sizes instanceof MailError) throw sizes;
  if (sizes.size === 0 && names instanceof MailError) return { count, sizes, names: new Map() };
  if (names instanceof MailError && names.kind !== 'refused') throw names;
  return { count, sizes, names };
}

interface Answers {
  claim: number | undefined;
  sizes: Map<number, number | null> | MailError;
  names: Map<number, Uidl> | MailError;
}

function* oneByOne(host: string): Dialogue<Answers> {
  const claim = (yield* stat(host))?.count;
  const sizes = yield* attempt(list(host));
  const empty = sizes instanceof MailError || sizes.size === 0;
  return { claim, sizes, names: empty ? new Map() : yield* attempt(uidl(host)) };
}

function* atOnce(host: string, ahead: Ahead): Dialogue<Answers> {
  const got: Answers = { claim: undefined, sizes: new Map(), names: new Map() };
  function* read(line: string): Dialogue<boolean> {
    if (line === 'STAT') got.claim = (yield* readStat(host))?.count;
    else if (line === 'LIST') got.sizes = yield* attempt(readList(host));
    else got.names = yield* attempt(readUidl(host));
    return true;
  }
  const commands = ['STAT', 'LIST', 'UIDL'].map((line) => ({ line, octets: 0, read: () => read(line) }));
  yield* inTurn(each(commands), ahead);
  return got;
}

/** A refusal as a value: what follows it is still to be read. */
function* attempt<T>(dialogue: Dialogue<T>): Dialogue<T | MailError> {
  try {
    return yield* dialogue;
  } catch (thrown) {
    if (thrown instanceof MailError && (thrown.kind === 'refused' || thrown.kind === 'busy')) return thrown;
    throw thrown;
  }
}
