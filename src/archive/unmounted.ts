// A disk that is not mounted looks like an archive that is empty: its mount point. Mail that is put there is hidden when the disk is
// back. So an empty `<data>/mail` is believed only where the journals tell of no message, or where a person has said that it is so.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MailError } from '../model/error.ts';
import { codeOf, storageError } from '../runtime/storage-error.ts';
import type { Journal } from './journal.ts';

/** True where these names in `<data>/mail` are those of an archive that holds, or held, messages: a year, or `undated`. */
function showsMail(names: readonly string[]): boolean {
  return names.some((name) => /^(?:\d{4}|undated)$/.test(name));
}

/** Whether `mail` holds, or held, messages. Throws MailError `storage` where it cannot be listed; one that is not there does not. */
export function hasMail(mail: string): boolean {
  try {
    return showsMail(readdirSync(mail));
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return false;
    throw storageError(thrown, `listing ${mail}`);
  }
}

/**
 * Looks, before anything is made there, whether the files of the messages that the journals tell of can be there: one listing,
 * and a journal's beginning where that is empty. Throws MailError `storage`, retry `later`.
 */
export async function checkMounted(data: string, journal: Journal): Promise<void> {
  const mail = join(data, 'mail');
  if (!hasMail(mail) && (await tellsOfMail(journal))) throw unmounted(mail);
}

/** What is said of an empty `mail` that should hold messages. */
export function unmounted(mail: string): MailError {
  return new MailError({
    kind: 'storage',
    retry: 'later',
    message: `no message is in ${mail}, and the journals tell of some: its disk is not mounted, or they were taken away`,
    hint: `Mount the disk, or put a copy of the messages back. Where they are lost for good, \`mkdir -p ${mail}/undated\` as the user of mailkeep says so; \`mailkeep verify --server\` then fetches again what a server still has.`,
    cause: new Error(`no year and no "undated" in ${mail}`),
  });
}

async function tellsOfMail(journal: Journal): Promise<boolean> {
  for (const account of await journal.accounts())
    for await (const { entry } of journal.replay(account, 0, () => undefined))
      if (entry.op === 'seen') return true;
  return false;
}
