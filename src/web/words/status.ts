// PURE: the words of the status.
import type { AccountState } from '../../service/account-facts.ts';
import { amount as n } from '../../runtime/amount.ts';
import type { Language } from '../language.ts';

/** How it stands. */
export interface StatusWords {
  readonly title: string;
  readonly well: string;
  readonly untried: string;
  readonly wellText: (messages: number, accounts: number) => string;
  readonly troubles: (count: number) => string;
  readonly accounts: string;
  readonly states: Readonly<Record<AccountState, string>>;
  readonly lastGood: string;
  readonly never: string;
  readonly stored: string;
  readonly pending: string;
  readonly poisoned: string;
  readonly next: string;
  readonly notScheduled: string;
  readonly running: (done: string, total: string) => string;
  readonly starting: string;
  readonly syncNow: string;
  readonly syncAll: string;
  readonly syncs: string;
  readonly untold: (why: string) => string;
  readonly noService: string;
  readonly noServiceText: string;
  readonly serviceSince: (when: string) => string;
  readonly waiting: (messages: number, until: string) => string;
  readonly unfetched: (count: number) => string;
  readonly attempts: (count: number, next: string) => string;
  readonly moreUnfetched: (count: number) => string;
  readonly proved: (when: string, messages: number) => string;
  readonly unproved: (
    when: string,
    missing: number,
    changed: number,
    damaged: number,
    unread: number,
  ) => string;
  readonly proofFailed: (when: string) => string;
  readonly damagedFiles: (count: number) => string;
  readonly missingFiles: (count: number) => string;
  readonly filesWell: (when: string) => string;
  readonly filesNever: string;
  readonly stale: (account: string) => string;
  readonly failing: (account: string) => string;
  readonly login: (account: string) => string;
  readonly archive: string;
  readonly indexed: string;
  readonly coverage: (indexed: number, messages: number) => string;
  readonly partly: (count: number) => string;
  readonly behind: (size: string) => string;
  readonly files: string;
  readonly disk: string;
  readonly used: (bytes: string) => string;
  readonly free: (bytes: string) => string;
  readonly perMonth: string;
  readonly messagesPerMonth: string;
  readonly bytesPerMonth: string;
  readonly month: string;
  readonly messagesColumn: string;
  readonly bytesColumn: string;
  readonly asTable: string;
  readonly chartText: (months: number, most: string) => string;
}

const times = (count: number): string => (count === 1 ? 'once' : `${n(count)} times`);

