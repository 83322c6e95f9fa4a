// How much a maildrop holds, as the server counts (RFC 1939 §5): a hint and no more, LIST decides (P-017).
import { send } from '../dialogue.ts';
import type { Dialogue } from '../dialogue.ts';
import { during } from '../phase.ts';
import { readStatus } from './status.ts';

/** What STAT claims. */
export interface MaildropSize {
  /** Messages. */
  readonly count: number;
  readonly octets: number;
}

/** Asks for the claim; null where it is refused or makes no sense. Never throws for that. */
export function stat(host: string): Dialogue<MaildropSize | null> {
  return during('stat', 'POP3 STAT', ask(host));
}

function* ask(host: string): Dialogue<MaildropSize | null> {
  yield* send('STAT');
  return yield* read(host);
}

/** The answer to a STAT that was sent before. */
export function readStat(host: string): Dialogue<MaildropSize | null> {
  return during('stat', 'POP3 STAT', read(host));
}

function* read(host: string): Dialogue<MaildropSize | null> {
  const { ok, text } = yield* readStatus(host, 'STAT');
  // RFC 1939 §5: "+OK", a space, the count, a space, the octets
  const [, count, octets] = /^(\d{1,15})\s+(\d{1,15})(?:\s|$)/.exec(text) ?? [];
  return ok && count !== undefined && octets !== undefined
    ? { count: Number(count), octets: Number(octets) }
    : null;
}
