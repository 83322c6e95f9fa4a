// The archive is asked what became of a message in doubt: a report of a mail server, an answer, or the message itself, come in
// since. It serves accounts without IMAP, and finds what a Sent folder cannot tell. The message itself counts only where a
// server has carried it: a draft of it, or the copy that a mail program keeps, says nothing about the try in doubt.
import { isUtf8 } from 'node:buffer';
import type { Archive } from '../archive/store.ts';
import type { Index } from '../index/database.ts';
import { traces, type Trace } from '../index/traces.ts';
import { MailError } from '../model/error.ts';
import type { InArchive } from './evidence.ts';
import type { Finding } from './evidence-plan.ts';
import { names, readReport } from './reports.ts';

/** A message comes with a date of its own, by another clock. */
const BEFORE = 86_400_000;
/** A report is read so far: it begins with what it has to say. Octets. */
const LONGEST = 512 * 1024;
const OWN_FOLDER = 'Outbox';

/** An InArchive over the house's archive. Throws MailError `storage` while what may be a trace waits to be read. */
export function evidenceIn(archive: Archive, db: Index): InArchive {
  return async (messageId, addresses, since) => {
    const bare = messageId.slice(1, -1);
    const findings: Finding[] = [];
    for (const post of traces(db, bare, since - BEFORE)) {
      if (post.folder === OWN_FOLDER || (post.at !== null && post.at < since - BEFORE)) continue;
      if (post.unread === 1) throw notYetRead();
      const text = await textOf(archive, post);
      if (post.msgid === bare) {
        if (wasCarried(text))
          findings.push({ kind: 'copy', where: `in "${post.folder}" of ${post.account}` });
        continue;
      }
      const answered = post.parent === bare ? addresses.find((one) => names(post.sender, one)) : undefined;
      if (answered !== undefined) findings.push({ kind: 'answer', address: answered });
      const told = readReport({ text, sender: post.sender, subject: post.subject }, messageId, addresses);
      if (told !== null) findings.push({ kind: 'report', told });
    }
    return findings;
  };
}

/** RFC 5321 §4.4: each server that takes it on its way writes a line above it. */
function wasCarried(text: string): boolean {
  const end = /\r?\n\r?\n/.exec(text)?.index ?? text.length;
  return /^Received:/im.test(text.slice(0, end));
}

function notYetRead(): MailError {
  return new MailError({
    kind: 'storage',
    retry: 'later',
    message: 'the index is being made anew, and does not know yet what has come',
  });
}

async function textOf(archive: Archive, { path }: Trace): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  // A file that is damaged tells nothing; verify is there to mend it.
  try {
    for await (const chunk of archive.createReadStream(path)) {
      if (!Buffer.isBuffer(chunk)) continue;
      chunks.push(chunk);
      size += chunk.length;
      if (size >= LONGEST) break;
    }
  } catch {
    return '';
  }
  const bytes = Buffer.concat(chunks);
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
}
