// PURE: one letter of the queue with its history, and what was said to its server.
import type { ShownLetter } from '../../outbox/show.ts';
import type { Waiting } from '../facts.ts';
import type { Look } from '../look.ts';
import { html, type Content, type Markup } from '../markup.ts';
import { cureIn, toldIn } from '../troubles.ts';
import { frame } from './frame.ts';
import { letterCard } from './letter-card.ts';
import { atTime, sentence } from './text.ts';

export function letterPage(look: Look, { letter, actions }: Waiting<ShownLetter>): Markup {
  const { outbox } = look.words;
  const body = html`<div class="outbox">
    <nav class="path"><a href="/outbox">← ${outbox.back}</a></nav>
    <h1><bdi>${letter.file}</bdi></h1>
    <ul class="letters one">
      ${letterCard(look, { letter, actions }, true)}
    </ul>
    ${cures(look, letter)} ${history(look, letter)} ${tries(look, letter)}
  </div>`;
  return frame(look, { title: letter.file, place: 'outbox', up: '/outbox', body });
}

function cures({ words }: Look, { hint, hints }: ShownLetter): Content {
  const cure = cureIn(hint, words);
  const isSaid = hints.some((one) => one[words.language] === cure);
  return [
    cure === null || isSaid ? null : html`<p class="note"><bdi>${sentence(cure)}</bdi></p>`,
    ...hints.map(
      (one) =>
        html`<p class="note"><bdi>${one.address}</bdi>: <bdi>${sentence(one[words.language])}</bdi></p>`,
    ),
  ];
}

function history(look: Look, { history }: ShownLetter): Content {
  if (history.length === 0) return null;
  return html`<section aria-labelledby="history">
    <h2 id="history">${look.words.outbox.history}</h2>
    <ul class="reasons">
      ${history.map(({ at, text }) => html`<li>${atTime(look, at)} <bdi>${toldIn(text, look.words)}</bdi></li>`)}
    </ul>
  </section>`;
}

function tries(look: Look, { tries }: ShownLetter): Content {
  if (tries.length === 0) return null;
  return html`<section aria-labelledby="tries">
    <h2 id="tries">${look.words.outbox.server}</h2>
    ${tries.toReversed().map(
      ({ at, host, outcome, dialogue }, index) =>
        html`<details ${index === 0 ? html`open` : null}>
          <summary>
            ${atTime(look, at)}
            <bdi>${host}</bdi>${outcome === null ? null : html`: <bdi>${toldIn(outcome, look.words)}</bdi>`}
          </summary>
          <pre class="source" tabindex="0">${dialogue.join('\n')}</pre>
        </details>`,
    )}
  </section>`;
}
