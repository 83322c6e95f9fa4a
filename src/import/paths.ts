// PURE: paths as octets. Names in a file system are octets in any charset: inside they are strings of latin1, one character an
// octet, so that each file is found under the very name that it has; people see them decoded.
import { decodeText } from '../protocol/text.ts';

/** What the file system is asked for. */
export function pathOctets(path: string): Buffer {
  return Buffer.from(path, 'latin1');
}

/** A path as typed, in octets. */
export function asOctets(path: string): string {
  return Buffer.from(path, 'utf8').toString('latin1');
}

/** A name or a path for people; also what names a folder. */
export function readable(octets: string): string {
  return decodeText(Buffer.from(octets, 'latin1'));
}
