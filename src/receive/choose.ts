// PURE: which of a server's folders are kept: globs on readable names, or special-use attributes such as \Trash.
import type { Folder } from '../model/mailbox.ts';
import type { Receive } from '../model/account.ts';
import { MailError } from '../model/error.ts';

/** RFC 9051 §7.3.1: a folder that cannot be opened, or does not exist but has children. */
const CLOSED = new Set(['\\noselect', '\\nonexistent']);

/** True where `folder` can be opened, is included, and is not excluded. */
export function isKept(folder: Folder, rule: Receive['folders']): boolean {
  return (
    canBeOpened(folder) &&
    rule.include.some((glob) => fits(folder, glob)) &&
    !rule.exclude.some((glob) => fits(folder, glob))
  );
}

/** False for what only holds other folders. */
export function canBeOpened(folder: Folder): boolean {
  return !folder.attributes.some((attribute) => CLOSED.has(attribute.toLowerCase()));
}

/**
 * True where `folder` is meant by `glob`. Any nation's INBOX is the same (RFC 9051 §5.1), and `*` crosses the hierarchy:
 * `Archive*` holds `Archive/2019`.
 */
export function fits(folder: Folder, glob: string): boolean {
  if (glob.startsWith('\\'))
    return folder.attributes.some((have) => have.toLowerCase() === glob.toLowerCase());
  const pattern = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const flags = folder.name.toUpperCase() === 'INBOX' ? 'isu' : 'su';
  return new RegExp(`^${pattern}$`, flags).test(folder.name);
}

/** A rule that fits no folder would keep nothing, and all would seem well. */
export function nothingKept(account: string, folders: number): MailError {
  return new MailError({
    kind: 'config',
    retry: 'later',
    message: `no folder of ${account} is kept: none of the ${folders} at the server fits receive.folders`,
    hint: `\`mailkeep folders ${account}\` lists them.`,
  });
}
