// PURE: what `import` says, in English and in Chinese.
import type { Imported } from '../import/report.ts';
import type { Language } from '../web/language.ts';
import { amount as n } from '../runtime/amount.ts';
import { count, some } from './words.ts';

/** The words of one language. */
export interface ImportWords {
  readonly notImported: (what: string) => string;
  readonly noMail: (place: string, why: string) => string;
  readonly at: (place: string, why: string) => string;
  readonly more: (failures: number) => string;
  readonly summary: (report: Imported, size: string, seconds: string, dryRun: boolean) => string;
  readonly skipped: (files: number, listed: boolean) => string;
  readonly folder: (name: string, stored: number, known: number) => string;
}

const EN: ImportWords = {
  notImported: (what) => `not imported: ${what}`,
  noMail: (place, why) => `no mail: ${place}: ${why}`,
  at: (place, why) => `${place}: ${why}`,
  more: (failures) => `and ${failures} more; --json lists them`,
  summary: ({ stored, known, mended, deleted, failed, files }, size, seconds, dryRun) => {
    const rest = [
      `${n(known)} known`,
      ...some(mended, `${n(mended)} damaged or missing, and good again`),
      ...some(deleted, `${deleted} deleted and left`),
      ...some(failed, `${failed} failed`),
    ].join(', ');
    const what = `${count(stored, 'message')} ${dryRun ? 'to store' : 'stored'} (${size})`;
    return `${what}, ${rest}, from ${count(files, 'file')}, in ${seconds} s`;
  },
  skipped: (files, listed) =>
    `${count(files, 'file')} held no mail${listed ? '' : `: --verbose and --json list ${files === 1 ? 'it' : 'them'}`}`,
  folder: (name, stored, known) => `${name}: ${stored} new, ${known} known`,
};

const ZH: ImportWords = {
  notImported: (what) => `没有导入：${what}`,
  noMail: (place, why) => `不是邮件：${place}：${why}`,
  at: (place, why) => `${place}：${why}`,
  more: (failures) => `还有 ${n(failures)} 个；--json 列出全部`,
  summary: ({ stored, known, mended, deleted, failed, files }, size, seconds, dryRun) => {
    const rest = [
      `已有 ${n(known)} 封`,
      ...some(mended, `修复损坏或缺失的 ${n(mended)} 封`),
      ...some(deleted, `已标记删除而未导入 ${n(deleted)} 封`),
      ...some(failed, `失败 ${n(failed)} 封`),
    ].join('，');
    const what = dryRun ? `将存入 ${n(stored)} 封邮件` : `已存入 ${n(stored)} 封邮件`;
    return `${what}（${size}），${rest}，来自 ${n(files)} 个文件，用时 ${seconds} 秒`;
  },
  skipped: (files, listed) => `${n(files)} 个文件中没有邮件${listed ? '' : '：--verbose 和 --json 会列出'}`,
  folder: (name, stored, known) => `${name}：新 ${n(stored)}，已有 ${n(known)}`,
};

export const importWords: Readonly<Record<Language, ImportWords>> = { en: EN, zh: ZH };
