// PURE: names for messages that a POP3 server gives no unique-id that can be trusted: made of their content, so that they
// hold over sessions. They begin with a space, which no unique-id of a server does (RFC 1939 §7: octets 0x21 to 0x7E; spaces
// before one are the listing's): the two can never be mixed up in a journal.
import { createHash } from 'node:crypto';
import type { MessageId, Uidl } from '../model/ids.ts';

/** What a name by content tells. It is written ` <id>-<head>-<size>`, from the second equal message on with `-2` … behind. */
export interface ContentName {
  readonly id: MessageId;
  /** `headDigest` of its header. */
  readonly head: string;
  /** Octets as the server claims in LIST; null where the claim makes no sense. */
  readonly size: number | null;
  /** 1 for the first of equal messages in a maildrop. */
  readonly copy: number;
}

/** The name of a message by its content. */
export function contentName({ id, head, size, copy }: ContentName): Uidl {
  return ` ${id}-${head}-${size ?? ''}${copy === 1 ? '' : `-${copy}`}` as Uidl;
}

/** What a name by content tells; undefined for any other. */
export function readContentName(name: string): ContentName | undefined {
  const [, id, head, size, copy] =
    /^ ([0-9a-f]{64})-([0-9a-f]{16})-(\d{0,15})(?:-(\d{1,9}))?$/.exec(name) ?? [];
  if (id === undefined || head === undefined) return undefined;
  return { id: id as MessageId, head, size: size ? Number(size) : null, copy: Number(copy ?? 1) };
}

/** True for a name that was made here, and not by a server. */
export function isOurs(name: string): boolean {
  return name.startsWith(' ');
}

/** What stands for a message until its content is known; of one session. */
export function makeshift(number: number, size: number | null): Uidl {
  return ` #${number}/${size ?? ''}` as Uidl;
}

/** The number in a makeshift name, and the size as claimed; undefined for any other. */
export function readMakeshift(
  name: string,
): { readonly number: number; readonly size: number | null } | undefined {
  const [, number, size] = /^ #(\d{1,10})\/(\d{0,15})$/.exec(name) ?? [];
  return number === undefined ? undefined : { number: Number(number), size: size ? Number(size) : null };
}

/** 16 hexadecimal digits of a header: of its octets before the blank line. */
export function headDigest(head: Buffer): string {
  return createHash('sha256').update(head).digest('hex').slice(0, 16);
}

/**
 * True for a header that two different messages hardly share: it tells a Message-ID, or how it was delivered. Without
 * either, equal headers prove nothing.
 */
export function isTelling(head: Buffer): boolean {
  return /(?:^|\n)(?:message-id|received)[ \t]*:/i.test(head.toString('latin1'));
}
