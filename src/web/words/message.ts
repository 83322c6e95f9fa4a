// PURE: the words of one message.
import type { Language } from '../language.ts';

/** One message. */
export interface MessageWords {
  readonly from: string;
  readonly to: string;
  readonly cc: string;
  readonly bcc: string;
  readonly date: string;
  readonly size: string;
  readonly messageId: string;
  readonly details: string;
  readonly views: string;
  readonly text: string;
  readonly html: string;
  readonly source: string;
  readonly download: string;
  readonly htmlFrame: string;
  readonly noText: string;
  /** `count`: at least 1. */
  blocked(count: number): string;
  readonly disarmed: string;
  readonly loadRemote: string;
  readonly remote: string;
  readonly hideRemote: string;
  readonly cut: (shown: string, size: string) => string;
  readonly partly: string;
  /** Why, as a sentence. */
  readonly because: (why: string) => string;
  readonly partlyText: string;
  readonly attachments: string;
  readonly noName: string;
  readonly quoted: string;
  readonly conversation: string;
  readonly alone: string;
  readonly goesOn: string;
  readonly bySubject: string;
  readonly places: string;
  readonly account: string;
  readonly folder: string;
  readonly key: string;
  readonly flags: string;
  readonly seen: string;
  readonly isThere: string;
  readonly imported: string;
  readonly ofOutbox: string;
  /** Flags of IMAP as a person reads them, by their names. */
  readonly flagNames: ReadonlyMap<string, string>;
  readonly goneSince: (date: string) => string;
  readonly nowhere: string;
  readonly file: string;
  readonly id: string;
  readonly restore: string;
  readonly restoreText: string;
  readonly copy: string;
  readonly copied: string;
  readonly backToList: string;
  readonly next: string;
  readonly previous: string;
  readonly around: string;
}

export const messageWords: Readonly<Record<Language, MessageWords>> = {
  en: {
    from: 'From',
    to: 'To',
    cc: 'Cc',
    bcc: 'Bcc',
    date: 'Date',
    size: 'Size',
    messageId: 'Message-ID',
    details: 'All headers',
    views: 'Views of the message',
    text: 'Text',
    html: 'As sent',
    source: 'Source',
    download: 'Download',
    htmlFrame: 'The message as it was sent',
    noText: 'This message has no text.',
    blocked: (count) =>
      `${count === 1 ? 'One thing' : `${count} things`} on other servers, such as pictures, ${count === 1 ? 'is' : 'are'} not loaded: loading would tell the sender that you read this.`,
    disarmed: 'Scripts, forms, frames or the like were taken out of it.',
    loadRemote: 'Load them this time',
    remote: 'Pictures from other servers are loaded now: their owners can see that you read this.',
    hideRemote: 'Without them',
    cut: (shown, size) => `The first ${shown} of ${size}. The download has all of it.`,
    partly: 'Not all of this message could be read for the search:',
    because: (why) => `${why}.`,
    partlyText: 'The stored file is whole: the download has every byte.',
    attachments: 'Attachments',
    noName: '(no name)',
    quoted: 'Quoted text',
    conversation: 'Conversation',
    alone: 'No other message belongs to this one.',
    goesOn: 'It goes on: only the nearest messages are shown.',
    bySubject: 'put here by its subject',
    places: 'Where it lies',
    account: 'Account',
    folder: 'Folder',
    key: 'Number',
    flags: 'Flags',
    seen: 'At the server',
    isThere: 'there',
    imported: 'imported',
    ofOutbox: 'from the outbox here',
    flagNames: new Map([
      ['\\Seen', 'read'],
      ['\\Flagged', 'flagged'],
      ['\\Answered', 'answered'],
      ['\\Draft', 'draft'],
      ['\\Deleted', 'deleted'],
    ]),
    goneSince: (date) => `gone since ${date}`,
    nowhere: 'In no account: it was imported, or its place was forgotten.',
    file: 'File',
    id: 'Id',
    restore: 'Put it back on a server',
    restoreText:
      'This command looks first whether it is there, uploads it with its date and flags, and proves it:',
    copy: 'Copy',
    copied: 'Copied',
    backToList: 'Back to the list',
    next: 'Next',
    previous: 'Previous',
    around: 'Messages before and after',
  },
  zh: {
    from: '发件人',
    to: '收件人',
    cc: '抄送',
    bcc: '密送',
    date: '日期',
    size: '大小',
    messageId: 'Message-ID',
    details: '全部邮件头',
    views: '邮件的不同显示',
    text: '文本',
    html: '原样',
    source: '源文件',
    download: '下载',
    htmlFrame: '邮件原样',
    noText: '这封邮件没有文字。',
    blocked: (count) =>
      `存放在其他服务器上的 ${count} 处内容（如图片）没有加载：加载会让发件人知道您读了这封邮件。`,
    disarmed: '其中的脚本、表单、框架之类已被去除。',
    loadRemote: '这次加载',
    remote: '正在加载其他服务器上的图片：图片的主人能看到您读了这封邮件。',
    hideRemote: '不加载',
    cut: (shown, size) => `这里是前 ${shown}，共 ${size}。下载可得到全部。`,
    partly: '搜索没能读到这封邮件的全部内容：',
    because: (why) => `${why}。`,
    partlyText: '存下的文件是完整的，下载可得到每一个字节。',
    attachments: '附件',
    noName: '（无文件名）',
    quoted: '引用的文字',
    conversation: '会话',
    alone: '没有别的邮件属于这个会话。',
    goesOn: '会话还有更多，这里只显示最近的邮件。',
    bySubject: '按主题归入',
    places: '它在哪里',
    account: '账户',
    folder: '文件夹',
    key: '编号',
    flags: '标记',
    seen: '在服务器上',
    isThere: '还在',
    imported: '导入的',
    ofOutbox: '来自本机发件箱',
    flagNames: new Map([
      ['\\Seen', '已读'],
      ['\\Flagged', '星标'],
      ['\\Answered', '已回复'],
      ['\\Draft', '草稿'],
      ['\\Deleted', '已删除'],
    ]),
    goneSince: (date) => `${date} 起不在`,
    nowhere: '不在任何账户里：它是导入的，或者位置已经忘记。',
    file: '文件',
    id: '标识',
    restore: '放回服务器',
    restoreText: '这条命令先看服务器上是否已有，再连同日期和标记上传，最后加以核对：',
    copy: '复制',
    copied: '已复制',
    backToList: '返回列表',
    next: '下一封',
    previous: '上一封',
    around: '前后的邮件',
  },
};
