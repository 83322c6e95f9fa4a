// A zip in memory: its names, and chosen entries unpacked piece by piece. Nothing that it says of itself is believed: the
// number of entries looked at and of octets unpacked are bounded, whatever sizes it claims.
import type { Readable } from 'node:stream';
import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl';
import { decodeBytes } from '../charset.ts';
import { UNREAD } from './content.ts';

/** Entries that are looked at. */
const MOST_ENTRIES = 10_000;

/** Octets that all entries of one zip may unpack to. */
const MOST_UNPACKED = 64 * 2 ** 20;

/** A zip whose directory is read. */
export class Zip {
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;
  #left: number = MOST_UNPACKED;
  /** Why not all of it could be read; null where it could, so far. */
  unread: string | null;

  private constructor(zip: ZipFile, entries: ReadonlyMap<string, Entry>, unread: string | null) {
    this.#zip = zip;
    this.#entries = entries;
    this.unread = unread;
  }

  /** Reads the directory, as far as it can be read. */
  static async open(octets: Buffer): Promise<Zip> {
    // Sizes are counted here, and not held against what the entries claim.
    const options = { autoClose: false, lazyEntries: true, decodeStrings: false, validateEntrySizes: false };
    const zip = await fromBufferPromise(octets, options);
    const entries = new Map<string, Entry>();
    let unread: string | null = null;
    try {
      for await (const entry of zip.eachEntry()) {
        if (entries.size >= MOST_ENTRIES) {
          unread = UNREAD.long;
          break;
        }
        const name = nameOf(entry);
        if (!entries.has(name)) entries.set(name, entry);
      }
    } catch {
      unread = UNREAD.damaged;
    }
    return new Zip(zip, entries, unread);
  }

  /** In the order of the directory; each once. */
  get names(): string[] {
    return [...this.#entries.keys()];
  }

  /** The octets of an entry, until the consumer has enough; where it cannot be unpacked they end, and `unread` says why. */
  async *unpack(name: string): AsyncGenerator<Buffer> {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    if (entry.isEncrypted()) return void (this.unread ??= UNREAD.encrypted);
    let stream: Readable | undefined;
    try {
      stream = await this.#zip.openReadStreamPromise(entry);
      for await (const chunk of stream) {
        const octets = chunk as Buffer;
        this.#left -= octets.length;
        if (this.#left < 0) return void (this.unread ??= UNREAD.long);
        yield octets;
      }
    } catch {
      this.unread ??= UNREAD.damaged;
    } finally {
      stream?.destroy();
    }
  }
}

/** Bit 11 says UTF-8; without it, a name is in whatever charset its maker had. */
function nameOf({ fileNameRaw, generalPurposeBitFlag }: Entry): string {
  const isUtf8 = (generalPurposeBitFlag & 0x800) !== 0;
  return isUtf8 ? fileNameRaw.toString('utf8') : decodeBytes(fileNameRaw, null);
}
