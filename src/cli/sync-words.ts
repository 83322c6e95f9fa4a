// PURE: what `sync` and `retry` say, in English and in Chinese.
import type { Deletion } from '../receive/report.ts';
import type { Language } from '../web/language.ts';
import { amount as n } from '../runtime/amount.ts';
import { count, some } from './words.ts';

/** How many of one kind. */
interface Counts {
  readonly stored: number;
  readonly known: number;
  readonly failed: number;
  readonly pending: number;
}

/** The words of one language. */
export interface SyncWords {
  readonly account: (
    name: string,
    counts: Counts & { readonly deleted: number },
    size: string,
    seconds: string,
    dryRun: boolean,
  ) => string;
  readonly folder: (name: string, counts: Counts, dryRun: boolean) => string;
  readonly undeletable: (why: string) => string;
  readonly deletion: (state: Deletion['state'], what: string, reason: string | undefined) => string;
}

const EN_DELETION: Readonly<Record<Deletion['state'], string>> = {
  due: 'would be deleted',
  deleted: 'deleted',
  uncertain: 'perhaps deleted',
  kept: 'not deleted',
};

const EN: SyncWords = {
  account: (name, { stored, known, failed, pending, deleted }, size, seconds, dryRun) => {
    const first = dryRun
      ? `${count(pending, 'message')} to fetch`
      : `${count(stored, 'new message')} (${size})`;
    const rest = [
      `${known} known`,
      ...some(failed, `${failed} failed`),
      ...(dryRun ? [] : some(pending, `${pending} pending`)),
      ...some(deleted, `${deleted} deleted at the server`),
    ];
    return `${name}: ${first}, ${rest.join(', ')}, in ${seconds} s`;
  },
  folder: (name, { stored, known, failed, pending }, dryRun) =>
    `${name}: ${[
      dryRun ? `${pending} to fetch` : `${stored} new, ${known} known`,
      ...some(failed, `${failed} failed`),
      ...(dryRun ? [] : some(pending, `${pending} pending`)),
    ].join(', ')}`,
  undeletable: (why) => `nothing is deleted here: ${why}`,
  deletion: (state, what, reason) =>
    `${EN_DELETION[state]} at the server: ${what}${reason === undefined ? '' : `: ${reason}`}`,
};

const ZH_DELETION: Readonly<Record<Deletion['state'], string>> = {
  due: '将从服务器删除',
  deleted: '已从服务器删除',
  uncertain: '可能已从服务器删除',
  kept: '没有从服务器删除',
};

const ZH: SyncWords = {
  account: (name, { stored, known, failed, pending, deleted }, size, seconds, dryRun) => {
    const first = dryRun ? `${n(pending)} 封待收取` : `新邮件 ${n(stored)} 封（${size}）`;
    const rest = [
      `已有 ${n(known)} 封`,
      ...some(failed, `失败 ${n(failed)} 封`),
      ...(dryRun ? [] : some(pending, `等待 ${n(pending)} 封`)),
      ...some(deleted, `从服务器删除 ${n(deleted)} 封`),
    ];
    return `${name}：${first}，${rest.join('，')}，用时 ${seconds} 秒`;
  },
  folder: (name, { stored, known, failed, pending }, dryRun) =>
    `${name}：${[
      dryRun ? `${n(pending)} 封待收取` : `新 ${n(stored)}，已有 ${n(known)}`,
      ...some(failed, `失败 ${n(failed)}`),
      ...(dryRun ? [] : some(pending, `等待 ${n(pending)}`)),
    ].join('，')}`,
  undeletable: (why) => `这里不删除任何邮件：${why}`,
  deletion: (state, what, reason) =>
    `${ZH_DELETION[state]}：${what}${reason === undefined ? '' : `：${reason}`}`,
};

export const syncWords: Readonly<Record<Language, SyncWords>> = { en: EN, zh: ZH };
