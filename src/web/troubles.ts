// PURE: a status → what needs a person, the worst first, each with its cure. Nothing here means that all is well; it agrees
// with `ok` of `mailkeep status --json`.
import { languagesOf } from '../model/hint.ts';
import type { AccountStatus } from '../service/account-facts.ts';
import type { Status } from '../service/facts.ts';
import { fromNow, sizeOf } from './amounts.ts';
import type { Words } from './words.ts';

/** One thing. Texts of servers among them. */
export interface Trouble {
  readonly what: string;
  /** In the server's or our own English words. */
  readonly reason: string | null;
  readonly cure: string | null;
}

/** What needs a person, at `now` (milliseconds). */
export function troublesIn({ accounts, disk, files }: Status, words: Words, now: number): Trouble[] {
  const { status } = words;
  const found: Trouble[] = [];
  if (disk.free < disk.least)
    found.push({ what: status.diskFull(sizeOf(disk.free)), reason: null, cure: status.diskCure });
  const { damaged, missing } = files;
  const cure = status.filesCure;
  if (damaged.length > 0) found.push({ what: status.damagedFiles(damaged.length), reason: null, cure });
  if (missing.length > 0) found.push({ what: status.missingFiles(missing.length), reason: null, cure });
  return [...found, ...accounts.flatMap((account) => accountTroubles(account, words, now))];
}

function accountTroubles(account: AccountStatus, words: Words, now: number): Trouble[] {
  const { status } = words;
  const { name, state, lastGood, proof } = account;
  const { message, hint } = failureOf(account.error);
  const found: Trouble[] = [];
  if (state === 'login') found.push({ what: status.login(name), reason: message, cure: cureIn(hint, words) });
  if (state === 'failing')
    found.push({ what: status.failing(name), reason: message, cure: cureIn(hint, words) });
  if (state === 'stale') {
    const when = lastGood === null ? status.never : fromNow(words, Date.parse(lastGood), now);
    found.push({ what: status.stale(name, when), reason: null, cure: null });
  }
  if (proof !== null && !proof.proved && proof.error === null) {
    const { at, missing, changed, damaged } = proof;
    const when = fromNow(words, Date.parse(at), now);
    const cure = `\`mailkeep verify --server ${name}\``;
    found.push({
      what: status.incomplete(name),
      reason: status.unproved(when, missing, changed, damaged),
      cure,
    });
  }
  return found;
}

/** What a poll recorded. */
function failureOf(error: unknown): { message: string | null; hint: string | null } {
  const text = (key: string): string | null => {
    const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, key) : null;
    return typeof value === 'string' ? value : null;
  };
  return { message: text('message'), hint: text('hint') };
}

/** The cure in the reader's language where it is there. */
export function cureIn(hint: string | null | undefined, { language }: Words): string | null {
  if (hint === null || hint === undefined) return null;
  const [english = hint, chinese = english] = languagesOf(hint);
  return language === 'zh' ? chinese : english;
}
