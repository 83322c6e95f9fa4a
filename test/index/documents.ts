// Documents for tests, built octet by octet: PDFs, zips and what lies in zips, winmail.dat, compressed RTF. Their claims may be
// false where a test says so.
import { crc32, deflateRawSync, deflateSync } from 'node:zlib';

/** A PDF of these objects; the first is the catalogue. */
export function pdf(objects: readonly (string | Buffer)[], trailer: string = ''): Buffer {
  const pieces: Buffer[] = [Buffer.from('%PDF-1.7\n')];
  const offsets: string[] = [];
  let length = 9;
  for (const [at, object] of objects.entries()) {
    offsets.push(`${String(length).padStart(10, '0')} 00000 n \n`);
    const whole = Buffer.concat([
      Buffer.from(`${at + 1} 0 obj\n`),
      Buffer.from(object),
      Buffer.from('\nendobj\n'),
    ]);
    pieces.push(whole);
    length += whole.length;
  }
  const size = objects.length + 1;
  pieces.push(Buffer.from(`xref\n0 ${size}\n0000000000 65535 f \n${offsets.join('')}trailer\n`));
  pieces.push(Buffer.from(`<< /Size ${size} /Root 1 0 R ${trailer} >>\nstartxref\n${length}\n%%EOF\n`));
  return Buffer.concat(pieces);
}

/** A stream object, deflated. */
export function pdfStream(
  content: Buffer | string,
  dictionary: string = '/Filter /FlateDecode',
  times: number = 1,
): Buffer {
  let octets = Buffer.from(content);
  for (let time = 0; time < times; time++) octets = deflateSync(octets);
  return Buffer.concat([
    Buffer.from(`<< /Length ${octets.length} ${dictionary} >>\nstream\n`),
    octets,
    Buffer.from('\nendstream'),
  ]);
}

/** One page with this content stream, in Helvetica (F1) and in a Chinese font that is not embedded (F2, UCS-2). */
export function onePage(content: Buffer | string, trailer: string = ''): Buffer {
  return pdf(
    [
      '<< /Type /Catalog /Pages 2 0 R >>',
      '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
      '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>',
      pdfStream(content),
      '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
      '<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [7 0 R] >>',
      '<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /DW 1000 /FontDescriptor 8 0 R >>',
      '<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>',
    ],
    trailer,
  );
}

/** A page that shows these lines: ASCII in the one font, the rest in the other. */
export function pdfOf(...lines: readonly string[]): Buffer {
  const shown = lines.map((line) => {
    const isAscii = /^[\x20-\x7e]*$/.test(line);
    const ucs2 = Buffer.from(line, 'utf16le').swap16().toString('hex');
    return isAscii ? `/F1 12 Tf (${line}) Tj` : `/F2 12 Tf <${ucs2}> Tj`;
  });
  return onePage(`BT 50 700 Td ${shown.join(' 0 -20 Td ')} ET`);
}

/** An entry of a zip; names are octets in latin1 where `flags` has not UTF-8's 0x800. */
export interface ZipEntry {
  readonly name: string;
  readonly content: Buffer | string;
  readonly flags?: number;
  /** What the zip claims of its sizes, where that is not the truth. */
  readonly claims?: number;
  /** The entry deflated, where that is not made here. */
  readonly deflated?: Buffer;
}

/** A zip, its entries deflated. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, flags = 0x800, claims, deflated } of entries) {
    const octets = Buffer.from(content);
    const packed = deflated ?? deflateRawSync(octets);
    const path = Buffer.from(name, (flags & 0x800) === 0 ? 'latin1' : 'utf8');
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(flags, 2);
    facts.writeUInt16LE(8, 4);
    facts.writeUInt32LE(crc32(octets), 10);
    facts.writeUInt32LE(packed.length, 14);
    facts.writeUInt32LE(claims ?? octets.length, 18);
    facts.writeUInt16LE(path.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), facts, path, packed]);
    locals.push(local);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0', 'latin1'), facts, place, path]));
    offset += local.length;
  }
  return Buffer.concat([...locals, ...directory, zipEnd(entries.length, directory, offset)]);
}

function zipEnd(count: number, directory: readonly Buffer[], offset: number): Buffer {
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(Math.min(count, 0xffff), 8);
  end.writeUInt16LE(Math.min(count, 0xffff), 10);
  end.writeUInt32LE(
    directory.reduce((sum, { length }) => sum + length, 0),
    12,
  );
  end.writeUInt32LE(offset, 16);
  return end;
}

const TYPES: ZipEntry = { name: '[Content_Types].xml', content: '<Types/>' };

/** A Word file with this body. */
export function docx(body: string, more: readonly ZipEntry[] = []): Buffer {
  const content = `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="x"><w:body>${body}</w:body></w:document>`;
  return zip([TYPES, { name: 'word/document.xml', content }, ...more]);
}

