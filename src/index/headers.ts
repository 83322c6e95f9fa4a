// PURE: a raw header block → its fields, and from them what the index keeps of a message. Fields stay octets until they
// are asked for, because raw 8-bit headers have the charset of the body, if any (M-002).
import { readableAddresses } from './addresses.ts';
import { decodeBytes } from './charset.ts';
import { decodeWords } from './encoded-words.ts';
import { parseParameters } from './parameters.ts';
import type { Parameterised } from './parameters.ts';

/** Octets of one value that are looked at (M-010); the rest of it is not read. */
const LONGEST_VALUE = 65_536;

/** What the index keeps of a header block. Empty texts and nulls where a field is absent. */
export interface HeaderFacts {
  readonly subject: string;
  /** `Name <address>, …`, as all address fields here. */
  readonly sender: string;
  readonly recipients: string;
  readonly cc: string;
  readonly bcc: string;
  /** Message-ID without its angle brackets; null where absent. */
  readonly msgid: string | null;
  /** The message that this one answers: In-Reply-To, else the last reference. Without brackets. */
  readonly parent: string | null;
  /** References, oldest first, separated by a space, without brackets. */
  readonly refs: string | null;
  /** List-Id as written, decoded. */
  readonly list: string | null;
}

/** The fields of one header block, by lower-case name. */
export class Fields {
  readonly #fields = new Map<string, Buffer[]>();
  /** The declared charset of the body, for headers in raw octets. */
  #charset: string | null = null;

  /** `head`: octets up to and with or without the blank line. A leading mbox `From ` line is passed over (M-012). */
  constructor(head: Buffer) {
    for (const line of unfolded(head)) {
      const colon = line.indexOf(0x3a);
      if (colon <= 0) continue;
      const name = line.toString('latin1', 0, colon).trimEnd().toLowerCase();
      if (name.includes(' ')) continue;
      const value = line.subarray(colon + 1, colon + 1 + LONGEST_VALUE);
      const known = this.#fields.get(name);
      if (known === undefined) this.#fields.set(name, [value]);
      else known.push(value);
    }
    this.#charset = this.parameters('content-type').params.get('charset') ?? null;
  }

  /** True where the block has no field at all: it is no header block. */
  get empty(): boolean {
    return this.#fields.size === 0;
  }

  /** The first field of that name, unfolded, its octets decoded, encoded words not; empty where absent (M-024). */
  raw(name: string): string {
    const value = this.#fields.get(name)?.[0];
    return value === undefined ? '' : this.#text(value);
  }

  /** All fields of that name joined by a comma, as `raw`, and no longer than one may be. */
  all(name: string): string {
    const values = this.#fields.get(name) ?? [];
    return values
      .slice(0, MOST_FIELDS)
      .map((value) => this.#text(value))
      .join(', ')
      .slice(0, LONGEST_VALUE);
  }

  /** The first field of that name as a value with parameters. */
  parameters(name: string): Parameterised {
    return parseParameters(this.raw(name));
  }

  #text(value: Buffer): string {
    return decodeBytes(value, this.#charset)
      .replace(/\r?\n[ \t]?|\0/g, ' ')
      .trim();
  }
}

/** Reads what the index keeps. It never throws. */
export function headerFacts(fields: Fields): HeaderFacts {
  const references = messageIds(fields.all('references'));
  const refs =
    references.length > MOST_REFERENCES
      ? [references[0], ...references.slice(1 - MOST_REFERENCES)]
      : references;
  const list = decodeWords(fields.raw('list-id')).replace(/\s+/g, ' ');
  return {
    subject: decodeWords(fields.raw('subject')).replace(/\s+/g, ' ').trim(),
    sender: readableAddresses(fields.raw('from') || fields.raw('sender')),
    recipients: readableAddresses(fields.all('to')),
    cc: readableAddresses(fields.all('cc')),
    bcc: readableAddresses(fields.all('bcc')),
    msgid: messageIds(fields.raw('message-id'))[0] ?? null,
    parent: messageIds(fields.raw('in-reply-to'))[0] ?? references.at(-1) ?? null,
    refs: refs.length === 0 ? null : refs.join(' '),
    list: list === '' ? null : list,
  };
}

/** The Message-ID in a header block of which `text` (latin1) is all or a part, as the index keeps it; null without one. */
export function messageIdIn(text: string): string | null {
  return messageIds(new Fields(Buffer.from(text, 'latin1')).raw('message-id'))[0] ?? null;
}

const MOST_REFERENCES = 100;

/** Fields of one name that are looked at. */
const MOST_FIELDS = 50;

/** Message ids without their brackets; one that stands without brackets is taken where it is all there is. */
function messageIds(value: string): string[] {
  const bracketed = [...value.matchAll(/<([^<>\s]{1,900})>/g)].map((match) => match[1] ?? '');
  if (bracketed.length > 0) return bracketed;
  return /^[^\s<>]+@[^\s<>]+$/.test(value) ? [value] : [];
}

/** The lines of a block, each with its continuation lines. */
function* unfolded(head: Buffer): Generator<Buffer> {
  let start = 0;
  for (let at = 0; at < head.length;) {
    const feed = head.indexOf(0x0a, at);
    at = feed === -1 ? head.length : feed + 1;
    const next = head[at];
    if (at < head.length && (next === 0x20 || next === 0x09)) continue;
    yield head.subarray(start, at);
    start = at;
  }
}
