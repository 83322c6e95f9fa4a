// One mbox (mboxrd), which appears when it is whole: each message behind a From line with its sender and date, its flags as mail
// programs keep them, and lines that would look like a From line quoted so that it can be undone.
import { lstatSync } from 'node:fs';
import { open, rename, rm, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { bookkeepingLines } from '../formats/bookkeeping.ts';
import { fromLine, quoted } from '../formats/from-line.ts';
import { withLf } from '../formats/line-ends.ts';
import { MailError } from '../model/error.ts';
import { syncDirectory } from '../runtime/atomic-file.ts';
import type { Chosen } from './chosen.ts';
import type { Content } from './content.ts';
import type { Target } from './target.ts';
import { targetError } from './target-error.ts';

/** Begins an mbox at `path`. Throws MailError `usage` where something is there already, and `storage`. */
export async function mboxFile(path: string): Promise<Target> {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there !== undefined && !(there.isFile() && there.size === 0))
    throw new MailError({
      kind: 'usage',
      retry: 'never',
      message: `${path} exists${there.isFile() ? ' and is not empty' : ' and is no file'}: an mbox is written anew, and never added to`,
      hint: 'Give another name, or move that one away.',
    });
  const beside = join(dirname(path), `.${basename(path)}.mailkeep-part`);
  const file = await rm(beside, { force: true })
    .then(() => open(beside, 'wx', 0o600))
    .catch((thrown: unknown) => {
      throw targetError(thrown, `writing ${path}`);
    });
  const abandon = async (): Promise<void> => {
    await file.close().catch(() => undefined);
    await unlink(beside).catch(() => undefined);
  };
  return {
    lanes: 1,
    put: async (message, content) => {
      try {
        for await (const part of parts(message, content)) await file.writeFile(part);
        return 'written';
      } catch (thrown) {
        throw targetError(thrown, `writing ${path}`);
      }
    },
    end: async () => {
      try {
        await file.sync();
        await file.close();
        await rename(beside, path);
        await syncDirectory(dirname(path));
      } catch (thrown) {
        throw targetError(thrown, `writing ${path}`);
      }
    },
    abandon,
  };
}

/** Octets that are written at once. */
const TOGETHER = 64 * 1024;

async function* parts(message: Chosen, content: Content): AsyncGenerator<Buffer> {
  const { id, flags, received, date } = message;
  const { ends, isClosed } = content;
  const from = fromLine(senderOf(message, content), received ?? date ?? 0);
  let held: Buffer[] = [Buffer.from(`${from}\n${bookkeepingLines(flags, { id, ends, isClosed })}`)];
  let octets = 0;
  for await (const { piece, fresh } of content.pieces()) {
    // The piece is the window's, which moves on.
    const plain = ends === 'crlf' ? withLf(piece) : Buffer.from(piece);
    held.push(quoted(plain, fresh));
    octets += plain.length;
    if (octets < TOGETHER) continue;
    yield Buffer.concat(held);
    held = [];
    octets = 0;
  }
  // The blank line that ends it, behind the end that its last line may want.
  yield Buffer.concat([...held, Buffer.from(isClosed ? '\n' : '\n\n')]);
}

/** The envelope's sender where the message has kept it, else who wrote it. */
function senderOf({ sender }: Chosen, { head }: Content): string {
  const header = /^[^]*?(?=\r?\n\r?\n|$)/.exec(head)?.[0] ?? '';
  const path = /(?:^|\n)return-path:[ \t]*<([^<>\s]{1,300})>/i.exec(header)?.[1];
  return path ?? /<([^<>\s]+)>[^<>]*$/.exec(sender)?.[1] ?? sender;
}
