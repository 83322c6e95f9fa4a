// PURE: the sending queue: what is on its way, and what became of the rest.
import type { Action } from '../../outbox/actions.ts';
import type { ListedLetter } from '../../outbox/list.ts';
import type { Letters, Waiting } from '../facts.ts';
import type { Look } from '../look.ts';
import { html, joined, type Content, type Markup } from '../markup.ts';
import { frame } from './frame.ts';
import { ago, atTime, sentence } from './text.ts';

/** States in which nothing more is done by itself. */
const OVER: ReadonlySet<ListedLetter['state']> = new Set(['sent', 'failed', 'cancelled']);

/** `done`: what was just done. */
export function outboxPage(look: Look, { folder, all }: Letters, done: string | null): Markup {
  const { outbox } = look.words;
  const going = all.filter(({ letter }) => !OVER.has(letter.state));
  const past = all.filter(({ letter }) => OVER.has(letter.state)).toReversed();
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

function letterCard(look: Look, { letter, actions }: Waiting): Markup {
  const { outbox } = look.words;
  const { id, file, state, account, created, from, held } = letter;
  return html`<li class="letter ${state}" id="${id}">
    <div class="head">
      <h3><bdi>${file}</bdi></h3>
      <span class="state">${held && !OVER.has(state) ? outbox.held : outbox.states[state]}</span>
      ${actions.length === 0 ? null : html`<span class="actions">${actions.map((action) => actionForm(look, id, action))}</span>`}
    </div>
    <p class="quiet">
      ${joined(
        [
          from === null ? null : html`<bdi>${from}</bdi>`,
          html`<bdi>${account ?? outbox.stillAccount}</bdi>`,
          html`${outbox.taken} ${ago(look, created)}`,
        ].filter((part) => part !== null),
        ' · ',
      )}
    </p>
    <ul class="recipients">
      ${letter.recipients.map(
        ({ address, state, reply }) =>
          html`<li>
            <bdi>${address}</bdi>
            <span class="tag">${outbox.recipientStates[state]}</span
            >${reply === null ? null : html` <bdi class="quiet">${reply}</bdi>`}
          </li>`,
      )}
    </ul>
    ${news(look, letter)}
  </li>`;
}

function actionForm({ words: { outbox } }: Look, id: string, action: Action): Markup {
  return html`<form action="/outbox/${id}/${action}" method="post">
    <button class="button ${action}">${outbox.actions[action]}</button>
  </form>`;
}

function news(look: Look, { reason, next, attempts, doubtful, sentCopy }: ListedLetter): Content {
  const { outbox } = look.words;
  const [before = '', after = ''] = outbox.nextTry('\u0000').split('\u0000');
  const tries = [
    ...(attempts > 0 ? [outbox.tries(attempts)] : []),
    ...(next === null ? [] : [html`${before}${ago(look, next)} (${atTime(look, next)})${after}`]),
  ];
  const copy =
    sentCopy === null ||
    sentCopy.reason === null ||
    (sentCopy.state !== 'failed' && sentCopy.state !== 'open')
      ? null
      : html`<p class="quiet">
          ${sentCopy.state === 'failed' ? outbox.copyFailed : outbox.copyOpen} <bdi>${sentCopy.reason}</bdi>
        </p>`;
  return [
    reason === null ? null : html`<p class="reason"><bdi>${reason}</bdi></p>`,
    tries.length === 0 ? null : html`<p class="quiet">${joined(tries, ' · ')}</p>`,
    doubtful ? html`<p class="warn">${outbox.doubtful}</p>` : null,
    copy,
  ];
}
