// PURE: the text of a message as a person reads it: what is quoted stands back, long quotes fold, addresses of the web are
// links, and what was searched for is marked.
import type { Range } from '../../search/highlight.ts';
import { html, type Content, type Markup } from '../markup.ts';
import type { Words } from '../words.ts';
import { marked } from './text.ts';

/** Quoted lines in a row that are shown; more of them fold. */
const LONGEST_QUOTE = 8;
/** Lengths of addresses. */
const URL = /\bhttps?:\/\/[^\s<>"'`\u3000-\u303f\uff00-\uffef\u4e00-\u9fff]{1,2000}/gu;
/** They end a sentence, not an address. */
const TRAILING = /[.,;:!?)\]}]+$/;

/** The lines of `text`; `marks` count in it. */
export function mailText({ message }: Words, text: string, marks: readonly Range[]): Markup {
  const blocks = blocksOf(text).map(({ quoted, from, to, lines }) => {
    const content = linked(text.slice(from, to), from, marks);
    if (!quoted) return html`<div>${content}</div>`;
    if (lines <= LONGEST_QUOTE) return html`<blockquote>${content}</blockquote>`;
    const open = marks.some(([first, last]) => first < to && last > from);
    return html`<details class="quote" ${open ? html`open` : null}>
      <summary>${message.quoted} · ${lines}</summary>
      <blockquote>${content}</blockquote>
    </details>`;
  });
  return html`<div class="text" dir="auto">${blocks}</div>`;
}

interface Block {
  readonly quoted: boolean;
  readonly from: number;
  readonly to: number;
  readonly lines: number;
}

/** Lines in a row that are quoted, or are not. */
function blocksOf(text: string): Block[] {
  const blocks: { quoted: boolean; from: number; to: number; lines: number }[] = [];
  for (let at = 0; at < text.length;) {
    const end = text.indexOf('\n', at);
    const to = end === -1 ? text.length : end + 1;
    const quoted = /[>＞]/.test(text.charAt(at));
    const last = blocks.at(-1);
    if (last?.quoted === quoted) {
      last.to = to;
      last.lines += 1;
    } else blocks.push({ quoted, from: at, to, lines: 1 });
    at = to;
  }
  return blocks;
}

/** `from`: where `text` begins in what the marks count in. */
function linked(text: string, from: number, marks: readonly Range[]): Content {
  const near = marks.filter(([first, last]) => last > from && first < from + text.length);
  const parts: Content[] = [];
  let done = 0;
  for (const { 0: found, index } of text.matchAll(URL)) {
    const url = found.replace(TRAILING, '');
    parts.push(
      marked(text.slice(done, index), near, from + done),
      html`<a href="${url}" target="_blank" rel="noopener noreferrer nofollow"
        >${marked(url, near, from + index)}</a
      >`,
    );
    done = index + url.length;
  }
  return [...parts, marked(text.slice(done), near, from + done)];
}
