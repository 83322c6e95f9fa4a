// PURE: what `restore` says, in English and in Chinese.
import type { FolderReport, Proof, RestoreReport } from '../restore/report.ts';
import type { Language } from '../web/language.ts';
import { amount as n } from '../runtime/amount.ts';
import { count, some } from './words.ts';

/** The words of one language. */
export interface RestoreWords {
  readonly intention: (
    messages: number,
    account: string,
    folders: number,
    made: number,
    dryRun: boolean,
  ) => string;
  readonly folder: (name: string, folder: FolderReport, dryRun: boolean) => string;
  readonly notRestored: (id: string, why: string) => string;
  readonly missing: (id: string) => string;
  readonly changed: (id: string) => string;
  readonly more: (lines: number) => string;
  readonly summary: (report: RestoreReport, size: string, dryRun: boolean) => string;
  /** `flags`: those that the server does not keep. */
  readonly proof: (report: RestoreReport, flags: string) => string;
}

/** What was looked at, and how closely. */
function figures({ proof }: RestoreReport): Omit<Proof, 'unkeptFlags'> {
  const { listed = 0, hashed = 0, otherDates = 0, otherFlags = 0, unkept = 0 } = proof ?? {};
  return { listed, hashed, otherDates, otherFlags, unkept };
}

const EN: RestoreWords = {
  intention: (messages, account, folders, made, dryRun) =>
    `${dryRun ? 'would restore' : 'restoring'} ${count(messages, 'message')} to ${account}: ${count(folders, 'folder')}${made === 0 ? '' : `, ${made} of them new`}`,
  folder: (name, { created, there, restored, changed, failed, missing, doubles }, dryRun) => {
    const parts = [
      `${restored} ${dryRun ? 'to restore' : 'restored'}`,
      `${there} there already`,
      ...some(changed.length, `${changed.length} changed by the server`),
      ...some(failed.length, `${failed.length} not restored`),
      ...some(missing.length, `${missing.length} missing`),
      ...some(doubles, `${doubles} there more than once`),
    ];
    return `${name}${created ? ' (new)' : ''}: ${parts.join(', ')}`;
  },
  notRestored: (id, why) => `not restored: ${id}: ${why}`,
  missing: (id) => `missing: ${id}`,
  changed: (id) => `changed by the server: ${id}`,
  more: (lines) => `… and ${lines} more; see --json`,
  summary: ({ account, restored, there, failed, missing, seconds }, size, dryRun) => {
    const parts = [
      `${count(restored, 'message')} ${dryRun ? 'to restore' : `restored (${size})`}`,
      `${there} there already`,
      ...some(failed, `${failed} not restored`),
      ...some(missing, `${missing} missing`),
    ];
    return `${account}: ${parts.join(', ')}, in ${seconds.toFixed(1)} s`;
  },
  proof: (report, flags) => {
    const { proved, wanted, changed } = report;
    const { listed, hashed, otherDates, otherFlags, unkept } = figures(report);
    const how =
      hashed >= wanted
        ? `all ${hashed} fetched back and equal to the octet`
        : `${listed} of ${wanted} there by Message-ID and size, ${hashed} of these fetched back and compared by their hash`;
    const but = [
      ...some(changed, `${changed} changed by the server`),
      ...some(otherDates, `${otherDates} with another date there`),
      ...some(otherFlags, `${otherFlags} with other flags there`),
      ...some(unkept, `${unkept} without flags that the server does not keep (${flags})`),
    ];
    const tail = but.length === 0 ? '' : `; ${but.join(', ')}`;
    return `${proved ? 'proved' : 'NOT proved to be equal'}: ${how}${tail}`;
  },
};

const ZH: RestoreWords = {
  intention: (messages, account, folders, made, dryRun) =>
    `${dryRun ? '将恢复' : '正在恢复'} ${n(messages)} 封邮件到 ${account}：${folders} 个文件夹${made === 0 ? '' : `，其中 ${made} 个是新建的`}`,
  folder: (name, { created, there, restored, changed, failed, missing, doubles }, dryRun) => {
    const parts = [
      `${dryRun ? '待恢复' : '已恢复'} ${n(restored)} 封`,
      `那里已有 ${n(there)} 封`,
      ...some(changed.length, `被服务器改动 ${n(changed.length)} 封`),
      ...some(failed.length, `没有恢复 ${n(failed.length)} 封`),
      ...some(missing.length, `缺少 ${n(missing.length)} 封`),
      ...some(doubles, `重复 ${n(doubles)} 封`),
    ];
    return `${name}${created ? '（新建）' : ''}：${parts.join('，')}`;
  },
  notRestored: (id, why) => `没有恢复：${id}：${why}`,
  missing: (id) => `缺少：${id}`,
  changed: (id) => `被服务器改动：${id}`,
  more: (lines) => `… 还有 ${n(lines)} 行；见 --json`,
  summary: ({ account, restored, there, failed, missing, seconds }, size, dryRun) => {
    const parts = [
      dryRun ? `待恢复 ${n(restored)} 封` : `已恢复 ${n(restored)} 封（${size}）`,
      `那里已有 ${n(there)} 封`,
      ...some(failed, `没有恢复 ${n(failed)} 封`),
      ...some(missing, `缺少 ${n(missing)} 封`),
    ];
    return `${account}：${parts.join('，')}，用时 ${seconds.toFixed(1)} 秒`;
  },
  proof: (report, flags) => {
    const { proved, wanted, changed } = report;
    const { listed, hashed, otherDates, otherFlags, unkept } = figures(report);
    const how =
      hashed >= wanted
        ? `全部 ${n(hashed)} 封都已取回核对，逐字节相同`
        : `${n(wanted)} 封中有 ${n(listed)} 封按 Message-ID 和大小核对在那里，其中 ${n(hashed)} 封已取回并比较哈希值`;
    const but = [
      ...some(changed, `被服务器改动 ${n(changed)} 封`),
      ...some(otherDates, `日期不同 ${n(otherDates)} 封`),
      ...some(otherFlags, `标记不同 ${n(otherFlags)} 封`),
      ...some(unkept, `${n(unkept)} 封没有服务器不保存的标记（${flags}）`),
    ];
    const tail = but.length === 0 ? '' : `；${but.join('，')}`;
    return `${proved ? '已证实' : '没有证实完全相同'}：${how}${tail}`;
  },
};

export const restoreWords: Readonly<Record<Language, RestoreWords>> = { en: EN, zh: ZH };
