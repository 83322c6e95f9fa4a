// Zip files as tests want them, honest and not (APPNOTE 6.3.10 §4.3).
import { crc32, deflateRawSync } from 'node:zlib';

/** One entry. */
export interface ZipEntry {
  /** Octets as latin1. */
  readonly name: string;
  readonly content: string | Buffer;
  readonly deflate?: boolean;
  /** What it says that it unpacks to; default: the truth. */
  readonly claims?: number;
  /** General purpose flags: 1 is encrypted. */
  readonly flags?: number;
}

/** A whole zip. */
export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let at = 0;
  for (const { name, content, deflate = false, claims, flags = 0 } of entries) {
    const plain = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
    const packed = deflate ? deflateRawSync(plain) : plain;
    const named = Buffer.from(name, 'latin1');
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(deflate ? 8 : 0, 4);
    common.writeUInt32LE(crc32(plain), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(claims ?? plain.length, 18);
    common.writeUInt16LE(named.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, named, packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(at, 10);
    centrals.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), common, rest, named]));
    locals.push(local);
    at += local.length;
  }
  const central = Buffer.concat(centrals);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...locals, central, Buffer.from('PK\x05\x06'), end]);
}
