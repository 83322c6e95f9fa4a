// Text into the octets of old character sets. Node only decodes them, so that the tables are made by decoding every code
// once and turning the result round.

/** The character sets that our messages use. */
export type Charset = 'utf-8' | 'us-ascii' | 'iso-8859-1' | 'gb2312' | 'gbk' | 'gb18030' | 'big5';

/** The octets of `text`. Throws for a character that the set does not have. */
export function encodeText(text: string, charset: Charset): Buffer {
  if (charset === 'utf-8') return Buffer.from(text, 'utf8');
  const pieces: Buffer[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const octets =
      code < 0x80
        ? Buffer.from([code])
        : charset === 'iso-8859-1' && code < 0x100
          ? Buffer.from([code])
          : doubleOctets(charset, character);
    const fourOctets = charset === 'gb18030' && code > 0xffff ? gb18030Beyond(code) : undefined;
    const found = octets ?? fourOctets;
    if (found === undefined) throw new RangeError(`${charset} has no ${character}`);
    pieces.push(found);
  }
  return Buffer.concat(pieces);
}

function doubleOctets(charset: Charset, character: string): Buffer | undefined {
  if (charset === 'us-ascii' || charset === 'iso-8859-1') return undefined;
  const code = tableOf(charset === 'big5' ? 'big5' : 'gb18030').get(character);
  if (code === undefined) return undefined;
  // GB 2312 is the corner of GBK in which both octets are at least A1.
  if (charset === 'gb2312' && (code >> 8 < 0xa1 || (code & 0xff) < 0xa1)) return undefined;
  return Buffer.from([code >> 8, code & 0xff]);
}

const tables = new Map<string, ReadonlyMap<string, number>>();

function tableOf(label: 'gb18030' | 'big5'): ReadonlyMap<string, number> {
  const known = tables.get(label);
  if (known !== undefined) return known;
  const decoder = new TextDecoder(label);
  const table = new Map<string, number>();
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      const text = decoder.decode(Buffer.from([lead, trail]));
      if (Array.from(text).length === 1 && text !== '\ufffd' && !table.has(text))
        table.set(text, lead * 256 + trail);
    }
  }
  tables.set(label, table);
  return table;
}

/** The four octets of a character beyond U+FFFF: GB 18030 counts them on from 90 30 81 30. */
function gb18030Beyond(code: number): Buffer {
  const nth = code - 0x10000;
  return Buffer.from([
    0x90 + Math.floor(nth / 12600),
    0x30 + (Math.floor(nth / 1260) % 10),
    0x81 + (Math.floor(nth / 10) % 126),
    0x30 + (nth % 10),
  ]);
}
