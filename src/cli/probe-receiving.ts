// The steps of an account that receives: to its IMAP or POP3 server, and which of its folders are kept.
import type { Account, Receive } from '../model/account.ts';
import { MailError } from '../model/error.ts';
import type { Hint } from '../model/hint.ts';
import type { Folder } from '../model/mailbox.ts';
import { fits, isKept } from '../receive/choose.ts';
import { openSource } from '../receive/open-source.ts';
import type { Source } from '../receive/source.ts';
import { dialler, failureOf, loginSteps, nameStep, unexpected } from './probe-parts.ts';
import { notesOfReceiving } from './probe-notes.ts';
import type { At } from './probe-parts.ts';
import { same, type Step } from './steps.ts';

/** Yields dns, connect, login and folders, as far as it comes. */
export async function* probeReceiving(
  account: Account & { readonly receive: Receive },
  now: number,
): AsyncGenerator<Step> {
  const { receive } = account;
  const at = { account: account.name, server: receive.protocol };
  const name = await nameStep(receive, at);
  yield name;
  if (name.error !== undefined) return;
  const dialled = dialler(account, receive);
  const source = openSource(account, dialled.connect, new Map());
  try {
    const error = await failureOf(source.open());
    yield* loginSteps(account, receive, dialled.connection(), error, at, now);
    if (error !== undefined) return;
    yield await foldersStep(source, receive, at);
    await failureOf(source.close());
  } finally {
    source.abort();
  }
}

async function foldersStep(source: Source, receive: Receive, at: At): Promise<Step> {
  const { folders: rule } = receive;
  const step = { ...at, step: 'folders', host: receive.host } as const;
  try {
    const folders = await source.folders();
    const kept = folders.filter((folder) => isKept(folder, rule));
    const facts = { folders: folders.length, kept: kept.length };
    if (kept.length === 0) return { ...step, text: same(''), facts, error: nothingKept(folders) };
    const messages = at.server === 'pop3' ? await inFolder(source, kept[0]) : null;
    const notes = await notesOf(source, receive, folders, kept);
    if (messages === null)
      return {
        ...step,
        text: {
          en: `${folders.length}, of which ${kept.length} are kept`,
          zh: `共 ${folders.length} 个，收取 ${kept.length} 个`,
        },
        facts,
        notes,
      };
    const text = { en: `INBOX, ${messages} messages`, zh: `INBOX，${messages} 封邮件` };
    return { ...step, text, facts: { ...facts, messages }, notes };
  } catch (thrown) {
    return { ...step, text: same(''), error: unexpected(thrown) };
  }
}

/** What the person must know of it; it costs an EXAMINE or two. */
async function notesOf(
  source: Source,
  receive: Receive,
  folders: readonly Folder[],
  kept: readonly Folder[],
): Promise<Hint[]> {
  const tells = (word: string): string | undefined => source.tells(word);
  const all = kept.find((folder) => fits(folder, '\\All'));
  const allMail = source.hasLabels === true && all !== undefined ? await inFolder(source, all) : null;
  const found = { folders, allMail, tells, unfit: await unfitFor(source, receive, kept) };
  return notesOfReceiving(receive, found);
}

async function unfitFor(
  source: Source,
  receive: Receive,
  [first]: readonly Folder[],
): Promise<string | undefined> {
  if (receive.delete === undefined || first === undefined) return undefined;
  await source.enter(first);
  return source.unfit();
}

async function inFolder(source: Source, folder: Folder | undefined): Promise<number | null> {
  return folder === undefined ? null : (await source.enter(folder)).exists;
}

function nothingKept(folders: readonly Folder[]): MailError {
  return new MailError({
    kind: 'config',
    message: `none of the ${folders.length} folders is kept`,
    retry: 'never',
    hint: `Look at folders.include and folders.exclude; the server has ${folders
      .slice(0, 5)
      .map(({ name }) => name)
      .join(', ')}`,
  });
}
