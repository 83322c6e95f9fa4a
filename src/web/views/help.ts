// PURE: the card that tells how to search; a popover of the browser's own, without script.
import { html, type Markup } from '../markup.ts';
import type { Words } from '../words.ts';
import type { HelpLine } from '../words/help.ts';
import { CROSS } from './icons.ts';

export function helpCard({ help, frame }: Words): Markup {
  return html`<section class="card help" id="help" popover aria-labelledby="help-title">
    <h2 id="help-title">${help.title}</h2>
    <button
      class="shut"
      type="button"
      popovertarget="help"
      popovertargetaction="hide"
      aria-label="${frame.close}"
    >
      ${CROSS}
    </button>
    <div class="halves">${lines(help.words)} ${lines(help.fields)}</div>
    <h3>${help.keysTitle}</h3>
    <dl class="keys">
      ${help.keys.map(
        ([key, does]) =>
          html`<div>
            <dt>${key.split('  ').map((one) => html`<kbd>${one}</kbd> `)}</dt>
            <dd>${does}</dd>
          </div>`,
      )}
    </dl>
  </section>`;
}

function lines(all: readonly HelpLine[]): Markup {
  return html`<dl class="lines">
    ${all.map(
      ([typed, finds]) =>
        html`<div>
          <dt><code>${typed}</code></dt>
          <dd>${finds}</dd>
        </div>`,
    )}
  </dl>`;
}
