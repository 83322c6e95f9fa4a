// PURE: is it an image that a browser may decode? Told by its first octets, never by its name or type: SVG is a program,
// and the others are photographs of it.
import { Buffer } from 'node:buffer';

/** A type of image that is shown. */
export type ImageType = 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp';

/** The type of an image by its content; undefined for all that is none of the four. */
export function imageType(octets: Uint8Array): ImageType | undefined {
  const begin = Buffer.from(octets.buffer, octets.byteOffset, Math.min(octets.length, 12)).toString('latin1');
  if (begin.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (begin.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (begin.startsWith('GIF87a') || begin.startsWith('GIF89a')) return 'image/gif';
  return begin.startsWith('RIFF') && begin.slice(8, 12) === 'WEBP' ? 'image/webp' : undefined;
}

/** The octets of a `data:` image that the mail itself holds; undefined for another address or a damaged one. */
export function dataImage(src: string): Buffer | undefined {
  const comma = src.indexOf(',');
  if (comma === -1 || comma > 200 || !/^[\0- ]*data:[^,]*;\s*base64\s*$/i.test(src.slice(0, comma)))
    return undefined;
  return Buffer.from(src.slice(comma + 1), 'base64');
}
