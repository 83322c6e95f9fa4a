// PURE: what commands say of the archive and the service beside their answer (`reindex`, `folders`, `reload`, `web`), in English and
// in Chinese.
import type { Changes } from '../service/changes.ts';
import type { Language } from '../web/language.ts';
import { amount as n } from '../runtime/amount.ts';
import { count } from './words.ts';

/** The words of one language. */
export interface ArchiveWords {
  readonly messages: (amount: number) => string;
  readonly indexed: (messages: number, before: number) => string;
  readonly behind: (size: string) => string;
  readonly unread: (messages: number) => string;
  readonly folder: Readonly<Record<'label' | 'kept' | 'left', string>>;
  readonly asBefore: string;
  readonly changes: Readonly<Record<keyof Changes, string>>;
  readonly ctrlC: string;
}

const EN: ArchiveWords = {
  messages: (amount) => count(amount, 'message'),
  indexed: (messages, before) =>
    `${count(messages, 'message')} indexed${before > 0 ? `, ${before} of them before` : ''}`,
  behind: (size) => `the index lags behind (${size} of the journals): what was stored last may be left out`,
  unread: (messages) =>
    `the text of ${count(messages, 'message')} waits to be read: words in them are not found yet (\`mailkeep status\`)`,
  folder: { label: 'label', kept: 'kept', left: 'left' },
  asBefore: 'the accounts are as they were',
  changes: {
    added: 'added: ',
    changed: 'changed: ',
    removed: 'removed: ',
    restart: 'waits for a restart of the service: ',
  },
  ctrlC: 'Ctrl-C ends it.',
};

const ZH: ArchiveWords = {
  messages: (amount) => `${n(amount)} 封`,
  indexed: (messages, before) =>
    `已索引 ${n(messages)} 封邮件${before > 0 ? `，其中 ${n(before)} 封此前已完成` : ''}`,
  behind: (size) => `索引尚未跟上（日志还有 ${size}）：最近存入的邮件可能没有包括在内`,
  unread: (messages) => `${n(messages)} 封邮件的正文还没有读完：其中的词暂时搜不到（\`mailkeep status\`）`,
  folder: { label: '标签', kept: '收取', left: '不收' },
  asBefore: '账户没有变化',
  changes: { added: '新增：', changed: '修改：', removed: '移除：', restart: '需要重启服务才生效：' },
  ctrlC: '按 Ctrl-C 结束。',
};

export const archiveWords: Readonly<Record<Language, ArchiveWords>> = { en: EN, zh: ZH };
