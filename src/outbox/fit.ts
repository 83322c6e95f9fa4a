// PURE: what a message needs beside what a server offers: how it is to be handed over, whom it can be named to there, or why
// this server cannot have it.
import type { Extensions } from '../protocol/smtp/ehlo.ts';
import { needsUtf8 } from '../protocol/smtp/address.ts';
import type { MailOptions } from '../protocol/smtp/mail.ts';
import type { Notify } from '../protocol/smtp/rcpt.ts';
import type { Unwanted } from './convert.ts';
import type { Refusal } from './envelope.ts';
import type { Wishes } from './wishes.ts';

/** What is to be delivered: frozen octets, and whom they are for. */
export interface Delivery {
  readonly sender: string;
  /** Those of this try, at least one. */
  readonly recipients: readonly string[];
  /** The frozen file. */
  readonly path: string;
  /** Its octets. */
  readonly size: number;
  readonly eightBitBody: boolean;
  readonly eightBitHead: boolean;
  /** It has parts that are no lines of text. */
  readonly binary: boolean;
  /** With angle brackets. */
  readonly messageId: string | null;
  readonly wishes: Wishes;
}

/** How a message is handed to one server. */
export interface Fit {
  /** Recipients that can be named to it. */
  readonly recipients: readonly string[];
  /** The others, and why. */
  readonly unable: ReadonlyMap<string, string>;
  readonly options: MailOptions;
  readonly notify: readonly Notify[];
  /** By BDAT, else by DATA. */
  readonly chunked: boolean;
}

/**
 * Octets from which BDAT is used where it is offered: a server that will not have a large message says so after its first
 * chunk. Smaller ones go by DATA, which leaves with the envelope and so costs a round trip less.
 */
const LARGE = 1024 * 1024;

/** What has to go from a message before this server takes it; null where nothing has to. */
export function unwanted(delivery: Delivery, { keywords }: Extensions): Unwanted | null {
  const { sender, recipients, eightBitHead, eightBitBody, binary } = delivery;
  // RFC 6531 §3.1: with SMTPUTF8 it reaches only those whose servers know it too. Names are written in ASCII where nobody's
  // address needs it.
  const utf8 = keywords.has('SMTPUTF8') && [sender, ...recipients].some(needsUtf8);
  const found = {
    head: eightBitHead && !utf8,
    body: eightBitBody && !keywords.has('8BITMIME'),
    binary: binary && !(keywords.has('BINARYMIME') && keywords.has('CHUNKING')),
  };
  return found.head || found.body || found.binary ? found : null;
}

/** It goes by BDAT, else by DATA. */
export function byChunks({ binary, size }: Delivery, { keywords }: Pick<Extensions, 'keywords'>): boolean {
  return keywords.has('CHUNKING') && (binary || size > LARGE);
}

/** How `delivery` goes to a server with these extensions, or why it cannot; `now` in milliseconds since 1970. */
export function fit(
  delivery: Delivery,
  { keywords }: Extensions,
  host: string,
  now: number,
): Fit | Refusal | { readonly postponed: number } {
  const { eightBitBody, eightBitHead, binary, size, wishes } = delivery;
  const utf8 = keywords.has('SMTPUTF8');
  if (wishes.requireTls && !keywords.has('REQUIRETLS')) {
    return { refused: `it asks for TLS on its whole way, and ${host} does not promise that (no REQUIRETLS)` };
  }
  const holdUntil = wishes.notBefore !== null && wishes.notBefore > now ? wishes.notBefore : undefined;
  if (holdUntil !== undefined && !holds(keywords.get('FUTURERELEASE'), holdUntil, now))
    return { postponed: holdUntil };
  const unable = new Map(
    delivery.recipients
      .filter((address) => needsUtf8(address) && !utf8)
      .map((address) => [address, `${host} takes no addresses beyond ASCII (no SMTPUTF8)`]),
  );
  const recipients = delivery.recipients.filter((address) => !unable.has(address));
  return {
    recipients,
    unable,
    options: {
      size,
      body: binary ? 'BINARYMIME' : eightBitBody ? '8BITMIME' : undefined,
      smtputf8: eightBitHead || recipients.some(needsUtf8),
      ret: wishes.ret,
      // A report that comes back names it, and so tells what became of a message that is in doubt.
      envid: delivery.messageId?.replace(/^<|>$/g, ''),
      requireTls: wishes.requireTls,
      holdUntil,
    },
    notify: wishes.notify,
    chunked: byChunks(delivery, { keywords }),
  };
}

/** RFC 4865 §3: the longest time in seconds, and the latest time, for which the server keeps a message. */
function holds(parameters: string | undefined, until: number, now: number): boolean {
  const [, seconds, latest] = /^(\d{1,9})(?:\s+(\S+))?/.exec(parameters ?? '') ?? [];
  if (seconds === undefined || until - now > Number(seconds) * 1000) return false;
  return latest === undefined || until <= Date.parse(latest);
}
