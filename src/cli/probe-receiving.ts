// The steps of an account that receives: to its IMAP or POP3 server, and which of its folders are kept.
import { presetOfHost } from '../config/presets.ts';
import type { Account, Receive } from '../model/account.ts';
import { MailError } from '../model/error.ts';
import type { Folder } from '../model/mailbox.ts';
import { isKept } from '../receive/choose.ts';
import { openSource } from '../receive/open-source.ts';
import type { Source } from '../receive/source.ts';
import { dialler, failureOf, loginSteps, nameStep, unexpected } from './probe-parts.ts';
import type { At } from './probe-parts.ts';
import type { Step } from './steps.ts';

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
  const step = { ...at, step: 'folders' } as const;
  try {
    const folders = await source.folders();
    const kept = folders.filter((folder) => isKept(folder, rule));
    const facts = { folders: folders.length, kept: kept.length };
    if (kept.length === 0) return { ...step, text: '', facts, error: nothingKept(folders) };
    const [inbox] = kept;
    if (at.server === 'pop3' && inbox !== undefined) {
      const { exists } = await source.enter(inbox);
      const window = presetOfHost(receive.host)?.pop3Window;
      const text = `${inbox.name}, ${exists} messages${window === undefined ? '' : `. ${window}`}`;
      return { ...step, text, facts: { ...facts, messages: exists } };
    }
    return { ...step, text: `${folders.length}, of which ${kept.length} are kept`, facts };
  } catch (thrown) {
    return { ...step, text: '', error: unexpected(thrown) };
  }
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
