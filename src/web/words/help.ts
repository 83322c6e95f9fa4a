// PURE: the card that tells how to search, and the keys.
import type { Language } from '../language.ts';

/** A line of the card: what to type, and what it finds. */
export type HelpLine = readonly [typed: string, finds: string];

/** The card. */
export interface HelpWords {
  readonly title: string;
  readonly words: readonly HelpLine[];
  readonly fields: readonly HelpLine[];
  readonly keysTitle: string;
  readonly keys: readonly HelpLine[];
}

export const helpWords: Readonly<Record<Language, HelpWords>> = {
  en: {
    title: 'How to search',
    words: [
      ['invoice march', 'both words, wherever they stand'],
      ['"annual report"', 'the exact phrase'],
      ['发票', 'Chinese, Japanese and Korean: one character is enough'],
      ['invo*', 'words that begin so'],
      ['invoice OR receipt', 'one of the two'],
      ['-newsletter', 'not with this word'],
      ['(a OR b) c', 'parentheses group'],
    ],
    fields: [
      ['from:anna to:ben', 'sender, recipient; also cc: bcc:'],
      ['subject:report', 'also body: filename: list:'],
      ['has:attachment type:pdf', 'attachments'],
      ['in:INBOX account:qq', 'folder and account; also label:'],
      ['is:unread', 'also flagged, answered, draft, gone'],
      ['after:2024-05 before:7d', 'dates; 7d, 3m, 1y count back from now; also on:'],
      ['larger:2M', 'size; also smaller:'],
    ],
    keysTitle: 'Keys',
    keys: [
      ['/', 'search'],
      ['j  k', 'next, previous'],
      ['o', 'open'],
      ['u', 'back to the list'],
      ['?', 'this card'],
    ],
  },
  zh: {
    title: '怎样搜索',
    words: [
      ['发票 三月', '两个词都出现，位置不限'],
      ['"年度报告"', '完全一致的短语'],
      ['票', '中文、日文、韩文：一个字也能找到'],
      ['invo*', '以此开头的单词'],
      ['发票 OR 收据', '其中之一'],
      ['-广告', '不含此词'],
      ['(甲 OR 乙) 丙', '用括号分组'],
    ],
    fields: [
      ['发件人:王 收件人:李', '发件人、收件人；另有 抄送: 密送:'],
      ['主题:报告', '另有 正文: 附件名: 邮件列表:'],
      ['有:附件 类型:pdf', '附件'],
      ['文件夹:INBOX 账户:qq', '文件夹与账户；另有 标签:'],
      ['是:未读', '另有 星标、已回复、草稿、已消失'],
      ['之后:2024-05 之前:7d', '日期；7d、3m、1y 从现在往回算；另有 日期:'],
      ['大于:2M', '大小；另有 小于:'],
    ],
    keysTitle: '按键',
    keys: [
      ['/', '搜索'],
      ['j  k', '下一封，上一封'],
      ['o', '打开'],
      ['u', '返回列表'],
      ['?', '这张卡片'],
    ],
  },
};
