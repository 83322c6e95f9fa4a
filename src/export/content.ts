// A stored message, read and proved by its hash before any of it is written elsewhere: what is exported is what was stored.
import { createHash } from 'node:crypto';
import { LineEndsSeen, type LineEnds } from '../formats/line-ends.ts';
import { FileWindow } from '../runtime/file-window.ts';

/** A message that is as it was stored. */
export interface Content {
  readonly size: number;
  readonly ends: LineEnds;
  /** Its last line has an end. */
  readonly isClosed: boolean;
  /** The beginning of it, latin1: its header as a rule. */
  readonly head: string;
  /** Its octets, in pieces as `FileWindow.pieces` gives them. */
  pieces(): AsyncGenerator<{ readonly piece: Buffer; readonly fresh: boolean }>;
}

/** A message that is not what its name says, or cannot be read. */
export class Unreadable extends Error {}

/** Hands the message at `path` to `work`. Throws Unreadable, and what `work` threw. */
export async function withContent<T>(
  path: string,
  id: string,
  work: (content: Content) => Promise<T>,
): Promise<T> {
  const file = await FileWindow.open(path).catch((thrown: unknown) => {
    throw new Unreadable('its file is missing or cannot be read', { cause: thrown });
  });
  try {
    return await work(await proved(file, id));
  } finally {
    await file.close();
  }
}

async function proved(file: FileWindow, id: string): Promise<Content> {
  const hash = createHash('sha256');
  const lines = new LineEndsSeen();
  let head: string | undefined;
  try {
    for await (const { piece } of file.pieces(0, file.size)) {
      hash.update(piece);
      lines.add(piece);
      head ??= piece.toString('latin1', 0, HEAD);
    }
  } catch (thrown) {
    throw new Unreadable('its file cannot be read', { cause: thrown });
  }
  if (hash.digest('hex') !== id)
    throw new Unreadable('its file is damaged: `mailkeep verify` tells what to do');
  const { ends, isClosed } = lines;
  return { size: file.size, ends, isClosed, head: head ?? '', pieces: () => file.pieces(0, file.size) };
}

/** Octets of a message in which its Return-Path is looked for. */
const HEAD = 16 * 1024;
