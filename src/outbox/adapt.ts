// The frozen octets of a letter are made such as one server takes them, before anything of it was sent: written anew beside
// the old ones, put in their place as a whole, and from then on the octets of every try.
import { createReadStream } from 'node:fs';
import { readable } from '../protocol/smtp/outgoing.ts';
import { storageError } from '../runtime/storage-error.ts';
import { bodyWriter } from './body.ts';
import { conversion, type Edit, type Unwanted } from './convert.ts';
import type { Refusal } from './envelope.ts';
import { MimeReader } from './mime.ts';
import type { Draft, Spool } from './spool.ts';

/** The size of the new octets. */
export interface Adapted {
  readonly size: number;
}

const CHUNK = 256 * 1024;

/**
 * Replaces `<id>.eml`; after a crash in between it gives the same octets once more. Throws MailError `storage`, with phase `body`
 * where the old ones cannot be read: then they are still there.
 */
export async function adapt(id: string, unwanted: Unwanted, spool: Spool): Promise<Adapted | Refusal> {
  const path = spool.path(id, 'eml');
  try {
    const reader = new MimeReader();
    let size = 0;
    for await (const piece of pieces(path, 0, Infinity)) {
      reader.push(piece);
      size += piece.length;
    }
    const edits = conversion(reader.end(), unwanted);
    return 'refused' in edits
      ? edits
      : { size: await write(path, edits, size, await spool.draft(id, 'eml')) };
  } catch (thrown) {
    throw storageError(thrown, `reading ${path}`);
  }
}

async function write(path: string, edits: readonly Edit[], end: number, draft: Draft): Promise<number> {
  let size = 0;
  const put = async (bytes: Buffer): Promise<void> => {
    size += bytes.length;
    await draft.write(bytes);
  };
  try {
    let at = 0;
    for (const edit of edits) {
      for await (const piece of pieces(path, at, edit.from)) await put(piece);
      if ('bytes' in edit) await put(edit.bytes);
      else {
        const writer = bodyWriter(edit.form);
        for await (const piece of pieces(path, edit.from, edit.to)) await put(writer.push(piece));
        await put(writer.end());
        // Base64 has no line end of its own; in front of a boundary there is one.
        if ((edit.form === 'base64' || edit.form === 'rewrapped') && edit.to === end)
          await put(Buffer.from('\r\n'));
      }
      at = edit.to;
    }
    for await (const piece of pieces(path, at, end)) await put(piece);
    await draft.commit();
    return size;
  } finally {
    await draft.discard();
  }
}

async function* pieces(path: string, from: number, to: number): AsyncGenerator<Buffer> {
  if (to <= from) return;
  const stream = createReadStream(path, { start: from, end: to - 1, highWaterMark: CHUNK });
  for await (const piece of readable(stream)) if (Buffer.isBuffer(piece)) yield piece;
}
