// PURE: where an imported message is said to lie. Its key is made of its content, so that it is one place however often it is
// imported; it begins with a space, which no server's unique-id does (RFC 1939 §7).
import type { MessageId, Uidl } from '../model/ids.ts';

/** The account of what is imported into none. */
export const IMPORT_ACCOUNT = 'import';

/** The place of a message in a folder. */
export function importedPlace(
  folder: string,
  id: MessageId,
): { readonly folder: string; readonly uidl: Uidl } {
  return { folder, uidl: ` import-${id}` as Uidl };
}
