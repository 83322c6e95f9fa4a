// PURE: what a view needs to know of its reader: words, files, and where it stands.
import type { Words } from './words.ts';

/** How a page looks for one reader. */
export interface Look {
  readonly words: Words;
  /** Path and query of this page, to come back to. */
  readonly here: string;
  /** URLs of the style sheet and the script. */
  readonly static: { readonly style: string; readonly script: string };
}
