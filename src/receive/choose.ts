// PURE: which of a server's folders are kept: globs on readable names, or special-use attributes such as \Trash.
import type { Receive } from '../model/account.ts';
import { MailError } from '../model/error.ts';
import { canBeOpened, hasAttribute, isInbox, type Folder } from '../model/mailbox.ts';

/** True where `folder` can be opened, is included, and is not excluded. */
export function isKept(folder: Folder, rule: Receive['folders']): boolean {
  return (
    canBeOpened(folder) &&
    rule.include.some((glob) => fits(folder, glob)) &&
    !rule.exclude.some((glob) => fits(folder, glob))
  );
}

/**
 * True where `folder` is meant by `glob`: INBOX in any case, and `*` crosses the hierarchy:
 * `Archive*` holds `Archive/2019`.
 */
export function fits(folder: Folder, glob: string): boolean {
  if (glob.startsWith('\\')) return hasAttribute(folder, glob);
  const pattern = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const flags = isInbox(folder.name) ? 'isu' : 'su';
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
