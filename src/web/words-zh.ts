// PURE: the page in simplified Chinese.
import type { Words } from './words.ts';

export const chinese: Words = {
  language: 'zh',
  tag: 'zh-CN',
  search: '搜索',
  searchHint: '关键词、发件人:anna、有:附件、之后:2024 ……',
  mail: '邮件',
  skip: '跳到正文',
  messages: (count) => `${count.toLocaleString('zh-CN')} 封邮件`,
  nothingFound: '没有找到邮件',
  noSubject: '（无主题）',
  from: '发件人',
  to: '收件人',
  date: '日期',
  attachments: '附件',
  notFound: '找不到',
  notFoundText: '没有这个页面，或没有这封邮件。',
  back: '返回邮件列表',
  switchTo: 'English',
};
