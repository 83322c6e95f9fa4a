// A folder is opened read-only, by the exact octets that LIST gave (RFC 9051 §6.3.3). What the server says of it is all
// optional, and what it says last counts.
import type { UidValidity, WireName } from '../../model/ids.ts';
import type { Dialogue } from '../dialogue.ts';
import { clip } from '../text.ts';
import { commandOf } from './astring.ts';
import { HeardChanges, qresync } from './changed.ts';
import type { Changed, Since } from './changed.ts';
import { exchange } from './exchange.ts';
import type { Answer } from './exchange.ts';
import { readableName } from './folder-name.ts';
import { id } from './id.ts';
import type { Identity } from './id.ts';
import { refusal } from './refusal.ts';
import type { Status } from './response.ts';
import { MAX_UID } from './sequence-set.ts';
import { modseqOf } from './status.ts';
import type { Tags } from './tags.ts';

/** What is known of an opened folder. Null: the server did not say (I-016, I-103). */
export interface Examined {
  /** 0 where the server gave none, or 0: its UIDs are not stable. */
  readonly validity: UidValidity;
  readonly exists: number | null;
  readonly uidNext: number | null;
  /** HIGHESTMODSEQ in decimal digits; it may pass 2^53 (RFC 7162 §3.1.2.1, I-094). Never '0'. */
  readonly modseq: string | null;
  /** MAILBOXID (RFC 8474 §4.1), where it was told. */
  readonly mailboxId?: string;
  /** What changed, where it was asked for. */
  readonly changed?: Changed;
  /** PERMANENTFLAGS (RFC 9051 §7.1), where they were asked for and told: what can be set for good; `\\*` is any keyword. */
  readonly permanentFlags?: readonly string[];
}

/** What more to ask for. */
export interface Asking {
  /** HIGHESTMODSEQ (RFC 7162 §3.1.8), where CONDSTORE is offered. */
  readonly condstore?: boolean;
  /** What changed since, where QRESYNC is enabled. */
  readonly since?: Since;
  /** PERMANENTFLAGS. */
  readonly flags?: boolean;
}

/**
 * Opens `wire`. With an `identity`, a server that refuses with "Unsafe Login" is told it, once, and asked again (I-001).
 * Throws MailError `refused` or `busy`; no folder is open then (I-183).
 */
export function* examine(
  host: string,
  tags: Tags,
  wire: WireName,
  identity: Identity | null = null,
  asking: Asking = {},
): Dialogue<Examined> {
  const [, state] = yield* openFolder('EXAMINE', host, tags, wire, identity, asking);
  return state;
}

/** Opens `wire` by EXAMINE or SELECT, and returns the answer too. Throws as `examine`. */
export function* openFolder(
  verb: 'EXAMINE' | 'SELECT',
  host: string,
  tags: Tags,
  wire: WireName,
  identity: Identity | null,
  asking: Asking,
): Dialogue<[Answer, Examined]> {
  let [answer, state] = yield* ask(verb, host, tags, wire, asking);
  if (identity !== null && answer.word === 'NO' && /unsafe login|login is not safe/i.test(answer.text)) {
    yield* id(host, tags, identity);
    [answer, state] = yield* ask(verb, host, tags, wire, asking);
  }
  // Some offer CONDSTORE, and do not know what it adds to the command.
  if (answer.word === 'BAD' && asking.condstore === true)
    [answer, state] = yield* ask(verb, host, tags, wire, { ...asking, condstore: false });
  if (answer.word === 'OK') return [answer, state];
  throw refusal(host, `${verb} "${clip(readableName(wire), 100)}"`, verb.toLowerCase(), answer);
}

function* ask(
  verb: 'EXAMINE' | 'SELECT',
  host: string,
  tags: Tags,
  wire: WireName,
  asking: Asking,
): Dialogue<[Answer, Examined]> {
  let state = UNKNOWN;
  let changes = new HeardChanges();
  const status = ({ code }: Status): void => {
    if (code?.name === 'CLOSED') {
      // RFC 7162 §3.2.11: all before it was about the folder that was open until now
      state = UNKNOWN;
      changes = new HeardChanges();
    } else if (code?.name === 'PERMANENTFLAGS') {
      if (asking.flags === true) state = { ...state, permanentFlags: flagsIn(code.rest) };
    } else if (code !== null) state = { ...state, ...told(code.name, code.rest) };
  };
  const pieces = commandOf(verb, [wire]);
  // The parameter follows the folder's name, which may be a literal of its own.
  const last = `${pieces.at(-1) ?? ''}${parameter(asking)}`;
  const answer = yield* exchange(
    host,
    tags,
    { name: verb, pieces: [...pieces.slice(0, -1), last] },
    {
      status,
      data: (data) => {
        // I-115: Zimbra counts up in steps
        const [, exists] = /^\*[ \t]+(\d{1,10})[ \t]+EXISTS\b/i.exec(data.text) ?? [];
        if (exists !== undefined) state = { ...state, exists: Number(exists) };
        else if (asking.since !== undefined) changes.take(data);
      },
    },
  );
  status(answer);
  return [answer, asking.since === undefined ? state : { ...state, changed: changes.changed }];
}

function parameter({ condstore = false, since }: Asking): string {
  if (since !== undefined) return ` ${qresync(since)}`;
  return condstore ? ' (CONDSTORE)' : '';
}

const UNKNOWN: Examined = { validity: 0 as UidValidity, exists: null, uidNext: null, modseq: null };

function flagsIn(list: string): string[] {
  return list.split(/[\s()]+/).filter((flag) => flag !== '');
}

function told(name: string, rest: string): Partial<Examined> {
  const [digits = ''] = /^\d{1,20}/.exec(rest) ?? [];
  if (name === 'NOMODSEQ') return { modseq: null };
  if (name === 'HIGHESTMODSEQ') return { modseq: modseqOf(digits) }; // I-119: 0 is none
  const mailboxId = rest.replace(/^\(|\)$/g, '').trim();
  if (name === 'MAILBOXID') return mailboxId === '' ? {} : { mailboxId };
  const number = Number(digits);
  const known = number > 0 && number <= MAX_UID ? number : null;
  if (name === 'UIDVALIDITY') return { validity: (known ?? 0) as UidValidity };
  if (name === 'UIDNEXT') return { uidNext: known };
  return {};
}
