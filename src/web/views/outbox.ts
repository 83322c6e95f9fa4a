// PURE: the sending queue: what is on its way, and what became of the rest.
import type { Letters, Waiting } from '../facts.ts';
import type { Look } from '../look.ts';
import { html, type Content, type Markup } from '../markup.ts';
import { frame } from './frame.ts';
import { isOver, letterCard } from './letter-card.ts';
import { sentence } from './text.ts';

/** `done`: what was just done. */
export function outboxPage(look: Look, { folder, all }: Letters, done: string | null): Markup {
  const { outbox } = look.words;
  const going = all.filter(({ letter }) => !isOver(letter));
  const past = all.filter(({ letter }) => isOver(letter)).toReversed();
  const body = html`<div class="outbox">
    ${done === null ? null : html`<p class="note" role="status"><bdi>${done}</bdi></p>`}
    ${
      all.length === 0
        ? html`<div class="empty">
            <h1 class="big">${outbox.empty}</h1>
            <p>${sentence(outbox.emptyText(`\`${folder}\``))}</p>
          </div>`
        : html`<h1>${outbox.title}</h1>
            ${letters(look, 'going', outbox.onTheWay, going, html`<p class="quiet">${outbox.nothingOnTheWay}</p>`)}
            ${letters(look, 'past', outbox.past, past, null)}`
    }
  </div>`;
  return frame(look, { title: outbox.title, place: 'outbox', body });
}

function letters(look: Look, id: string, title: string, some: readonly Waiting[], none: Content): Content {
  if (some.length === 0 && none === null) return null;
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${
      some.length === 0
        ? none
        : html`<ul class="letters">
            ${some.map((one) => letterCard(look, one))}
          </ul>`
    }
  </section>`;
}
