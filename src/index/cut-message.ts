// PURE: what is left of a message once it is cut: its header block, the bodies of its text parts, and where all else lies.
import type { AttachmentFacts } from './document.ts';
import type { Fields } from './headers.ts';
import type { PartFacts } from './part.ts';

/** A text part, still in its transfer encoding. */
export interface TextPart {
  readonly html: boolean;
  /** As declared, or null. */
  readonly charset: string | null;
  encoding: PartFacts['encoding'];
  /** Number of the multipart/alternative whose one part it is, 0 where it stands for itself. */
  readonly alternative: number;
  /** Octets; for the heading of a nested message readable UTF-8. */
  readonly body: Buffer[];
}

/** What is left of a message. */
export interface CutMessage {
  /** The raw header block. */
  readonly head: Buffer;
  readonly fields: Fields;
  /** In the order of the message. */
  readonly parts: readonly TextPart[];
  readonly attachments: readonly CutAttachment[];
  /** Why not all of its text is here; null where all is. */
  readonly reason: string | null;
}

/** An attachment, and where its octets lie in the message, still in their transfer encoding; nowhere where they are among the parts. */
export interface CutAttachment extends AttachmentFacts {
  readonly encoding: PartFacts['encoding'];
  readonly charset: string | null;
  readonly at: { readonly from: number; readonly to: number } | null;
}
