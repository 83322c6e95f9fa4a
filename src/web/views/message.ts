// PURE: one message: its headers, its text or HTML or source, its attachments, where it lies, and the conversation around it.
import { octets } from '../../runtime/octets.ts';
import type { OpenMessage } from '../../read/open-message.ts';
import type { Range } from '../../search/highlight.ts';
import { listUrl, messageUrl, PAGE_SIZE, type Found } from '../address.ts';
import type { Conversation } from '../../search/conversation.ts';
import type { Look } from '../look.ts';
import type { SafeHtml } from '../safe-html.ts';
import { html, type Content, type Markup } from '../markup.ts';
import { conversationBox } from './conversation.ts';
import { shown } from '../shown.ts';
import { toldIn } from '../troubles.ts';
import { frame } from './frame.ts';
import { CLIP } from './icons.ts';
import { mailText } from './mail-text.ts';
import { placesBox } from './places.ts';
import { atTime } from './text.ts';

/** The same message in three forms. */
export type View = 'text' | 'html' | 'source';

/** A message that needs no tall frame. */
const SHORT = { octets: 6000, text: 400 };

/** Characters of a header that fit on the narrowest screen; more of them scroll, and the keyboard must get there. */
const ROOM = 80;

/** Characters of a kind that says more than the name, and of why a message could not be read, that a person reads. */
const KIND = 40;
const WHY = 300;

/** What the page of a message shows. */
export interface MessagePage {
  readonly message: OpenMessage;
  readonly view: View;
  /** Pictures of other servers are loaded, as the reader wished. */
  readonly remote: boolean;
  /** Of its HTML: what was left out. Null with another view, or where it cannot be read. */
  readonly body: Pick<SafeHtml, 'blocked' | 'disarmed'> | null;
  /** With the view `source`: the beginning of the file, and how many octets of it. */
  readonly source: { readonly text: string; readonly shown: number } | null;
  /** Of the text. */
  readonly marks: readonly Range[];
  readonly conversation: Conversation;
  /** The search that it was opened from, and its neighbours there. */
  readonly found: Found | undefined;
  readonly newer: string | null;
  readonly older: string | null;
}

export function messagePage(look: Look, page: MessagePage): Markup {
  const { words } = look;
  const { message, found } = page;
  const title = message.hit.subject === '' ? words.list.noSubject : message.hit.subject;
  const query = found?.search.query;
  const up = found === undefined ? '/' : listUrl({ ...found.search, page: pageOf(found.at) });
  const body = html`<div class="reading">
    <article aria-labelledby="subject">
      ${path(look, page, up)}
      <h1 id="subject"><bdi>${title}</bdi></h1>
      ${headers(look, message)} ${attachments(look, message)} ${partly(look, message)} ${views(look, page)}
      ${content(look, page)}
    </article>
    <aside>${conversationBox(look, page.conversation, message.hit.id)} ${placesBox(look, message)}</aside>
  </div>`;
  return frame(look, { title, place: 'mail', query, sort: found?.search.sort, up, body });
}

function pageOf(at: number): number {
  return Math.floor(at / PAGE_SIZE) + 1;
}

/** The way back, and to the neighbours. */
function path({ words: { message } }: Look, { found, newer, older }: MessagePage, up: string): Markup {
  const step = (id: string | null, by: number, name: string, rel: string): Content =>
    id === null || found === undefined
      ? null
      : html`<a href="${messageUrl(id, { ...found, at: found.at + by })}" rel="${rel}">${name}</a>`;
  return html`<nav class="path" aria-label="${message.around}">
    <a href="${up}">← ${message.backToList}</a>
    <span>${step(newer, -1, message.previous, 'prev')} ${step(older, 1, message.next, 'next')}</span>
  </nav>`;
}

function headers(look: Look, { hit, cc, bcc }: OpenMessage): Markup {
  const { message } = look.words;
  const rows: readonly (readonly [string, Content, number?])[] = [
    [message.from, people(hit.from), hit.from.length],
    [message.to, people(hit.to), hit.to.length],
    [message.cc, people(cc), cc.length],
    [message.bcc, people(bcc), bcc.length],
    [message.date, hit.date === null ? look.words.list.noDate : atTime(look, hit.date)],
  ];
  return html`<dl class="headers">
    ${rows
      .filter(([, value]) => value !== null)
      .map(
        ([name, value, length = 0]) =>
          html`<div>
            <dt>${name}</dt>
            <dd ${length > ROOM ? html`tabindex="0"` : null}>${value}</dd>
          </div>`,
      )}
  </dl>`;
}

