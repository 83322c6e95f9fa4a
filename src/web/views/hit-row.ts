// PURE: one message in a list. The link is the subject; the style sheet lets it cover the whole row.
import type { Hit, HitLocation } from '../../search/hit.ts';
import { messageUrl, type Found } from '../address.ts';
import { fullTime, shortTime } from '../times.ts';
import type { Look } from '../look.ts';
import { html, type Content, type Markup } from '../markup.ts';
import { shown } from '../shown.ts';
import { CLIP, STAR } from './icons.ts';
import { marked, who } from './text.ts';

/** What a row needs of a look. */
type RowLook = Pick<Look, 'words' | 'now'>;

export function hitRow(look: RowLook, hit: Hit, found: Found): Markup {
  const { list } = look.words;
  const { id, from, subject, snippet, marks, locations } = hit;
  const unread = locations.length > 0 && locations.every(isUnread);
  return html`<li class="hit ${unread ? 'unread' : ''}" id="m${id.slice(0, 12)}">
    <span class="who"><bdi>${from === '' ? list.noSender : who(from, marks.from)}</bdi></span>
    <a class="subject" href="${messageUrl(id, found)}"
      ><bdi>${subject === '' ? list.noSubject : marked(subject, marks.subject)}</bdi></a
    >
    <span class="when">${when(look, hit)}</span>
    <span class="snippet"><bdi>${marked(snippet, marks.snippet)}</bdi></span>
    <span class="place">${place(hit)}</span>
    <span class="notes">${notes(look, hit)}</span>
  </li>`;
}

function when({ words, now }: RowLook, { date }: Hit): Content {
  if (date === null) return words.list.noDate;
  const time = Date.parse(date);
  return html`<time datetime="${date}" title="${fullTime(words, time)}"
    >${shortTime(words, time, now)}</time
  >`;
}

function notes({ words: { list } }: RowLook, { attachments, locations }: Hit): Content {
  const flagged = locations.some(({ flags }) => flags.includes('\\Flagged'));
  const gone = locations.length > 0 && locations.every(({ gone }) => gone !== null);
  const named = attachments.find((name) => name !== '');
  const others = named === undefined || attachments.length === 1 ? '' : ` +${attachments.length - 1}`;
  return [
    flagged
      ? html`<span class="flag" title="${list.flagged}"
          >${STAR}<span class="unseen">${list.flagged}</span></span
        > `
      : null,
    attachments.length > 0
      ? html`<span class="files"
          >${CLIP}<span class="unseen">${list.withFiles(attachments.length)}</span
          ><bdi>${shown(named ?? String(attachments.length))}</bdi>${others}</span
        > `
      : null,
    gone ? html`<span class="tag">${list.gone}</span> ` : null,
  ];
}

/** The first of its places; the page of the message has all. */
function place({ locations }: Hit): Content {
  const [first] = locations;
  return first === undefined ? null : html`<bdi>${first.account}</bdi> / <bdi>${first.folder}</bdi>`;
}

/** POP3 has no flags, and tells nothing. */
function isUnread(location: HitLocation): boolean {
  return 'uid' in location && location.gone === null && !location.flags.includes('\\Seen');
}
