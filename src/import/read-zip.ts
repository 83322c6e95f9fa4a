// A zip of `.eml` files, read entry by entry as a stream. Its names lead nowhere: they only name folders. What unpacks to more
// than mail ever does is a bomb, and is left.
import { crc32 } from 'node:zlib';
import { fromFdPromise, type Entry, type ZipFile } from 'yauzl';
import { textOf } from '../model/error.ts';
import { readable } from './paths.ts';
import type { FileWindow } from '../runtime/file-window.ts';
import { kindOf, LOOK_AT } from './kind.ts';
import { filled, type Found } from './letter.ts';

/** Octets that one message may have. */
const LARGEST = 512 * 2 ** 20;
/** What all entries may unpack to, in sizes of the zip, and beside that in octets; mail hardly passes five sizes. */
const MOST_TIMES = 100;
const MOST_BESIDE = 64 * 2 ** 20;

/** All that is in the zip. `place` is its path for people; folders are `folder` and the directories in the zip. */
export async function* readZip(file: FileWindow, place: string, folder: string): AsyncGenerator<Found> {
  let zip: ZipFile;
  try {
    // `autoClose: false`: the descriptor is the window's. Names are decoded here, and sizes held against
    // what they claim, so that one lie costs one entry.
    zip = await fromFdPromise(file.descriptor, {
      autoClose: false,
      lazyEntries: true,
      decodeStrings: false,
      validateEntrySizes: false,
    });
  } catch (thrown) {
    return yield { place, reason: `the zip cannot be read: ${textOf(thrown)}`, isMail: true };
  }
  let room = file.size * MOST_TIMES + MOST_BESIDE;
  try {
    for await (const entry of zip.eachEntry()) {
      const name = readable(entry.fileNameRaw.toString('latin1'));
      if (/[/\\]$/.test(name)) continue;
      const where = `${place}, ${name}`;
      const reason = refusal(entry, room);
      if (reason !== undefined) {
        yield { place: where, reason, isMail: true };
        continue; // what is not unpacked takes no room from the others
      }
      room -= entry.uncompressedSize;
      yield await found(zip, entry, where, folder, name);
    }
  } catch (thrown) {
    yield { place, reason: `the rest of the zip cannot be read: ${textOf(thrown)}`, isMail: true };
  }
}

function refusal(entry: Entry, room: number): string | undefined {
  const mode = (entry.externalFileAttributes >>> 16) & 0o170000;
  if (mode !== 0 && mode !== 0o100000) return 'it is no regular file';
  if (entry.isEncrypted()) return 'it is encrypted: unpack it first';
  if (!entry.canDecodeFileData()) return 'it is compressed in a way that is not known here: unpack it first';
  if (entry.uncompressedSize > LARGEST) return 'it is larger than 512 MB';
  if (entry.uncompressedSize > room) return 'the zip unpacks to far more than mail does: it may be a bomb';
  return undefined;
}

async function found(
  zip: ZipFile,
  entry: Entry,
  place: string,
  folder: string,
  name: string,
): Promise<Found> {
  try {
    const kind = kindOf(name, await beginning(zip, entry), entry.uncompressedSize);
    if (kind.is === 'other') return { place, reason: kind.reason, isMail: kind.isMail };
    if (kind.is !== 'eml') {
      const what = kind.is === 'mbox' ? 'an mbox' : 'a zip';
      return { place, reason: `${what} in a zip is not read: unpack it first`, isMail: true };
    }
  } catch (thrown) {
    return { place, reason: `it cannot be unpacked: ${textOf(thrown)}`, isMail: true };
  }
  return {
    place,
    folder: [folder, ...levels(name).slice(0, -1)].join('/'),
    received: null,
    flags: [],
    octets: (begin) => filled(begin(), unpacked(zip, entry)),
  };
}

async function beginning(zip: ZipFile, entry: Entry): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of await zip.openReadStreamPromise(entry)) {
    if (!Buffer.isBuffer(chunk)) continue;
    parts.push(chunk);
    length += chunk.length;
    if (length >= LOOK_AT) break;
  }
  return Buffer.concat(parts);
}

/** All octets of an entry. Throws where they are not what the zip says. */
async function* unpacked(zip: ZipFile, entry: Entry): AsyncGenerator<Buffer> {
  let length = 0;
  let sum = 0;
  for await (const chunk of await zip.openReadStreamPromise(entry)) {
    if (!Buffer.isBuffer(chunk)) continue;
    length += chunk.length;
    if (length > entry.uncompressedSize) break;
    sum = crc32(chunk, sum);
    yield chunk;
  }
  if (length !== entry.uncompressedSize || sum !== entry.crc32)
    throw new Error('it is damaged: its size or its checksum is not what the zip says');
}

/** The levels of a name in a zip that name something. */
function levels(name: string): string[] {
  return name.split(/[/\\]/).filter((part) => part !== '' && part !== '.' && part !== '..');
}
