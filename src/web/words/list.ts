// PURE: the words of the search and its list.
import { amount as n } from '../../runtime/amount.ts';
import type { Language } from '../language.ts';

/** Search and list. */
export interface ListWords {
  readonly title: string;
  readonly messages: (count: number) => string;
  readonly range: (from: number, to: number, total: number) => string;
  readonly noSubject: string;
  readonly noSender: string;
  readonly noDate: string;
  readonly gone: string;
  readonly flagged: string;
  readonly unread: string;
  readonly withFiles: (count: number) => string;
  readonly order: string;
  readonly newest: string;
  readonly relevance: string;
  readonly newer: string;
  readonly older: string;
  readonly before: string;
  readonly after: string;
  readonly paging: string;
  readonly filters: string;
  readonly showFilters: string;
  readonly counting: string;
  readonly accounts: string;
  readonly folders: string;
  readonly years: string;
  readonly people: string;
  readonly attachments: string;
  readonly with: string;
  readonly without: string;
  readonly undated: string;
  readonly more: (count: number) => string;
  readonly remove: (term: string) => string;
  /** The index is being made anew. */
  readonly stillReading: (count: number) => string;
  readonly nothing: string;
  readonly nothingText: string;
  readonly allMail: string;
  readonly empty: string;
  readonly emptyText: string;
  readonly mistake: string;
  readonly mistakeText: string;
}

export const listWords: Readonly<Record<Language, ListWords>> = {
  en: {
    title: 'Mail',
    messages: (count) => `${n(count)} ${count === 1 ? 'message' : 'messages'}`,
    range: (from, to, total) => `${n(from)} to ${n(to)} of ${n(total)}`,
    noSubject: '(no subject)',
    noSender: '(no sender)',
    noDate: 'no date',
    gone: 'gone from the server',
    flagged: 'flagged',
    unread: 'unread',
    withFiles: (count) => (count === 1 ? '1 attachment' : `${n(count)} attachments`),
    order: 'Order',
    newest: 'Newest first',
    relevance: 'Best first',
    newer: 'Newer',
    older: 'Older',
    before: 'Back',
    after: 'More',
    paging: 'Further pages',
    filters: 'Filters',
    showFilters: 'Show the filters',
    counting: 'Counting…',
    accounts: 'Account',
    folders: 'Folder',
    years: 'Year',
    people: 'From',
    attachments: 'Attachments',
    with: 'With attachments',
    without: 'Without',
    undated: 'Without a date',
    more: (count) => `${n(count)} more`,
    remove: (term) => `Take out ${term}`,
    stillReading: (count) =>
      `The text of ${n(count)} ${count === 1 ? 'message' : 'messages'} is still being read: words in ${count === 1 ? 'it' : 'them'} are not found yet.`,
    nothing: 'Nothing found',
    nothingText:
      'No message has all of that. Fewer words find more; an asterisk finds words that go on: invo*.',
    allMail: 'All mail',
    empty: 'No mail yet',
    emptyText: 'The archive is empty. It fills at the next sync.',
    mistake: 'This search has a mistake',
    mistakeText: 'Change it in the box above. The card behind the question mark tells how to search.',
  },
  zh: {
    title: '邮件',
    messages: (count) => `${n(count)} 封邮件`,
    range: (from, to, total) => `第 ${n(from)}–${n(to)} 封，共 ${n(total)} 封`,
    noSubject: '（无主题）',
    noSender: '（无发件人）',
    noDate: '无日期',
    gone: '服务器上已不在',
    flagged: '星标',
    unread: '未读',
    withFiles: (count) => `${n(count)} 个附件`,
    order: '排序',
    newest: '最新在前',
    relevance: '最相关在前',
    newer: '较新',
    older: '较早',
    before: '上一页',
    after: '下一页',
    paging: '翻页',
    filters: '筛选',
    showFilters: '显示筛选',
    counting: '正在统计……',
    accounts: '账户',
    folders: '文件夹',
    years: '年份',
    people: '发件人',
    attachments: '附件',
    with: '有附件',
    without: '无附件',
    undated: '无日期',
    more: (count) => `还有 ${n(count)} 项`,
    remove: (term) => `去掉 ${term}`,
    stillReading: (count) => `还有 ${n(count)} 封邮件的文字正在读取，其中的词暂时找不到。`,
    nothing: '没有找到',
    nothingText: '没有邮件符合全部条件。词越少，找到的越多；invo* 可以找到以此开头的词。',
    allMail: '全部邮件',
    empty: '还没有邮件',
    emptyText: '邮件库是空的，下次同步后就会有邮件。',
    mistake: '这个搜索有错误',
    mistakeText: '请在上面的搜索框里修改。问号里的卡片说明怎样搜索。',
  },
};
