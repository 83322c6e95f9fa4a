// A message is handed to the drop folder as a careful writer does it: under a hidden name, synced, renamed, the directory
// synced. What could never be sent is refused here, while whoever hands it in is still there to read why.
import { randomBytes } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { asMailError, MailError, textOf } from '../model/error.ts';
import { syncDirectory } from '../runtime/atomic-file.ts';
import { makeFolder } from '../runtime/make-folder.ts';
import { codeOf } from '../runtime/storage-error.ts';
import { accountFor, envelopeOf, type Sending } from './envelope.ts';
import { freeze } from './freeze.ts';
import { splitHead } from './header.ts';
import { Structure } from './structure.ts';
import { wishesOf } from './wishes.ts';

/** Where and for whom. */
export interface Submission {
  /** The drop folder; made where it is missing. */
  readonly outbox: string;
  readonly accounts: readonly Sending[];
  /** The account that is to send it; null: the one whose address the sender is. */
  readonly account: string | null;
  /** A name that a person knows it by; the file gets it, and something that makes it unique. */
  readonly name: string;
  /** The message. Its end is the end of the message: a last line end that is missing is added. */
  readonly from: AsyncIterable<Buffer>;
}

/**
 * Hands it in and returns its path. Throws MailError `message` where it can never be sent, `storage` where it cannot be
 * written.
 */
export async function submit({ outbox, accounts, account, name, from }: Submission): Promise<string> {
  const folder = account === null ? outbox : join(outbox, account);
  const base = `${nameOf(name)}.${randomBytes(4).toString('hex')}.eml`;
  const temporary = join(folder, `.${base}.tmp`);
  let file: FileHandle | undefined;
  try {
    await makeFolder(folder, 0o770);
    file = await open(temporary, 'wx', 0o660);
    check(await write(file, from), accounts, account);
    // A write sets both times to one instant; apart, they tell that the last write is over.
    const second = 1000;
    await file.utimes(new Date(), new Date(Date.now() - second));
    await file.sync();
    await rename(temporary, join(folder, base));
    await makeDurable(file, join(folder, base), folder);
    return join(folder, base);
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw asMailError(thrown, {
      kind: 'storage',
      retry: 'later',
      message: `${join(folder, base)} cannot be written: ${textOf(thrown)}`,
      hint: 'Whoever sends needs the right to write into the drop folder (under systemd: be in the group mailkeep).',
    });
  } finally {
    await file?.close();
  }
}

/** Where the name cannot be made durable the message is taken back: whoever hears of a failure hands it in again. */
async function makeDurable(file: FileHandle, path: string, folder: string): Promise<void> {
  try {
    await syncDirectory(folder);
  } catch (thrown) {
    // A folder may be open to writers and closed to readers; a sync of the file brings its name along on local file systems.
    if (codeOf(thrown) === 'EACCES') return file.sync();
    const isTaken = await rm(path).then(
      () => false,
      (error: unknown) => codeOf(error) === 'ENOENT',
    );
    if (!isTaken) throw thrown;
  }
}

async function write(file: FileHandle, from: AsyncIterable<Buffer>): Promise<Structure> {
  const structure = new Structure();
  let last = -1;
  let size = 0;
  const put = async (chunk: Buffer): Promise<void> => {
    size += chunk.length;
    if (size > MAX_SIZE) throw unfit(`it is larger than ${MAX_SIZE} octets, and no mail server takes that`);
    structure.push(chunk);
    await file.appendFile(chunk);
    last = chunk.at(-1) ?? last;
  };
  for await (const chunk of from) await put(chunk);
  if (last !== LF) await put(END_OF_LINE);
  if (!structure.hasBody) await put(END_OF_LINE);
  return structure;
}

/** Octets; a pipe that never ends must not fill the disk. */
const MAX_SIZE = 512 * 1024 * 1024;

const LF = 0x0a;
const END_OF_LINE = Buffer.of(LF);

function check(structure: Structure, accounts: readonly Sending[], account: string | null): void {
  const facts = structure.facts();
  const head = splitHead(facts.head);
  if ('refused' in head) throw unfit(head.refused);
  const envelope = envelopeOf(head.fields);
  if ('refused' in envelope) throw unfit(envelope.refused);
  const chosen = accountFor(accounts, account, envelope.sender);
  if ('refused' in chosen) throw unfit(chosen.refused);
  const wishes = wishesOf(head.fields, Date.now());
  if ('refused' in wishes) throw unfit(wishes.refused);
  const frozen = freeze(facts, { date: 0, messageId: 'check@invalid' });
  if ('refused' in frozen) throw unfit(frozen.refused);
}

function unfit(why: string): MailError {
  return new MailError({ kind: 'message', retry: 'never', message: `the message cannot be sent: ${why}` });
}

function nameOf(name: string): string {
  const plain = name
    .replace(/\.eml$/i, '')
    .replace(/[\u0000-\u001f\u007f/\\]/g, '_')
    .replace(/^\.+/, '');
  const cut = Buffer.from(plain)
    .subarray(0, 120)
    .toString('utf8')
    .replace(/\ufffd+$/, '');
  return cut === '' ? 'message' : cut;
}
