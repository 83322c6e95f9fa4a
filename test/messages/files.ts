// Files to attach, built octet by octet so that no library's version can change them.
import { crc32 } from 'node:zlib';

/** A one-page PDF that says `line` (ASCII). */
export function pdf(line: string): Buffer {
  const content = `BT /F1 18 Tf 60 760 Td (${line}) Tj ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let text = '%PDF-1.4\n';
  const offsets = objects.map((object, at) => {
    const offset = text.length;
    text += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(offset).padStart(10, '0')} 00000 n \n`;
  });
  const table = text.length;
  const size = objects.length + 1;
  text += `xref\n0 ${size}\n0000000000 65535 f \n${offsets.join('')}`;
  return Buffer.from(
    `${text}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`,
    'latin1',
  );
}

/** A PNG of 16 by 16 points in one colour. */
export function png(red: number, green: number, blue: number): Buffer {
  const header = Buffer.from([0, 0, 0, 16, 0, 0, 0, 16, 8, 2, 0, 0, 0]);
  const row = Buffer.concat([
    Buffer.from([0]),
    ...Array.from({ length: 16 }, () => Buffer.from([red, green, blue])),
  ]);
  const raw = Buffer.concat(Array.from({ length: 16 }, () => row));
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', zlibStored(raw)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A ZIP with one stored file. */
export function zip(name: string, octets: Buffer): Buffer {
  const path = Buffer.from(name, 'utf8');
  const facts = Buffer.alloc(26); // what the local header and the directory share
  facts.writeUInt16LE(20, 0);
  facts.writeUInt16LE(0x0800, 2); // the name is UTF-8
  facts.writeUInt16LE(0x5a21, 8); // 2025-01-01
  facts.writeUInt32LE(crc32(octets), 10);
  facts.writeUInt32LE(octets.length, 14);
  facts.writeUInt32LE(octets.length, 18);
  facts.writeUInt16LE(path.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), facts, path, octets]);
  const entry = Buffer.concat([
    Buffer.from('PK\x01\x02\x14\0', 'latin1'),
    facts,
    Buffer.alloc(14), // comment, disk, attributes, offset: all nought
    path,
  ]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, entry, end]);
}

/** Octets that no program could have typed: the same for the same length. */
export function noise(length: number): Buffer {
  const octets = Buffer.alloc(length);
  let state = 12345;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    octets[at] = state >>> 24;
  }
  return octets;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** zlib's envelope around one stored block (RFC 1950, RFC 1951 §3.2.4). */
function zlibStored(raw: Buffer): Buffer {
  let a = 1;
  let b = 0;
  for (const octet of raw) {
    a = (a + octet) % 65521;
    b = (b + a) % 65521;
  }
  const head = Buffer.from([0x78, 0x01, 0x01, 0, 0, 0, 0]);
  head.writeUInt16LE(raw.length, 3);
  head.writeUInt16LE(0xffff - raw.length, 5);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(b * 65536 + a);
  return Buffer.concat([head, raw, sum]);
}
