// PURE: one letter of the queue: where it stands, whom it reached, and what a person can do about it.
import type { Action } from '../../outbox/actions.ts';
import type { ListedLetter } from '../../outbox/list.ts';
import type { Waiting } from '../facts.ts';
import type { Look } from '../look.ts';
import { html, joined, type Content, type Markup } from '../markup.ts';
import { toldIn } from '../troubles.ts';
import { postForm } from './post-form.ts';
import { ago, atTime, until } from './text.ts';

/** Nothing more is done with it by itself. */
export function isOver({ state }: Pick<ListedLetter, 'state'>): boolean {
  return state === 'sent' || state === 'failed' || state === 'cancelled';
}

/** One letter; its name leads to all that is known of it, unless it stands `alone` under its name already. */
export function letterCard(look: Look, { letter, actions }: Waiting, alone: boolean = false): Markup {
  const { outbox } = look.words;
  const { id, file, state, account, created, from, held } = letter;
  return html`<li class="letter ${state}" id="${id}">
    <div class="head">
      ${
        alone
          ? null
          : html`<h3>
              <a href="/outbox/${id}"><bdi>${file}</bdi></a>
            </h3>`
      }
      <span class="state">${held && !isOver(letter) ? outbox.held : outbox.states[state]}</span>
      ${actions.length === 0 ? null : html`<span class="actions">${actions.map((action) => actionForm(look, id, action))}</span>`}
    </div>
    <p class="quiet">
      ${joined(
        [
          from === null ? null : html`<bdi>${from}</bdi>`,
          html`<bdi>${account ?? outbox.stillAccount}</bdi>`,
          taken(look, created),
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

function taken(look: Look, at: string): Content {
  const [before = '', after = ''] = look.words.outbox.taken('\u0000').split('\u0000');
  return [before, ago(look, at), after];
}

function actionForm(look: Look, id: string, action: Action): Markup {
  const { outbox } = look.words;
  return postForm(
    look,
    `/outbox/${id}/${action}`,
    html`<button class="button">${outbox.actions[action]}</button>`,
  );
}

function news(look: Look, { reason, next, attempts, doubtful, sentCopy }: ListedLetter): Content {
  const { outbox } = look.words;
  const [before = '', between = '', after = ''] = outbox.nextTry('\u0000', '\u0000').split('\u0000');
  const tries = [
    ...(attempts > 0 ? [outbox.tries(attempts)] : []),
    ...(next === null ? [] : [html`${before}${until(look, next)}${between}${atTime(look, next)}${after}`]),
  ];
  const copy =
    sentCopy === null ||
    sentCopy.reason === null ||
    (sentCopy.state !== 'failed' && sentCopy.state !== 'open')
      ? null
      : html`<p class="quiet">
          ${sentCopy.state === 'failed' ? outbox.copyFailed : outbox.copyOpen}
          <bdi>${toldIn(sentCopy.reason, look.words)}</bdi>
        </p>`;
  return [
    reason === null ? null : html`<p class="reason"><bdi>${toldIn(reason, look.words)}</bdi></p>`,
    tries.length === 0 ? null : html`<p class="quiet">${joined(tries, ' · ')}</p>`,
    doubtful ? html`<p class="warn">${outbox.doubtful}</p>` : null,
    copy,
  ];
}
