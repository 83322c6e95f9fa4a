// A zip → what it is: the text of a Word, Excel, PowerPoint or OpenDocument file in reading order, and of any other zip its
// names. Pictures, fonts and macros are never unpacked.
import { TextDecoder } from 'node:util';
import { reading } from './content.ts';
import type { Reading } from './content.ts';
import { ODF, OOXML, XmlText } from './xml-text.ts';
import type { Dialect } from './xml-text.ts';
import { Zip } from './zip.ts';

/** The entries that hold text, in reading order; what matches the same pattern goes by its number. */
const OOXML_TEXT: readonly RegExp[] = [
  /^word\/header\d*\.xml$/,
  /^word\/document\d*\.xml$/,
  /^word\/(?:footnotes|endnotes|comments)\.xml$/,
  /^word\/footer\d*\.xml$/,
  /^xl\/sharedStrings\.xml$/i,
  /^xl\/worksheets\/sheet\d+\.xml$/,
  /^xl\/comments\d*\.xml$/,
  /^ppt\/slides\/slide\d+\.xml$/,
  /^ppt\/notesSlides\/notesSlide\d+\.xml$/,
  /^(?:word|xl|ppt)\/diagrams\/data\d*\.xml$/,
];
const ODF_TEXT: readonly RegExp[] = [/^content\.xml$/];

/** Reads a zip of any kind. Rejects where it is none. */
export async function readZip(octets: Buffer, limit: number): Promise<Reading> {
  const zip = await Zip.open(octets);
  const { names } = zip;
  if (names.includes('[Content_Types].xml') && names.some((name) => /^(?:word|xl|ppt)\//.test(name)))
    return readEntries(zip, inOrder(names, OOXML_TEXT), OOXML, limit);
  if (names.includes('content.xml') && names.includes('META-INF/manifest.xml'))
    return readEntries(zip, inOrder(names, ODF_TEXT), ODF, limit);
  const listed = reading(names.join('\n'), limit);
  return { ...listed, unread: zip.unread ?? listed.unread };
}

function inOrder(names: readonly string[], patterns: readonly RegExp[]): string[] {
  const numbered = names.toSorted((a, b) => numberIn(a) - numberIn(b));
  return patterns.flatMap((pattern) => numbered.filter((name) => pattern.test(name)));
}

function numberIn(name: string): number {
  return Number(/(\d{1,9})\.xml$/.exec(name)?.[1] ?? 0);
}

async function readEntries(
  zip: Zip,
  names: readonly string[],
  dialect: Dialect,
  limit: number,
): Promise<Reading> {
  const texts: string[] = [];
  let left = limit;
  for (const name of names) {
    if (left < 0 || zip.unread !== null) break;
    const text = await readXml(zip, name, dialect, left);
    if (text === '') continue;
    texts.push(text);
    left -= text.length + 1;
  }
  const read = reading(texts.join('\n'), limit);
  return { ...read, unread: zip.unread ?? read.unread };
}

async function readXml(zip: Zip, name: string, dialect: Dialect, limit: number): Promise<string> {
  const xml = new XmlText(dialect, limit);
  let decoder: TextDecoder | undefined;
  for await (const chunk of zip.unpack(name)) {
    decoder ??= new TextDecoder(chunk[0] === 0xff ? 'utf-16le' : 'utf-8');
    xml.write(decoder.decode(chunk, { stream: true }));
    if (xml.isFull) break;
  }
  return xml.end();
}
