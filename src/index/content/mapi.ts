// PURE: a list of MAPI properties, as a winmail.dat carries them ([MS-OXTNEF] 2.1.3.5) → the few that hold text, names or
// octets. Every length in it may be a lie: what reaches beyond the octets ends the list.

/** The values of properties by their number, the first of each; octets, whatever their type. */
export interface Property {
  /** PT_STRING8 is in the charset of the sender, PT_UNICODE is UTF-16. */
  readonly type: number;
  readonly value: Buffer;
}

export const PT_UNICODE = 0x1f;
export const PT_STRING8 = 0x1e;
const PT_OBJECT = 0x0d;
const PT_BINARY = 0x102;

/** Properties and values that are looked at. */
const MOST = 10_000;

/** Reads a list of properties. */
export function readProperties(octets: Buffer): ReadonlyMap<number, Property> {
  const found = new Map<number, Property>();
  const at = new Cursor(octets);
  for (let left = Math.min(MOST, at.u32()); left > 0 && at.isWhole; left--) {
    const type = at.u16();
    const id = at.u16();
    if (id >= 0x8000) passName(at);
    const values = readValues(at, type);
    if (values === undefined || !at.isWhole) break;
    if (values !== null && !found.has(id)) found.set(id, { type: type & 0xfff, value: values });
  }
  return found;
}

/** The first value of a property with a variable length, null for one that is a number; undefined where the list ends. */
function readValues(at: Cursor, type: number): Buffer | null | undefined {
  const isMany = (type & 0x1000) !== 0;
  const plain = type & 0xfff;
  const isLong = [PT_STRING8, PT_UNICODE, PT_OBJECT, PT_BINARY].includes(plain);
  const octets = WIDTHS[plain];
  if (!isLong && octets === undefined) return undefined;
  let count = isMany || isLong ? at.u32() : 1;
  if (!isLong) {
    at.take(Math.ceil(((octets ?? 0) * count) / 4) * 4);
    return null;
  }
  let first: Buffer | null = null;
  for (count = Math.min(MOST, count); count > 0 && at.isWhole; count--) {
    const length = at.u32();
    const value = at.take(length);
    at.take((4 - (length % 4)) % 4);
    first ??= value;
  }
  return first;
}

/** Octets of the values of a fixed length, by type. */
const WIDTHS: Readonly<Record<number, number>> = {
  0x01: 4,
  0x02: 2,
  0x03: 4,
  0x04: 4,
  0x05: 8,
  0x06: 8,
  0x07: 8,
  0x0a: 4,
  0x0b: 4,
  0x14: 8,
  0x40: 8,
  0x48: 16,
};

function passName(at: Cursor): void {
  at.take(16);
  if (at.u32() === 0) at.u32();
  else {
    const length = at.u32();
    at.take(length + ((4 - (length % 4)) % 4));
  }
}

/** Reads little-endian numbers and octets; beyond the end all is empty, and `isWhole` is false. */
export class Cursor {
  readonly #octets: Buffer;
  #at = 0;
  #isWhole = true;

  constructor(octets: Buffer) {
    this.#octets = octets;
  }

  /** False once more was asked for than there is. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  get isEnd(): boolean {
    return this.#at >= this.#octets.length;
  }

  take(length: number): Buffer {
    const piece = this.#octets.subarray(this.#at, this.#at + length);
    if (piece.length < length) this.#isWhole = false;
    this.#at += length;
    return piece;
  }

  u8(): number {
    return this.take(1)[0] ?? 0;
  }

  u16(): number {
    return this.u8() | (this.u8() << 8);
  }

  u32(): number {
    return this.u16() + this.u16() * 0x10000;
  }
}
