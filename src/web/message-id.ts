// PURE: the id of a message out of an address.
import type { MessageId } from '../model/ids.ts';

/** The id, whole; undefined for anything else. */
export function messageId(text: string): MessageId | undefined {
  return /^[0-9a-f]{64}$/.test(text) ? (text as MessageId) : undefined;
}
