// PURE: what `export` says, in English and in Chinese.
import type { Language } from '../web/language.ts';
import { amount as n } from '../runtime/amount.ts';
import { count, some } from './words.ts';

/** The words of one language. */
export interface ExportWords {
  readonly notExported: (id: string, why: string) => string;
  readonly nothing: string;
  readonly keywordsLeft: (keywords: string) => string;
  readonly summary: (written: number, size: string, to: string, known: number, failed: number) => string;
}

const EN: ExportWords = {
  notExported: (id, why) => `not exported: ${id}: ${why}`,
  nothing: 'no messages found',
  keywordsLeft: (keywords) => `a folder has room for 26 keywords; left out of some messages: ${keywords}`,
  summary: (written, size, to, known, failed) =>
    [
      `${count(written, 'message')} written (${size}) to ${to}`,
      ...some(known, `${n(known)} there already`),
      ...some(failed, `${failed} failed`),
    ].join(', '),
};

const ZH: ExportWords = {
  notExported: (id, why) => `没有导出：${id}：${why}`,
  nothing: '没有找到邮件',
  keywordsLeft: (keywords) => `每个文件夹只能有 26 个关键字；部分邮件没有写入：${keywords}`,
  summary: (written, size, to, known, failed) =>
    [
      `已写入 ${n(written)} 封邮件（${size}）到 ${to}`,
      ...some(known, `那里已有 ${n(known)} 封`),
      ...some(failed, `失败 ${n(failed)} 封`),
    ].join('，'),
};

export const exportWords: Readonly<Record<Language, ExportWords>> = { en: EN, zh: ZH };
