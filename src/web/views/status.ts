// PURE: how it stands. The first line says whether all is well; below it each account, the archive, and how it grew.
import { octets } from '../../runtime/octets.ts';
import type { Status } from '../../service/facts.ts';
import { isUntried } from '../../model/untried.ts';
import type { Month } from '../../search/months.ts';
import type { Look } from '../look.ts';
import { html, type Content, type Markup } from '../markup.ts';
import { troublesIn, type Trouble } from '../troubles.ts';
import { accountCard } from './account-card.ts';
import { monthChart } from './chart.ts';
import { frame } from './frame.ts';
import { BANG, CHECK } from './icons.ts';
import { syncForm } from './sync-form.ts';
import { ago, sentence } from './text.ts';

/** What the page shows. */
export interface StatusPage {
  readonly status: Status;
  readonly months: readonly Month[];
  /** A sentence about what was just done. */
  readonly done: string | null;
}

export function statusPage(look: Look, page: StatusPage): Markup {
  const { words } = look;
  const body = html`<div class="status">
    ${page.done === null ? null : html`<p class="note" role="status">${page.done}</p>`}
    <div id="live" data-events="/events" data-polls="${page.status.service?.polls ?? 0}">
      ${livePart(look, page.status)}
    </div>
    ${growth(look, page.months)}
  </div>`;
  return frame(look, { title: words.status.title, place: 'status', body });
}

/** What changes while one looks; the script asks for it again. */
export function livePart(look: Look, status: Status): Markup {
  const { words } = look;
  return html`${verdict(look, status)} ${service(look, status)}
  ${status.untold === null ? null : html`<p class="note warn"><bdi>${words.status.untold(status.untold)}</bdi></p>`}
  ${status.accounts.length === 0 ? null : accounts(look, status)} ${archive(look, status)}`;
}

function accounts(look: Look, { accounts: all, service }: Status): Markup {
  const { words } = look;
  return html`<section aria-labelledby="accounts">
    <div class="line">
      <h2 id="accounts">${words.status.accounts}</h2>
      ${service === null ? null : syncForm(look, null, words.status.syncAll)}
    </div>
    <ul class="accounts">
      ${all.map((account) => accountCard(look, account, service !== null))}
    </ul>
  </section>`;
}

function verdict(look: Look, status: Status): Markup {
  const { words } = look;
  const troubles = troublesIn(status, words);
  const untried = isUntried(status.accounts);
  if (status.ok && troubles.length === 0)
    return html`<div class="verdict well">
      <span class="sign">${untried ? null : CHECK}</span>
      <div>
        <h1>${untried ? words.status.untried : words.status.well}</h1>
        <p>
          ${words.status.wellText(status.index.messages, status.accounts.filter(({ state }) => state !== 'removed').length)}
        </p>
      </div>
    </div>`;
  return html`<div class="verdict ill">
    <span class="sign">${BANG}</span>
    <div>
      <h1>${words.status.troubles(Math.max(1, troubles.length))}</h1>
      <ul>
        ${troubles.map((trouble) => troubleLine(look, trouble))}
      </ul>
    </div>
  </div>`;
}

function troubleLine(look: Look, { what, reason, cure, since }: Trouble): Markup {
  return html`<li>
    <strong><bdi>${sentence(what)}</bdi></strong>
    ${since === null ? null : html`<small class="quiet">${ago(look, since)}</small>`}
    ${reason === null ? null : html`<p class="reason"><bdi>${sentence(reason)}</bdi></p>`}
    ${cure === null ? null : html`<p class="cure"><bdi>${sentence(cure)}</bdi></p>`}
  </li>`;
}

function service(look: Look, { service }: Status): Markup {
  const { status } = look.words;
  if (service === null)
    return html`<p class="note warn">
      <strong>${status.noService}</strong> ${sentence(status.noServiceText)}
    </p>`;
  const [before = '', after = ''] = status.serviceSince('\u0000').split('\u0000');
  return html`<p class="quiet">${before}${ago(look, service.since)}${after}</p>`;
}

function archive(look: Look, { index, disk, files, outbox }: Status): Markup {
  const { status, outbox: letters, frame: around } = look.words;
  const { messages, indexed, partly, behind } = index;
  const notes = [
    ...(partly > 0 ? [status.partly(partly)] : []),
    ...(behind > 0 ? [status.behind(octets(behind))] : []),
  ];
  const counts = [
    ['due', outbox.queued],
    ['deferred', outbox.deferred],
    ['uncertain', outbox.uncertain],
    ['failed', outbox.failed],
  ] as const;
  const waiting = counts
    .filter(([, count]) => count > 0)
    .map(([state, count]) => letters.counted(count, letters.states[state]));
  const bad = files.damaged.length + files.missing.length;
  const total = disk.bytes + disk.free;
  return html`<section class="archive" aria-labelledby="archive">
    <h2 id="archive">${status.archive}</h2>
    <dl class="figures">
      ${figure(status.indexed, status.coverage(indexed, messages), notes.join(' · '), share(indexed, messages), 'meter')}
      ${figure(status.disk, status.used(octets(disk.bytes)), status.free(octets(disk.free)), share(disk.bytes, total), disk.free < disk.least ? 'bad' : 'meter')}
      ${figure(status.files, bad > 0 ? [files.damaged.length > 0 ? status.damagedFiles(files.damaged.length) : status.missingFiles(files.missing.length)] : files.last === null ? status.filesNever : wellFiles(look, files.last.at), '', null, '')}
      ${figure(around.outbox, html`<a href="/outbox">${waiting.length === 0 ? letters.nothingOnTheWay : waiting.join(' · ')}</a>`, '', null, '')}
    </dl>
  </section>`;
}

function wellFiles(look: Look, at: string): Content {
  const [before = '', after = ''] = look.words.status.filesWell('\u0000').split('\u0000');
  return [before, ago(look, at), after];
}

function figure(name: string, value: Content, note: string, part: number | null, kind: string): Markup {
  return html`<div>
    <dt>${name}</dt>
    <dd>
      ${value}
      ${part === null ? null : html`<meter class="${kind}" min="0" max="100" value="${part}" aria-label="${name}">${part}%</meter>`}
      ${note === '' ? null : html`<small>${note}</small>`}
    </dd>
  </div>`;
}

/** In hundredths, whole; what is there is never 0, what lacks is never 100. */
function share(part: number, all: number): number {
  if (all === 0) return 0;
  if (part === all) return 100;
  return Math.min(99, Math.max(part > 0 ? 1 : 0, Math.round((part / all) * 100)));
}

function growth({ words }: Look, months: readonly Month[]): Content {
  if (months.length === 0) return null;
  return html`<section aria-labelledby="growth">
    <h2 id="growth">${words.status.perMonth}</h2>
    ${monthChart(words, months)}
  </section>`;
}