export const statusWords: Readonly<Record<Language, StatusWords>> = {
  en: {
    title: 'Status',
    well: 'All is well',
    untried: 'Nothing was fetched yet',
    wellText: (messages, accounts) =>
      [
        `${n(messages)} ${messages === 1 ? 'message' : 'messages'}`,
        ...(accounts === 0 ? [] : [`of ${n(accounts)} ${accounts === 1 ? 'account' : 'accounts'}`]),
        messages === 1 ? 'is kept.' : 'are kept.',
      ].join(' '),
    troubles: (count) => (count === 1 ? 'One thing needs you' : `${n(count)} things need you`),
    accounts: 'Accounts',
    states: {
      ok: 'well',
      stale: 'late',
      failing: 'failing',
      never: 'not yet synced',
      login: 'wants you to sign in',
      removed: 'no longer configured',
    },
    lastGood: 'Last good sync',
    never: 'never',
    stored: 'Stored',
    pending: 'Pending',
    poisoned: 'Tried in vain',
    next: 'Next run',
    notScheduled: 'none',
    running: (done, total) => `Running: ${done} of ${total}`,
    starting: 'Running: asking the server',
    syncNow: 'Sync now',
    syncAll: 'Sync all now',
    syncs: 'The sync has begun.',
    untold: (why) => `Nobody was told of the last alert: the alert command ${why}`,
    noService: 'No service runs.',
    noServiceText: 'Nothing is fetched or sent until `mailkeep daemon` runs. What is stored can be read.',
    serviceSince: (when) => `The service began ${when}.`,
    waiting: (messages, until) =>
      `${n(messages)} ${messages === 1 ? 'message waits' : 'messages wait'} until ${until}:`,
    unfetched: (count) => `${n(count)} ${count === 1 ? 'message is' : 'messages are'} not stored: why`,
    attempts: (count, next) => `tried ${times(count)}, again ${next}`,
    moreUnfetched: (count) => `and ${n(count)} more: \`mailkeep status --pending\` lists them`,
    proved: (when, messages) => `Proved complete ${when}: all ${n(messages)} messages at the server.`,
    unproved: (when, missing, changed, damaged, unread) =>
      `Not complete ${when}: ${n(missing)} missing, ${n(changed)} changed, ${n(damaged)} damaged${unread === 0 ? '' : `, ${n(unread)} ${unread === 1 ? 'folder' : 'folders'} not read`}.`,
    proofFailed: (when) => `The proof of ${when} came to no end:`,
    damagedFiles: (count) => `${n(count)} stored ${count === 1 ? 'file is' : 'files are'} damaged`,
    missingFiles: (count) => `${n(count)} stored ${count === 1 ? 'file is' : 'files are'} missing`,
    filesWell: (when) => `none damaged or missing, last read ${when}`,
    filesNever: 'never verified',
    stale: (account) => `${account} has had no good sync for long`,
    failing: (account) => `${account} cannot be synced`,
    login: (account) => `${account} wants you to sign in`,
    archive: 'The archive',
    indexed: 'Searchable',
    coverage: (indexed, messages) => `${n(indexed)} of ${n(messages)} messages with all their text`,
    partly: (count) => `${n(count)} only partly`,
    behind: (size) => `${size} of the journal not yet in it`,
    files: 'Files',
    disk: 'Disk',
    used: (bytes) => `${bytes} used`,
    free: (bytes) => `${bytes} free`,
    perMonth: 'Month by month',
    messagesPerMonth: 'Messages',
    bytesPerMonth: 'Size',
    month: 'Month',
    messagesColumn: 'Messages',
    bytesColumn: 'Size',
    asTable: 'As a table',
    chartText: (months, most) => `${n(months)} months; the most in one: ${most}`,
  },
  zh: {
    title: '状态',
    well: '一切正常',
    untried: '还没有收取过邮件',
    wellText: (messages, accounts) =>
      `${accounts === 0 ? '' : `${n(accounts)} 个账户，`}保存了 ${n(messages)} 封邮件。`,
    troubles: (count) => `有 ${n(count)} 件事需要您处理`,
    accounts: '账户',
    states: {
      ok: '正常',
      stale: '迟了',
      failing: '失败',
      never: '尚未同步',
      login: '需要您登录',
      removed: '已不在配置中',
    },
    lastGood: '最近成功同步',
    never: '从未',
    stored: '已保存',
    pending: '等待',
    poisoned: '多次失败',
    next: '下次运行',
    notScheduled: '无',
    running: (done, total) => `正在进行：${done} / ${total}`,
    starting: '正在进行：询问服务器',
    syncNow: '立即同步',
    syncAll: '全部立即同步',
    syncs: '同步已经开始。',
    untold: (why) => `上次告警没有通知到任何人：告警命令 ${why}`,
    noService: '服务没有运行。',
    noServiceText: '在 `mailkeep daemon` 运行之前，不会收取或发送邮件；已保存的邮件可以阅读。',
    serviceSince: (when) => `服务${when}启动。`,
    waiting: (messages, until) => `${n(messages)} 封邮件等到 ${until}：`,
    unfetched: (count) => `${n(count)} 封邮件没有保存：原因`,
    attempts: (count, next) => `已试 ${n(count)} 次，${next}再试`,
    moreUnfetched: (count) => `还有 ${n(count)} 封：\`mailkeep status --pending\` 可列出`,
    proved: (when, messages) => `${when}核对完整：服务器上的 ${n(messages)} 封邮件都在。`,
    unproved: (when, missing, changed, damaged, unread) =>
      `${when}核对不完整：缺 ${n(missing)} 封，变 ${n(changed)} 封，坏 ${n(damaged)} 封${unread === 0 ? '' : `，${n(unread)} 个文件夹未能读取`}。`,
    proofFailed: (when) => `${when}的核对没有完成：`,
    damagedFiles: (count) => `${n(count)} 个已存文件损坏`,
    missingFiles: (count) => `${n(count)} 个已存文件缺失`,
    filesWell: (when) => `没有损坏或缺失，${when}检查过`,
    filesNever: '尚未检查',
    stale: (account) => `${account} 很久没有成功同步`,
    failing: (account) => `${account} 无法同步`,
    login: (account) => `${account} 需要您登录`,
    archive: '邮件库',
    indexed: '可搜索',
    coverage: (indexed, messages) => `${n(messages)} 封邮件中 ${n(indexed)} 封全文可搜`,
    partly: (count) => `${n(count)} 封只有部分`,
    behind: (size) => `日志中有 ${size} 尚未进入索引`,
    files: '文件',
    disk: '磁盘',
    used: (bytes) => `已用 ${bytes}`,
    free: (bytes) => `剩余 ${bytes}`,
    perMonth: '逐月',
    messagesPerMonth: '邮件数',
    bytesPerMonth: '大小',
    month: '月份',
    messagesColumn: '邮件数',
    bytesColumn: '大小',
    asTable: '以表格显示',
    chartText: (months, most) => `${n(months)} 个月；单月最多 ${most}`,
  },
};
