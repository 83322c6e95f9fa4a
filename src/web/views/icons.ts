// PURE: the few pictures of the page, drawn by hand; each is decoration, and the words beside it say the same.
import { Markup } from '../markup.ts';

function icon(paths: string): Markup {
  return Markup.trusted(
    `<svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">${paths}</svg>`,
  );
}

export const LENS: Markup = icon('<circle cx="8.5" cy="8.5" r="5.5"/><path d="m13 13 4.5 4.5"/>');
export const CLIP: Markup = icon(
  '<path d="m15 9-5.4 5.6a3.2 3.2 0 0 1-4.6-4.4l6.2-6.5a2.1 2.1 0 0 1 3.1 2.9l-6 6.2a1 1 0 0 1-1.5-1.4L12 6"/>',
);
export const STAR: Markup = icon(
  '<path d="m10 2.8 2.2 4.6 5 .7-3.6 3.5.9 5-4.5-2.4-4.5 2.4.9-5L2.8 8.1l5-.7z"/>',
);
export const CHECK: Markup = icon('<path d="m4 10.5 4 4L16.5 5.5"/>');
export const BANG: Markup = icon('<path d="M10 4v7.5"/><path d="M10 15.2v.3"/>');
export const CROSS: Markup = icon('<path d="m5 5 10 10M15 5 5 15"/>');
export const DOT: Markup = icon('<circle cx="10" cy="10" r="2.2"/>');
