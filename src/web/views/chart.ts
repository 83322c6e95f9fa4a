// PURE: how the archive grew, month by month, as two rows of bars drawn by hand in SVG, and as a table for whoever cannot see
// them.
import { octets } from '../../runtime/octets.ts';
import { amount } from '../../runtime/amount.ts';
import type { Month } from '../../search/months.ts';
import { html, type Content, type Markup } from '../markup.ts';
import type { Words } from '../words.ts';

/** Months that are drawn: the last five years. */
const MOST = 60;
const WIDTH = 460;
const HEIGHT = 96;
const FOOT = 17;

export function monthChart(words: Words, all: readonly Month[]): Markup {
  const months = all.slice(-MOST);
  const { status } = words;
  return html`<div class="charts">
      ${figure(words, months, status.messagesPerMonth, ({ messages }) => messages, amount)}
      ${figure(words, months, status.bytesPerMonth, ({ bytes }) => bytes, octets)}
    </div>
    <details>
      <summary>${status.asTable}</summary>
      ${table(words, months)}
    </details>`;
}

function figure(
  { status }: Words,
  months: readonly Month[],
  title: string,
  value: (month: Month) => number,
  text: (value: number) => string,
): Markup {
  const most = Math.max(1, ...months.map(value));
  const step = WIDTH / Math.max(12, months.length);
  const bars = months.map((month, index) => {
    const height = (value(month) / most) * HEIGHT;
    const shown = value(month) > 0 ? Math.max(1.5, height) : 0;
    return html`<rect
      x="${fixed(index * step + step * 0.12)}"
      y="${fixed(HEIGHT - shown)}"
      width="${fixed(step * 0.76)}"
      height="${fixed(shown)}"
      rx="1"
      ><title>${month.month}: ${text(value(month))}</title></rect
    >`;
  });
  return html`<figure>
    <figcaption>${title} <small>${status.chartText(months.length, text(most))}</small></figcaption>
    <svg
      class="chart"
      viewBox="0 0 ${WIDTH} ${HEIGHT + FOOT}"
      role="img"
      aria-label="${title}: ${status.chartText(months.length, text(most))}"
    >
      <line x1="0" x2="${WIDTH}" y1="${HEIGHT + 0.5}" y2="${HEIGHT + 0.5}"></line>
      ${bars} ${years(months, step)}
    </svg>
  </figure>`;
}

/** The years, under their Januaries; the first month where it has room. */
function years(months: readonly Month[], step: number): Content {
  return months.map(({ month }, index) => {
    const [year = '', number = ''] = month.split('-');
    const roomy = index === 0 && (13 - Number(number)) * step > 40;
    return number === '01' || roomy
      ? html`<text x="${fixed(index * step)}" y="${HEIGHT + FOOT - 3}">${year}</text>`
      : null;
  });
}

function table({ status }: Words, months: readonly Month[]): Markup {
  return html`<table>
    <thead>
      <tr>
        <th scope="col">${status.month}</th>
        <th scope="col">${status.messagesColumn}</th>
        <th scope="col">${status.bytesColumn}</th>
      </tr>
    </thead>
    <tbody>
      ${months.toReversed().map(
        ({ month, messages, bytes }) =>
          html`<tr>
            <th scope="row">${month}</th>
            <td>${amount(messages)}</td>
            <td>${octets(bytes)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function fixed(value: number): string {
  return String(Math.round(value * 10) / 10);
}
