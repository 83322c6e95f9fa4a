// What people see of a folder's name. It also names the folder in the journal, so that within an account no two may look
// the same, whatever a server sends.
import type { WireName } from '../../model/ids.ts';
import type { Folder } from '../../model/mailbox.ts';
import { decodeText } from '../text.ts';
import { decodeModifiedUtf7, encodeModifiedUtf7 } from './modified-utf7.ts';

/**
 * The readable name for the octets of `wire` (latin1): modified UTF-7, or raw UTF-8 where it is that (I-145), or where the
 * server was asked for `utf8` names.
 */
export function readableName(wire: string, utf8: boolean = false): string {
  const octets = Buffer.from(wire, 'latin1');
  const text = utf8 || /[\x80-\xff]/.test(wire) ? decodeText(octets) : decodeModifiedUtf7(wire);
  return decodeText(Buffer.from(text, 'utf8')); // control characters may have been encoded
}

/** The folders with names that differ: of two that look the same, the one that is not encoded by the rules shows its code. */
export function readableNames(folders: readonly Folder[]): Folder[] {
  const owners = new Map<string, WireName>();
  for (const { name, wire } of folders) {
    if (!owners.has(name) || encodeModifiedUtf7(name) === wire) owners.set(name, wire);
  }
  const taken = new Set(owners.keys());
  return folders.map((folder) => {
    if (owners.get(folder.name) === folder.wire) return folder;
    return { ...folder, name: free(asSent(folder.wire), taken) };
  });
}

function asSent(wire: string): string {
  return decodeText(Buffer.from(wire, 'utf8'));
}

function free(name: string, taken: Set<string>): string {
  let candidate = name;
  for (let number = 2; taken.has(candidate); number++) candidate = `${name} (${number})`;
  taken.add(candidate);
  return candidate;
}
