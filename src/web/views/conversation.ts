// PURE: the conversation beside a message, each answer under what it answers.
import { messageUrl } from '../address.ts';
import { shortTime } from '../times.ts';
import type { Conversation, Post } from '../../search/conversation.ts';
import type { Look } from '../look.ts';
import { html, type Content, type Markup } from '../markup.ts';
import { who } from './text.ts';

/** Steps to the right; deeper answers stand as far as these. */
const DEEPEST = 6;

export function conversationBox(look: Look, { messages, more }: Conversation, id: string): Markup {
  const words = look.words.message;
  return html`<section class="box conversation" aria-labelledby="conversation">
    <h2 id="conversation">${words.conversation}</h2>
    ${
      messages.length < 2
        ? html`<p class="quiet">${words.alone}</p>`
        : html`<ol>
            ${messages.map((post) => line(look, post, post.id === id))}
          </ol>`
    }
    ${more ? html`<p class="quiet">${words.goesOn}</p>` : null}
  </section>`;
}

function line({ words, now }: Look, post: Post, current: boolean): Content {
  const { from, date, snippet, depth, link, id } = post;
  const sender = from === '' ? words.list.noSender : who(from);
  const head = html`<bdi>${sender}</bdi
    >${date === null ? null : html` <time datetime="${date}">${shortTime(words, Date.parse(date), now)}</time>`}`;
  return html`<li class="depth-${Math.min(DEEPEST, depth)}" ${current ? html`aria-current="true"` : null}>
    ${current ? html`<strong>${head}</strong>` : html`<a href="${messageUrl(id)}">${head}</a>`}
    <span class="quiet"
      >${snippet}${link === 'subject' ? html` <em>(${words.message.bySubject})</em>` : null}</span
    >
  </li>`;
}