/** A Word paragraph. */
export function paragraph(text: string): string {
  return `<w:p><w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;
}

/** An Excel file: its shared strings, and the rows of a sheet as XML. */
export function xlsx(strings: readonly string[], rows: string): Buffer {
  const shared = strings.map((text) => `<si><t>${text}</t></si>`).join('');
  return zip([
    TYPES,
    { name: 'xl/worksheets/sheet1.xml', content: `<worksheet><sheetData>${rows}</sheetData></worksheet>` },
    { name: 'xl/sharedStrings.xml', content: `<sst>${shared}</sst>` },
  ]);
}

/** A PowerPoint file with a text on each slide. */
export function pptx(slides: readonly string[]): Buffer {
  const entries = slides.map((text, at) => ({
    name: `ppt/slides/slide${at + 1}.xml`,
    content: `<p:sld><p:txBody><a:p><a:r><a:t>${text}</a:t></a:r></a:p></p:txBody></p:sld>`,
  }));
  return zip([TYPES, ...entries.toReversed()]);
}

/** An OpenDocument file with this body. */
export function odf(body: string): Buffer {
  return zip([
    { name: 'mimetype', content: 'application/vnd.oasis.opendocument.text' },
    {
      name: 'content.xml',
      content: `<office:document-content><office:automatic-styles><x>style</x></office:automatic-styles><office:body>${body}</office:body></office:document-content>`,
    },
    { name: 'META-INF/manifest.xml', content: '<manifest/>' },
  ]);
}

/** An attribute of a winmail.dat: its level, its number, its value; `claims` is a length that is a lie. */
export function tnefAttribute(
  level: 1 | 2,
  id: number,
  value: Buffer,
  claims: number = value.length,
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUInt8(level, 0);
  head.writeUInt16LE(id, 1);
  head.writeUInt32LE(claims, 5);
  const sum = Buffer.alloc(2);
  sum.writeUInt16LE(value.reduce((total, octet) => (total + octet) & 0xffff, 0));
  return Buffer.concat([head, value, sum]);
}

/** A winmail.dat of these attributes. */
export function tnef(...attributes: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from('789f3e220100', 'hex'), ...attributes]);
}

/** MAPI properties: number, type, value. */
export function mapi(...properties: readonly (readonly [id: number, type: number, value: Buffer])[]): Buffer {
  const number = (value: number): Buffer => {
    const octets = Buffer.alloc(4);
    octets.writeUInt32LE(value);
    return octets;
  };
  const all = properties.flatMap(([id, type, value]) => {
    const head = Buffer.alloc(4);
    head.writeUInt16LE(type, 0);
    head.writeUInt16LE(id, 2);
    return [head, number(1), number(value.length), value, Buffer.alloc((4 - (value.length % 4)) % 4)];
  });
  return Buffer.concat([number(properties.length), ...all]);
}

/** RTF as Outlook packs it, without a single reference back: literals only. */
export function packedRtf(rtf: string): Buffer {
  const octets = Buffer.from(rtf, 'latin1');
  const out: Buffer[] = [];
  for (let at = 0; at < octets.length; at += 8) out.push(Buffer.from([0]), octets.subarray(at, at + 8));
  const body = Buffer.concat(out);
  const head = Buffer.alloc(16);
  head.writeUInt32LE(body.length + 12, 0);
  head.writeUInt32LE(octets.length, 4);
  head.write('LZFu', 8, 'latin1');
  return Buffer.concat([head, body]);
}
