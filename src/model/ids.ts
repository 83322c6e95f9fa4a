// The names that things have on their way: a message by its bytes, and by the numbers that servers give it.
// They are branded so that a UID is never taken for a count, nor a UIDL for a path.

declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** SHA-256 of a message's raw bytes: 64 lower-case hexadecimal digits. The only identity a message has. */
export type MessageId = Branded<string, 'MessageId'>;

/** An IMAP UID, 1 to 2^32-1 (RFC 9051 §2.3.1.1). It means something only together with a UidValidity. */
export type Uid = Branded<number, 'Uid'>;

/** An IMAP UIDVALIDITY, 1 to 2^32-1; 0 where a server gives none, which means "no stable UIDs". */
export type UidValidity = Branded<number, 'UidValidity'>;

/** A POP3 unique-id as the server sent it, byte for byte as latin1 (RFC 1939 §7). Data, never a path. */
export type Uidl = Branded<string, 'Uidl'>;

/** A folder's name exactly as LIST gave it, byte for byte as latin1. What EXAMINE is sent; never shown, never a path. */
export type WireName = Branded<string, 'WireName'>;

/** Enough of a message's id to know it again, as short as can be: a set may hold a million. */
export function shortened(id: string): string {
  return Buffer.from(id.slice(0, 32), 'hex').toString('latin1');
}
