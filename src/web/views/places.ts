// PURE: where a message lies: its file, and in which accounts and folders it is, or was; and how it gets back to a server.
import type { OpenMessage } from '../../read/open-message.ts';
import type { Hit, HitLocation } from '../../search/hit.ts';
import type { Look } from '../look.ts';
import { html, type Content, type Markup } from '../markup.ts';
import { onDay } from './text.ts';

/** How the keys of imported messages begin, and where the outbox keeps what it sent or says. */
const IMPORTED = ' import-';
const OUTBOX = 'Outbox';

/** Digits of an id that commands show. */
const ID_DIGITS = 12;

export function placesBox(look: Look, { hit, file, messageId }: OpenMessage): Markup {
  const words = look.words.message;
  const rows: readonly (readonly [string, string | null])[] = [
    [words.file, file],
    [words.id, hit.id],
    [words.messageId, messageId],
  ];
  return html`<section class="box places" aria-labelledby="places">
    <h2 id="places">${words.places}</h2>
    ${
      hit.locations.length === 0
        ? html`<p class="quiet">${words.nowhere}</p>`
        : html`<ul>
            ${hit.locations.map((place) => placeLine(look, place))}
          </ul>`
    }
    <dl>
      ${rows.map(([name, value]) =>
        value === null
          ? null
          : html`<div>
              <dt>${name}</dt>
              <dd><code>${value}</code></dd>
            </div>`,
      )}
    </dl>
    <details>
      <summary>${words.restore}</summary>
      <p>${words.restoreText}</p>
      <p class="command">
        <code>${restoreCommand(hit)}</code>
        <button type="button" class="copy" hidden data-done="${words.copied}">${words.copy}</button>
      </p>
    </details>
  </section>`;
}

/** What puts it back where it was. */
function restoreCommand({ id, locations: [first] }: Hit): string {
  const place = first === undefined ? 'ACCOUNT' : quoted(`${first.account}/${first.folder}`);
  return `mailkeep restore id:${id.slice(0, ID_DIGITS)} --to ${place}`;
}

function placeLine(look: Look, place: HitLocation): Content {
  const words = look.words.message;
  const { account, folder, flags, labels = [], gone } = place;
  const marks = [...flags.map((flag) => words.flagNames.get(flag) ?? flag.replace(/^\\/, '')), ...labels];
  return html`<li>
    <strong><bdi>${account}</bdi> / <bdi>${folder}</bdi></strong>
    <span class="quiet"
      >${gone === null ? standing(look, place) : html`<em class="warn">${goneText(look, gone)}</em>`}${marks.length === 0 ? null : [' · ', marks.map((mark) => html`<span class="tag">${mark}</span> `)]}</span
    >
  </li>`;
}

/** By which number it is at the server; or that it never came from one. */
function standing({ words: { message: words } }: Look, place: HitLocation): Content {
  if ('uid' in place) return [words.isThere, html` · <bdi>UID ${place.uid}</bdi>`];
  if (place.uidl.startsWith(IMPORTED)) return words.imported;
  if (place.folder === OUTBOX) return words.ofOutbox;
  return [words.isThere, html` · <bdi>UIDL ${place.uidl}</bdi>`];
}

/** The sentence with its date as a time. */
function goneText(look: Look, gone: string): Content {
  const [before = '', after = ''] = look.words.message.goneSince('\u0000').split('\u0000');
  return [before, onDay(look, gone), after];
}

/** As a shell takes it for one word. */
function quoted(text: string): string {
  return /^[\w./@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
