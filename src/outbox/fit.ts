// PURE: what a message needs beside what a server offers: how it is to be handed over, whom it can be named to there, or why
// this server cannot have it.
import type { Extensions } from '../protocol/smtp/ehlo.ts';
import { needsUtf8 } from '../protocol/smtp/address.ts';
import type { MailOptions } from '../protocol/smtp/mail.ts';
import type { Notify } from '../protocol/smtp/rcpt.ts';

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

/** How `delivery` goes to a server with these extensions, or why it cannot. */
export function fit(
  delivery: Delivery,
  { keywords }: Extensions,
  host: string,
): Fit | { readonly refused: string } {
  const { eightBitBody, eightBitHead, size } = delivery;
  const utf8 = keywords.has('SMTPUTF8');
  if (eightBitHead && !utf8) {
    return {
      refused: `its header holds characters beyond ASCII as they are, and ${host} takes none (no SMTPUTF8): write them as encoded words (RFC 2047)`,
    };
  }
  if (eightBitBody && !keywords.has('8BITMIME')) {
    return {
      refused: `its body holds octets above 127, and ${host} takes none (no 8BITMIME): encode it as quoted-printable or base64`,
    };
  }
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
      body: eightBitBody ? '8BITMIME' : undefined,
      smtputf8: eightBitHead || recipients.some(needsUtf8),
    },
    notify: [],
    chunked: keywords.has('CHUNKING') && size > LARGE,
  };
}
