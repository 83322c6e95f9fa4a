// PURE: why not all of a message could be read, in Chinese: as the index says of it, and as whoever opens it is told.
import { said, type Saying } from './sayings.ts';

/** How a message is named by an attachment of it that was not read: by up to ten names. */
const NOT_ALL = 'the text of an attachment is not all here';

/** The first that fits counts. */
// prettier-ignore
export const UNREAD: readonly Saying[] = [
  said(String.raw`${NOT_ALL}: ([^(]+) \((.+) and (\d+) more\)`, '有附件的文字不全：{1}（$2 等，另有 $3 个）'),
  said(String.raw`${NOT_ALL}: ([^(]+) \((.+)\)`, '有附件的文字不全：{1}（$2）'),
  said(`${NOT_ALL}: (.+)`, '有附件的文字不全：{1}'),
  said('it is encrypted', '已加密'),
  said('it is damaged, or not what it claims to be', '已损坏，或者与它声称的类型不符'),
  said('it is too large', '太大'),
  said('it holds more text than is indexed', '文字比索引的上限多'),
  said('it is nested too deep', '嵌套太深'),
  said('the message has too many', '这封邮件的附件太多'),
  said('it comes behind one that could not be read', '排在一个无法读取的附件之后'),
  said('a header block is longer than 1 MB', '邮件头超过 1 MB'),
  said('reading it took too much memory', '读取它占用的内存太多'),
  said('reading it took longer than it may', '读取它用的时间太长'),
  said('reading it failed: (.+)', '读取失败：{1}'),
  said('it could not be read: (.+)', '无法读取：{1}'),
  said('its reader could not start', '读取程序无法启动'),
  said('its reader ended unexpectedly', '读取程序意外结束'),
  said('its text is being read', '文字正在读取'),
  said('this message cannot be taken apart: (.+)', '这封邮件无法拆分：{1}'),
  said('this message has no HTML', '这封邮件没有 HTML'),
  said('this message has no attachments', '这封邮件没有附件'),
  said(String.raw`there is no attachment (\d+)`, '没有第 $1 个附件'),
  said('"(.*)" is not an id: .+', '“$1”不是编号：编号是 8 到 64 位的 0–9 和 a–f'),
  said('no message has an id that begins with (.+)', '没有邮件的编号以 $1 开头'),
  said('more than one message has an id that begins with (.+)', '不止一封邮件的编号以 $1 开头'),
];
