// The attachments of a cut message, one after another → their texts. Each is decoded only when its first octets show that it
// holds text, and let go before the next; what one message may cost is bounded, and what that leaves out is said.
import { kindOf, LOOK_AT } from './content/kind.ts';
import { LONGEST_TEXT, NOTHING, UNREAD } from './content/content.ts';
import type { Content, Reading } from './content/content.ts';
import { readContent, wantedOf } from './content/read.ts';
import { Cutter } from './cut.ts';
import type { CutAttachment, CutMessage } from './cut-message.ts';
import type { AttachmentFacts } from './document.ts';
import { headerFacts } from './headers.ts';
import { readingText } from './reading-text.ts';
import { decodeRange } from './transfer.ts';
import type { Octets } from './transfer.ts';

/** Octets of a content that are decoded; UTF-16 units and contents of one message; contents in contents. */
const MOST = { octets: 32 * 2 ** 20, units: 3 * LONGEST_TEXT, contents: 200, depth: 5 } as const;

/** What a message's attachments hold. */
export interface Attached {
  readonly facts: readonly AttachmentFacts[];
  /** A name and a text for each that holds some. */
  readonly texts: readonly { readonly name: string; readonly text: string }[];
  /** The names of what lies in them. */
  readonly names: readonly string[];
  /** Why the text of one is not all here; null where all is. */
  readonly unread: string | null;
}

/** How far to go. */
export interface Reach {
  /** Attachments before this one are read. */
  readonly before: number;
  /** Why that one is not. */
  readonly reason: string | null;
  /** Called with the number of each that is about to be read. */
  readonly onBegin: (attachment: number) => void;
}

/** Reads the attachments of a message; `octets` gives its bytes. Never rejects, but with what `octets` throws. */
export async function readAttachments(cut: CutMessage, octets: Octets, reach: Reach): Promise<Attached> {
  const reader = new Reader();
  const facts: AttachmentFacts[] = [];
  const texts: { name: string; text: string }[] = [];
  const names: string[] = [];
  for (const [number, attachment] of cut.attachments.entries()) {
    const { name, type, size } = attachment;
    reach.onBegin(number);
    const read =
      number < reach.before
        ? await reader.attachment(attachment, octets, 0)
        : await reader.left(attachment, octets, number === reach.before ? reach.reason : null);
    facts.push({ name, type, size, ...(read.unread !== null && { unread: read.unread }) });
    if (read.text !== '') texts.push({ name, text: read.text });
    names.push(...read.names);
  }
  return { facts, texts, names, unread: facts.find(({ unread }) => unread !== undefined)?.unread ?? null };
}

/** Reads the contents of one message within what it may cost. */
class Reader {
  #units: number = MOST.units;
  #contents: number = MOST.contents;

  async attachment(attachment: CutAttachment, octets: Octets, depth: number): Promise<Reading> {
    const { name, type, size, charset, encoding, at } = attachment;
    if (at === null) return NOTHING;
    const range = { encoding, ...at };
    const kind = kindOf(name, type, await decodeRange(range, octets, LOOK_AT));
    if (kind === null) return NOTHING;
    const wanted = wantedOf(kind);
    if (wanted === null && size > MOST.octets) return { ...NOTHING, unread: UNREAD.large };
    const needed = await decodeRange(range, octets, wanted ?? MOST.octets);
    return this.#content({ name, type, charset, octets: needed }, depth);
  }

  /** One that is not to be read. */
  async left(
    { name, type, encoding, at }: CutAttachment,
    octets: Octets,
    reason: string | null,
  ): Promise<Reading> {
    if (at === null) return NOTHING;
    const head = await decodeRange({ encoding, ...at }, octets, LOOK_AT);
    return kindOf(name, type, head) === null ? NOTHING : { ...NOTHING, unread: reason ?? UNREAD.behind };
  }

  async #content(content: Content, depth: number): Promise<Reading> {
    if (--this.#contents < 0) return { ...NOTHING, unread: UNREAD.many };
    if (this.#units <= 0) return { ...NOTHING, unread: UNREAD.long };
    const read = await readContent(content, Math.min(LONGEST_TEXT, this.#units), {
      message: (octets) => this.#message(octets, depth + 1),
      contents: (contents) => this.#all(contents, (one) => this.#content(one, depth + 1), depth + 1),
    });
    this.#units -= read.text.length;
    return read;
  }

  /** A message that was attached in one piece. */
  async #message(octets: Buffer, depth: number): Promise<Reading> {
    const cutter = new Cutter();
    cutter.write(octets);
    const cut = cutter.end();
    const { subject, sender, recipients } = headerFacts(cut.fields);
    const own = [subject, sender, recipients, await readingText(cut)]
      .filter((text) => text !== '')
      .join('\n');
    const source: Octets = (from, length) => octets.subarray(from, from + length);
    const within = await this.#all(cut.attachments, (one) => this.attachment(one, source, depth), depth);
    return {
      text: [own, within.text]
        .filter((text) => text !== '')
        .join('\n')
        .slice(0, LONGEST_TEXT),
      names: within.names,
      unread: cut.reason === null ? within.unread : UNREAD.long,
    };
  }

  async #all<T extends { readonly name: string }>(
    contents: readonly T[],
    read: (one: T) => Promise<Reading>,
    depth: number,
  ): Promise<Reading> {
    if (depth > MOST.depth && contents.length > 0) return { ...NOTHING, unread: UNREAD.deep };
    const readings: Reading[] = [];
    for (const content of contents) readings.push(await read(content));
    return {
      text: readings
        .flatMap(({ text }, index) => [contents[index]?.name ?? '', text])
        .filter((text) => text !== '')
        .join('\n'),
      names: readings.flatMap(({ names }, index) => [contents[index]?.name ?? '', ...names]),
      unread: readings.find(({ unread }) => unread !== null)?.unread ?? null,
    };
  }
}
