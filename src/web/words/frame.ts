// PURE: the words around every page, and those of pages that say one thing.
import type { Language } from '../language.ts';

/** Head, foot and plain pages. */
export interface FrameWords {
  readonly skip: string;
  readonly search: string;
  readonly hint: string;
  readonly help: string;
  readonly pages: string;
  readonly mail: string;
  readonly outbox: string;
  readonly status: string;
  readonly signOut: string;
  readonly language: string;
  readonly theme: string;
  readonly themes: { readonly auto: string; readonly light: string; readonly dark: string };
  readonly back: string;
  readonly notFound: string;
  readonly notFoundText: string;
  readonly failed: string;
  readonly notReady: string;
  readonly damaged: string;
  readonly internal: string;
  readonly close: string;
  /** Less than a minute ago. */
  readonly justNow: string;
}

export const frameWords: Readonly<Record<Language, FrameWords>> = {
  en: {
    skip: 'Skip to the content',
    search: 'Search the mail',
    hint: 'Search: words, from:anna, has:attachment, after:2024',
    help: 'How to search',
    pages: 'Pages',
    mail: 'Mail',
    outbox: 'Outbox',
    status: 'Status',
    signOut: 'Sign out',
    language: 'Language',
    theme: 'Appearance',
    themes: { auto: 'As the system', light: 'Light', dark: 'Dark' },
    back: 'Back to the mail',
    notFound: 'Nothing lies here',
    notFoundText: 'There is no such page, or no such message. Perhaps the address was cut short.',
    failed: 'That did not work',
    notReady: 'The archive is not ready yet',
    damaged: 'The archive cannot be read',
    internal: 'An error of mailkeep itself. Its log says more.',
    close: 'Close',
    justNow: 'just now',
  },
  zh: {
    skip: '跳到正文',
    search: '搜索邮件',
    hint: '搜索：关键词、发件人:王、有:附件、之后:2024',
    help: '怎样搜索',
    pages: '页面',
    mail: '邮件',
    outbox: '发件箱',
    status: '状态',
    signOut: '退出登录',
    language: '语言',
    theme: '外观',
    themes: { auto: '跟随系统', light: '浅色', dark: '深色' },
    back: '返回邮件',
    notFound: '这里什么也没有',
    notFoundText: '没有这个页面，或者没有这封邮件。也许地址被截断了。',
    failed: '没有成功',
    notReady: '邮件库还没有准备好',
    damaged: '邮件库无法读取',
    internal: 'mailkeep 自身出错，详情见日志。',
    close: '关闭',
    justNow: '刚刚',
  },
};
