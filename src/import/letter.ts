// What a reader of mailbox files hands over: a message with all that its file tells of it, and a way to have its octets.
import type { Incoming } from '../archive/store.ts';

/** A message that was found. */
export interface Letter {
  /** Where it lies, for people: a path, and what leads to it inside. */
  readonly place: string;
  /** The readable name of the folder that it goes into. */
  readonly folder: string;
  /** Milliseconds since 1970, or null where the file tells nothing. */
  readonly received: number | null;
  readonly flags: readonly string[];
  /** Deleted where it lies, and only not yet cut out: it is counted, and left. */
  readonly isExpunged?: boolean;
  /** Octets of its file that lie before it; 0 where that is not known. */
  readonly before?: number;
  /**
   * Its octets, whole and ended. `begin` is called for each try; what it gave is discarded before this rejects. Call it before
   * the next letter is asked for. Throws MailError `storage` where the archive cannot take it, else what reading threw.
   */
  octets(begin: () => Incoming): Promise<Incoming>;
}

/** What is in a place that is no message that could be read. */
export interface Left {
  readonly place: string;
  readonly reason: string;
  /** It is mail, or was meant to be: not having it is a failure. Otherwise it is a file of another kind. */
  readonly isMail: boolean;
}

/** One thing found. */
export type Found = Letter | Left;

/** Fills a message from pieces. */
export async function filled(
  incoming: Incoming,
  pieces: AsyncIterable<Buffer> | Iterable<Buffer>,
): Promise<Incoming> {
  try {
    for await (const piece of pieces) incoming.write(piece);
    incoming.end();
    return incoming;
  } catch (thrown) {
    incoming.discard();
    throw thrown;
  }
}
