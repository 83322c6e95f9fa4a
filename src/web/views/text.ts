// PURE: pieces of text as views need them often: names, marked stretches, times, commands.
import type { Range } from '../../search/highlight.ts';
import { dayOf, fromNow, fullTime } from '../times.ts';
import type { Look } from '../look.ts';
import { shown } from '../shown.ts';
import { html, type Content, type Markup } from '../markup.ts';

/** Text with its marked stretches; `marks` count in UTF-16 units of the whole, and may reach over the end. */
export function marked(text: string, marks: readonly Range[], from: number = 0): Content {
  const parts: Content[] = [];
  let done = 0;
  for (const [first, last] of marks) {
    const start = Math.min(text.length, Math.max(done, first - from));
    const end = Math.min(text.length, last - from);
    if (end <= start) continue;
    parts.push(text.slice(done, start), html`<mark>${text.slice(start, end)}</mark>`);
    done = end;
  }
  return [...parts, text.slice(done)];
}

/** `Anna <anna@example.com>` → `Anna`; the address where there is no name. Offsets from the beginning hold. */
function nameOf(from: string): string {
  const name = from.split('<', 1)[0]?.trimEnd() ?? '';
  // A name that looks like an address hides the one behind it.
  return name === '' || name.includes('@') ? from : name;
}

/** Who wrote, with `marks` where nothing is hidden in it. */
export function who(from: string, marks: readonly Range[] = []): Content {
  const name = nameOf(from);
  const visible = shown(name);
  return visible === name ? marked(name, marks) : visible;
}

/** How long ago, with the full time behind it. `iso`: ISO 8601. */
export function ago(look: Look, iso: string): Markup {
  const isNow = Math.abs(Date.parse(iso) - look.now) < MINUTE;
  return isNow ? at(look, iso, look.words.frame.justNow) : until(look, iso);
}

/** How long it is until then, likewise. */
export function until(look: Look, iso: string): Markup {
  return at(look, iso, fromNow(look.words, Date.parse(iso), look.now));
}

const MINUTE = 60_000;

function at({ words }: Look, iso: string, said: string): Markup {
  const time = Date.parse(iso);
  return html`<time datetime="${iso}" title="${fullTime(words, time)}">${said}</time>`;
}

/** The full time. */
export function atTime({ words }: Look, iso: string): Markup {
  return html`<time datetime="${iso}">${fullTime(words, Date.parse(iso))}</time>`;
}

/** The day alone. */
export function onDay({ words }: Look, iso: string): Markup {
  return html`<time datetime="${iso}">${dayOf(words, Date.parse(iso))}</time>`;
}

/** A sentence of ours or of an error, in which `code` stands between backquotes. */
export function sentence(text: string): Content {
  return text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));
}
