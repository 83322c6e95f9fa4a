// PURE: one account: how it stands, how far its poll is, what it could not fetch and why, and whether it was proved complete.
import type { AccountState, AccountStatus, UnfetchedStatus } from '../../service/account-facts.ts';
import { amount } from '../../runtime/amount.ts';
import { fromNow } from '../times.ts';
import type { Look } from '../look.ts';
import { toldIn } from '../troubles.ts';
import { html, type Content, type Markup } from '../markup.ts';
import { BANG, CHECK, CROSS, DOT } from './icons.ts';
import { syncForm } from './sync-form.ts';
import { ago, atTime, sentence, until } from './text.ts';

const SIGNS: Readonly<Record<AccountState, Markup>> = {
  ok: CHECK,
  never: DOT,
  removed: DOT,
  stale: BANG,
  failing: CROSS,
  login: CROSS,
};

/** `service`: one runs, and can be asked. */
export function accountCard(look: Look, account: AccountStatus, service: boolean): Markup {
  const { status } = look.words;
  const { name, state, lastGood, next, stored, pending, poisoned } = account;
  const facts: readonly (readonly [string, Content])[] = [
    [status.lastGood, lastGood === null ? status.never : ago(look, lastGood)],
    [status.next, next === null ? status.notScheduled : until(look, next)],
    [status.stored, amount(stored)],
    [status.pending, amount(pending)],
    [status.poisoned, poisoned === 0 ? '0' : html`<strong class="warn">${amount(poisoned)}</strong>`],
  ];
  return html`<li class="account ${state}">
    <div class="head">
      <span class="sign">${SIGNS[state]}</span>
      <h3>${name}</h3>
      <span class="state">${status.states[state]}</span>
      ${service && state !== 'removed' ? syncForm(look, name, status.syncNow) : null}
    </div>
    ${progress(look, account)}
    <dl>
      ${facts.map(
        ([label, value]) =>
          html`<div>
            <dt>${label}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    ${waiting(look, account)} ${unfetched(look, account)} ${proof(look, account)}
  </li>`;
}

function progress({ words: { status } }: Look, { name, running }: AccountStatus): Content {
  if (running === null) return null;
  const { done, total, folder } = running;
  const bar = total > 0 ? html`max="${total}" value="${done}"` : null;
  // The script fills the sentence again while the numbers grow.
  return html`<p class="progress">
    <progress data-account="${name}" ${bar} aria-label="${name}"></progress>
    <span data-said="${status.running('{done}', '{total}')}">
      ${total > 0 ? status.running(amount(done), amount(total)) : status.starting}
      ${folder === '' ? null : html`· <bdi>${folder}</bdi>`}
    </span>
  </p>`;
}

function waiting(look: Look, { waiting }: AccountStatus): Content {
  if (waiting === null) return null;
  const [before = '', after = ''] = look.words.status.waiting(waiting.messages, '\u0000').split('\u0000');
  return html`<p class="quiet">
    ${before}${atTime(look, waiting.until)}${after} <bdi>${toldIn(waiting.reason, look.words)}</bdi>
  </p>`;
}

function unfetched(look: Look, { unfetched, poisoned, pending }: AccountStatus): Content {
  if (unfetched.length === 0) return null;
  const { status } = look.words;
  const rest = poisoned + pending - unfetched.length;
  return html`<details>
    <summary>${status.unfetched(poisoned + pending)}</summary>
    <ul class="reasons">
      ${unfetched.map((one) => unfetchedLine(look, one))}
      ${rest > 0 ? html`<li>${sentence(status.moreUnfetched(rest))}</li>` : null}
    </ul>
  </details>`;
}

function unfetchedLine({ words, now }: Look, one: UnfetchedStatus): Markup {
  const { folder, uid, uidl, reason, attempts, next } = one;
  const again = fromNow(words, Math.max(now, Date.parse(next)), now);
  return html`<li>
    <bdi>${folder} ${uid ?? uidl?.trim() ?? ''}</bdi>: <bdi>${toldIn(reason, words)}</bdi>
    <small class="quiet">${words.status.attempts(attempts, again)}</small>
  </li>`;
}

function proof(look: Look, { proof }: AccountStatus): Content {
  if (proof === null) return null;
  const { status } = look.words;
  const when = fromNow(look.words, Date.parse(proof.at), look.now);
  if (proof.proved) return html`<p class="proved">${CHECK} ${status.proved(when, proof.server)}</p>`;
  if (proof.error !== null)
    return html`<p class="quiet">
      ${status.proofFailed(when)} <bdi>${toldIn(proof.error, look.words)}</bdi>
    </p>`;
  const { missing, changed, damaged, unread } = proof;
  return html`<p class="warn">${status.unproved(when, missing, changed, damaged, unread)}</p>`;
}
