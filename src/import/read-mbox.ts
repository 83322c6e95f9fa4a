// The messages of an mbox as the server had them: without the quoting of `From ` lines, without the lines in which mail programs
// keep flags, and, where all its lines end in LF, with CRLF. What `mailkeep export` wrote comes back octet for octet.
import type { Incoming } from '../archive/store.ts';
import { MAX_HEAD } from '../archive/head.ts';
import { readBookkeeping, type Bookkeeping } from '../formats/bookkeeping.ts';
import { unquoted } from '../formats/from-line.ts';
import { CRLF, withCrlf } from '../formats/line-ends.ts';
import type { FileWindow } from '../runtime/file-window.ts';
import { filled, type Found } from './letter.ts';
import { ANEW, isUnmoved, stretches, type Stretch } from './mbox.ts';

/** All that is in the mbox, in order. `place` is its path for people, `folder` where its messages go. */
export async function* readMbox(file: FileWindow, place: string, folder: string): AsyncGenerator<Found> {
  for await (const stretch of stretches(file)) {
    const where = `${place}, at octet ${stretch.at}`;
    const { start, end, full, received } = stretch;
    const head = (await file.from(start, Math.min(MAX_HEAD, full - start))).subarray(0, full - start);
    if (end <= start || (full - start < 4 && /^[\r\n]*$/.test(head.toString('latin1')))) {
      yield { place: where, reason: 'there is no message behind its From line', isMail: true };
      continue;
    }
    const book = readBookkeeping(head);
    yield {
      place: where,
      folder,
      received,
      flags: book.flags,
      isExpunged: book.expunged,
      before: stretch.at,
      octets: (begin) => octets(file, stretch, book, begin),
    };
  }
}

async function octets(
  file: FileWindow,
  stretch: Stretch,
  book: Bookkeeping,
  begin: () => Incoming,
): Promise<Incoming> {
  const { mark } = book;
  if (mark !== undefined) {
    // An export puts one LF behind each message, and one more behind a last line that has none.
    const end = Math.max(stretch.start, stretch.full - (mark.isClosed ? 1 : 2));
    const whole = await filled(begin(), own(file, { ...stretch, end }, book, mark.ends === 'crlf'));
    if (whole.end().id === mark.id) return whole;
    whole.discard(); // somebody has changed it since
  }
  const hasCrlf = (await file.find(CRLF, stretch.start, stretch.end)) !== undefined;
  return filled(begin(), own(file, stretch, book, !hasCrlf));
}

/** The message's own octets, in pieces. */
async function* own(
  file: FileWindow,
  stretch: Stretch,
  { cuts }: Bookkeeping,
  toCrlf: boolean,
): AsyncGenerator<Buffer> {
  const { start, end, full, isCounted } = stretch;
  const ends = [...cuts.map(([from]) => start + from), end];
  const begins = [start, ...cuts.map(([, to]) => start + to)];
  for (const [at, from] of begins.entries()) {
    for await (const { piece, fresh } of file.pieces(from, ends[at] ?? end)) {
      const plain = isCounted ? piece : unquoted(piece, fresh);
      yield toCrlf ? withCrlf(plain) : plain;
    }
  }
  // A mailbox that mail comes into while it is read: all of it is whole but the last, whose end may not have been there yet.
  const since = await file.since();
  if (full === file.size && since === 'grown')
    throw new Error('the mailbox grew while its last message was read: import it again');
  if (since !== 'same' && !(await isUnmoved(file, stretch))) throw new Error(ANEW);
}
