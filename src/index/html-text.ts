// PURE: HTML → the text that a person reads, in reading order. Style, script and title are dropped, blocks become lines;
// what is hidden from the eye is kept, because a search that misses is worse than one that finds too much.
// Only the tokens are read, no tree is built: time and memory stay linear in hostile nesting.
import { Tokenizer } from 'htmlparser2';

/** Elements whose text nobody reads; the tokenizer takes all up to their closing tag for text. */
const DROPPED: ReadonlySet<string> = new Set(['style', 'script', 'title']);

/** Elements that begin or end a line. */
const BLOCKS: ReadonlySet<string> = new Set(
  (
    'address article aside blockquote body br caption center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 ' +
    'header hr html li main nav ol option p pre section table tbody tfoot thead tr ul'
  ).split(' '),
);

/** The charset that an HTML text declares for itself, or null. `bytes`: its begin. */
export function metaCharset(bytes: Buffer): string | null {
  const begin = bytes.toString('latin1', 0, 2048);
  return /<meta[^>]{1,200}charset\s*=\s*["']?\s*([\w.:-]{1,40})/i.exec(begin)?.[1] ?? null;
}

/** The readable text of `html`, at most `limit` UTF-16 units of it. Any input will do; time is linear in its length. */
export function htmlText(html: string, limit: number): string {
  const out: string[] = [];
  let length = 0;
  let dropped = '';
  let isAlt = false;
  const add = (text: string): void => {
    if (dropped !== '') return;
    out.push(text);
    length += text.length;
    if (length > limit) tokenizer.pause();
  };
  const boundary = (start: number, end: number): string => {
    const name = html.slice(start, end).toLowerCase();
    if (BLOCKS.has(name)) add('\n');
    else if (name === 'td' || name === 'th') add('\t');
    return name;
  };
  const tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      ...IGNORED,
      onopentagname(start, end) {
        const name = boundary(start, end);
        if (DROPPED.has(name)) dropped = name;
      },
      onclosetag(start, end) {
        if (boundary(start, end) === dropped) dropped = '';
      },
      ontext: (start, end) => add(html.slice(start, end)),
      ontextentity: (code) => add(String.fromCodePoint(code)),
      onattribname: (start, end) => {
        isAlt = end - start === 3 && html.slice(start, end).toLowerCase() === 'alt';
        if (isAlt) add(' ');
      },
      onattribdata: (start, end) => isAlt && add(html.slice(start, end)),
      onattribentity: (code) => isAlt && add(String.fromCodePoint(code)),
      onattribend: () => isAlt && add(' '),
    },
  );
  tokenizer.write(html);
  if (length <= limit) tokenizer.end();
  return tidy(out.join('').slice(0, limit));
}

const nothing = (): void => {};
const IGNORED = {
  oncdata: nothing,
  oncomment: nothing,
  ondeclaration: nothing,
  onend: nothing,
  onopentagend: nothing,
  onprocessinginstruction: nothing,
  onselfclosingtag: nothing,
};

/** One space between words, one empty line between paragraphs. */
function tidy(text: string): string {
  return text
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