function people(text: string): Content {
  return text === '' ? null : html`<bdi>${shown(text)}</bdi>`;
}

function partly({ words }: Look, { partly }: OpenMessage): Content {
  if (partly === null) return null;
  const why = toldIn(partly, words);
  return html`<p class="note warn">
    <strong>${words.message.partly}</strong>
    <bdi>${why.length > WHY ? `${why.slice(0, WHY)}…` : words.message.because(why)}</bdi>
    ${words.message.partlyText}
  </p>`;
}

function views({ words: { message: words } }: Look, { message, view, found }: MessagePage): Markup {
  const { id } = message.hit;
  const tab = (to: View, label: string): Markup =>
    html`<a href="${messageUrl(id, found, { view: to })}" ${view === to ? html`aria-current="true"` : null}
      >${label}</a
    >`;
  return html`<nav class="views" aria-label="${words.views}">
    ${message.html ? tab('html', words.html) : null} ${tab('text', words.text)} ${tab('source', words.source)}
    <a class="download" href="/message/${id}/download" download
      >${words.download} <small>${octets(message.hit.size)}</small></a
    >
  </nav>`;
}

function content(look: Look, page: MessagePage): Markup {
  const { message, view, source, marks } = page;
  if (view === 'html') return htmlView(look, page);
  if (source !== null) return sourceView(look, source, message.hit.size);
  if (message.text.trim() === '') return html`<p class="nothing">${look.words.message.noText}</p>`;
  return mailText(look.words, message.text, marks);
}

function htmlView(
  { words: { message: words } }: Look,
  { message, remote, body, found }: MessagePage,
): Markup {
  const { blocked = 0, disarmed = 0 } = body ?? {};
  const { id } = message.hit;
  const other = messageUrl(id, found, { view: 'html', ...(remote ? {} : { remote: '1' }) });
  const note = remote
    ? html`<p class="note warn">${words.remote} <a href="${other}">${words.hideRemote}</a></p>`
    : blocked > 0
      ? html`<p class="note">${words.blocked(blocked)} <a href="${other}">${words.loadRemote}</a></p>`
      : null;
  // The same words as the header of the response: two locks on one door.
  return html`${note} ${disarmed > 0 ? html`<p class="note">${words.disarmed}</p>` : null}
    <iframe
      class="body ${isShort(message) ? 'short' : ''}"
      title="${words.htmlFrame}"
      sandbox="allow-popups allow-popups-to-escape-sandbox"
      referrerpolicy="no-referrer"
      src="/message/${id}/body${remote ? '?remote=1' : ''}"
    ></iframe>`;
}

/** Most likely fits a small frame: its height cannot be asked, because nothing runs in it. */
function isShort({ hit, text }: OpenMessage): boolean {
  return hit.size < SHORT.octets && text.length < SHORT.text;
}

function sourceView(
  { words }: Look,
  { text, shown: octetsShown }: { text: string; shown: number },
  size: number,
): Markup {
  const note =
    octetsShown < size
      ? html`<p class="note">${words.message.cut(octets(octetsShown), octets(size))}</p>`
      : null;
  return html`${note}
    <pre class="source" tabindex="0" aria-label="${words.message.source}">${text}</pre>`;
}

function attachments({ words: { message: words } }: Look, { hit, attachments }: OpenMessage): Content {
  if (attachments.length === 0) return null;
  return html`<section class="attachments" aria-labelledby="attachments">
    <h2 id="attachments">${words.attachments}</h2>
    <ul>
      ${attachments.map(
        ({ name, type, size }, index) =>
          html`<li>
            <a href="/message/${hit.id}/attachment/${index + 1}" download
              >${CLIP} <bdi>${name === '' ? words.noName : shown(name)}</bdi>
              <small>${type.length > KIND ? null : `${type} · `}${octets(size)}</small></a
            >
          </li>`,
      )}
    </ul>
  </section>`;
}
