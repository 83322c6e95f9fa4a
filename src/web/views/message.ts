// PURE: one message.
import type { OpenMessage } from '../../read/open-message.ts';
import type { Look } from '../look.ts';
import { html, type Markup } from '../markup.ts';
import { frame } from './frame.ts';

export function messagePage(look: Look, { hit, text }: OpenMessage): Markup {
  const { words } = look;
  const title = hit.subject === '' ? words.noSubject : hit.subject;
  const body = html`<article>
    <h1>${title}</h1>
    <dl>
      <dt>${words.from}</dt>
      <dd>${hit.from}</dd>
      <dt>${words.to}</dt>
      <dd>${hit.to}</dd>
      <dt>${words.date}</dt>
      <dd><time datetime="${hit.date}">${hit.date}</time></dd>
    </dl>
    <pre class="text">${text}</pre>
  </article>`;
  return frame(look, { title, body });
}
