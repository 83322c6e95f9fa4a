// PURE: what a view needs to know of its reader: words, appearance, files, time, and where it stands.
import type { Words } from './words.ts';

/** As the reader chose; `auto` follows the system. */
export type Theme = 'auto' | 'light' | 'dark';

/** How a page looks for one reader. */
export interface Look {
  readonly words: Words;
  readonly theme: Theme;
  /** Path and query of this page, to come back to. */
  readonly here: string;
  /** URLs of the style sheet, the script and the icon. */
  readonly files: { readonly style: string; readonly script: string; readonly icon: string };
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly version: string;
  /** The word that a form of ours carries, so that no other page can make one. */
  readonly csrf: string;
  /** True for somebody who gave a password, and may sign out. */
  readonly signedIn: boolean;
}
