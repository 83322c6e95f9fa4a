// The search once more, slow and obviously right: random questions, and a look at every message for each.
import type { Chance } from '../support/random.ts';
import { SEARCHED_AT } from './mailbox.ts';
import type { Made, MadePlace } from './mailbox.ts';
import { stands } from './plain.ts';

/** A question: how a person types it, and which messages answer it. */
export interface Question {
  readonly typed: string;
  readonly holds: (message: Made) => boolean;
  /** A condition on places: side by side, several of them speak of one place. */
  readonly place?: {
    readonly folder: boolean;
    readonly holds: (place: MadePlace) => boolean;
    readonly gone: boolean;
  };
  /** What an AND joins; an AND within an AND is the same AND. */
  readonly parts?: readonly Question[];
}

/** What questions are put together from. */
export interface Wishes {
  readonly texts: readonly string[];
  readonly conditions: readonly Question[];
}

const TEXTS =
  (
    'invoice INVOICE invo* report cafe CAFÉ naive tax Müller muller example qq.com mail.qq.com SO-2024-0001 so-2024* ' +
    'anna@example.com 2024 ok ＯＫ 发票 發票 票 发* 增值税 增值稅 值 您好请 附件 会议纪要 会议，纪要 数据 数据分析 報告 报告 的 ' +
    '人工智能 智能发 gen itgc 重跑gen e-mail E－MAIL パスワード ﾊﾟｽ パ* 확인 국 한* 𠮷 𠮷野 pdf photo 100% a_b ' +
    '"tax report" "发票 invoice" "invoice 发票"* "OR" "not near" NEAR 张三 zhang “李四” "报告 的" <ben@mail.example.org>'
  ).match(/"[^"]*"\*?|\S+/g) ?? [];

/** Names of a field, and what it looks at. */
const FIELDS: readonly (readonly [names: string, field: keyof Made['fields']])[] = [
  ['subject: Subject: 主题: 主題： 标题:', 'subject'],
  ['from: 发件人: 發件人：', 'sender'],
  ['to: TO: 收件人：', 'recipients'],
  ['cc: 抄送:', 'cc'],
  ['bcc: 密送:', 'bcc'],
  ['filename: 附件名:', 'files'],
  ['body: 正文：', 'body'],
];

function textQuestion(by: Chance, texts: readonly string[]): Question {
  const typed = by.of(texts);
  const prefix = typed.endsWith('*');
  const needle = typed.replaceAll(/["*“”]/g, ' ');
  if (by.often(60))
    return remembered(typed, ({ fields }) =>
      Object.values(fields).some((text) => stands(text, needle, prefix)),
    );
  const [names, field] = by.of(FIELDS);
  return remembered(by.of(names.split(' ')) + typed, ({ fields }) => stands(fields[field], needle, prefix));
}

/** Every message is looked at for every question, but for the same words only once. */
function remembered(typed: string, holds: Question['holds']): Question {
  const answers = known.get(typed) ?? new WeakMap<Made, boolean>();
  known.set(typed, answers);
  return {
    typed,
    holds: (message) => {
      const answer = answers.get(message) ?? holds(message);
      answers.set(message, answer);
      return answer;
    },
  };
}

const known = new Map<string, WeakMap<Made, boolean>>();

function place(typed: string, holds: (at: MadePlace) => boolean, folder = false): Question {
  return { typed, place: { folder, holds, gone: false }, holds: ({ places }) => places.some(holds) };
}

const DAY = 86_400_000;
const dated = (holds: (date: number) => boolean) => (message: Made) =>
  message.date !== null && holds(message.date);
const flagged = (flag: string) => (at: MadePlace) => at.flags.includes(flag);
const imap = (at: MadePlace): boolean => at.uid !== null;

/** Conditions on places, and on all else that a message says beside its words. */
export const CONDITIONS: readonly Question[] = [
  place('in:inbox', ({ folder }) => folder === 'INBOX', true),
  place('in:work', ({ folder }) => folder === 'Work', true),
  place('in:其他文件夹/发票', ({ folder }) => folder.startsWith('其他'), true),
  place('in:*发*', ({ folder }) => folder.startsWith('其他'), true),
  place('in:nowhere', () => false, true),
  place('文件夹："其他文件夹/发票"', ({ folder }) => folder.startsWith('其他'), true),
  place('in:ＩＮＢＯＸ', ({ folder }) => folder === 'INBOX', true),
  place('account:QQ', ({ account }) => account === 'qq'),
  place('账户：pop', ({ account }) => account === 'pop'),
  place('label:work', (at) => flagged('Work')(at) || at.folder === 'Work'),
  place('标签:重要', flagged('重要')),
  place('is:未读', (at) => imap(at) && !flagged('\\Seen')(at)),
  place('是:星标', flagged('\\Flagged')),
  place('is:unread', (at) => imap(at) && !flagged('\\Seen')(at)),
  place('is:read', flagged('\\Seen')),
  place('is:flagged', flagged('\\Flagged')),
  place('is:answered', flagged('\\Answered')),
  place('is:draft', flagged('\\Draft')),
  {
    typed: 'is:gone',
    place: { folder: false, holds: () => true, gone: true },
    holds: ({ places }) => places.every(({ gone }) => gone),
  },
  { typed: 'has:attachment', holds: ({ attachments }) => attachments.length > 0 },
  { typed: 'type:pdf', holds: ({ attachments }) => attachments.some(({ name }) => name.endsWith('.pdf')) },
  {
    typed: 'type:image',
    holds: ({ attachments }) => attachments.some(({ type }) => type.startsWith('image/')),
  },
  { typed: 'type:png', holds: ({ attachments }) => attachments.some(({ type }) => type === 'image/png') },
  { typed: 'type:docx', holds: ({ attachments }) => attachments.some(({ name }) => name.endsWith('.docx')) },
  { typed: 'before:2024', holds: dated((date) => date < Date.UTC(2024, 0)) },
  { typed: 'after:2024-05', holds: dated((date) => date >= Date.UTC(2024, 4)) },
  { typed: 'on:2024', holds: dated((date) => new Date(date).getUTCFullYear() === 2024) },
  { typed: '日期:2024年2月', holds: dated((date) => new Date(date).toISOString().startsWith('2024-02')) },
  { typed: 'on:2024-12-24', holds: dated((date) => new Date(date).toISOString().startsWith('2024-12-24')) },
  { typed: 'after:30d', holds: dated((date) => date >= SEARCHED_AT - 30 * DAY) },
  { typed: 'before:6m', holds: dated((date) => date < Date.UTC(2024, 11, 15, 12)) },
  { typed: '之后：2025年', holds: dated((date) => date >= Date.UTC(2025, 0)) },
  { typed: '之前:2025/01/31', holds: dated((date) => date < Date.UTC(2025, 0, 31)) },
  { typed: 'after:1y', holds: dated((date) => date >= Date.UTC(2024, 5, 15, 12)) },
  { typed: 'before:2w', holds: dated((date) => date < SEARCHED_AT - 14 * DAY) },
  { typed: 'on:7d', holds: dated((date) => new Date(date).toISOString().startsWith('2025-06-08')) },
  { typed: '有:附件', holds: ({ attachments }) => attachments.length > 0 },
  { typed: '类型:PDF', holds: ({ attachments }) => attachments.some(({ name }) => name.endsWith('.pdf')) },
  { typed: '大于:1.5M', holds: ({ size }) => size > 1_572_864 },
  { typed: '小于：100', holds: ({ size }) => size < 100 },
  { typed: 'smaller:1025', holds: ({ size }) => size < 1025 },
  { typed: 'list:ｄｅｖ', holds: ({ list }) => list !== null },
  { typed: '邮件列表:"DEV LIST"', holds: ({ list }) => list !== null },
  { typed: 'list:nothing', holds: () => false },
  { typed: 'msgid:M7@example.com', holds: () => false },
  { typed: 'msgid:m12@example.com', holds: ({ msgid }) => msgid === 'm12@example.com' },
  { typed: 'larger:1M', holds: ({ size }) => size > 1_048_576 },
  { typed: 'smaller:10k', holds: ({ size }) => size < 10_240 },
  { typed: 'list:DEV.example', holds: ({ list }) => list !== null },
  { typed: 'msgid:<m7@example.com>', holds: ({ msgid }) => msgid === 'm7@example.com' },
];

/** What is asked for, of the messages that the tests make: words and phrases as typed, and conditions. */
const MADE: Wishes = { texts: TEXTS, conditions: CONDITIONS };

/** A question by chance, `depth` levels deep at most. */
export function question(by: Chance, depth: number, wishes: Wishes = MADE): Question {
  const { texts, conditions } = wishes;
  if (depth === 0 || by.often(25)) return by.often(65) ? textQuestion(by, texts) : by.of(conditions);
  if (by.often(25)) return negated(by, question(by, depth - 1, wishes));
  const parts = Array.from({ length: 2 + by.upTo(2) }, () => question(by, depth - 1, wishes));
  return by.often(55) ? all(parts) : any(parts);
}

function grouped({ typed }: Question): string {
  return /\s/.test(typed) ? `(${typed})` : typed;
}

function negated(by: Chance, part: Question): Question {
  const typed = by.often(30) || part.typed.startsWith('-') ? `NOT ${grouped(part)}` : `-${grouped(part)}`;
  return { typed, holds: (message) => !part.holds(message) };
}

function any(parts: readonly Question[]): Question {
  return {
    typed: parts.map(grouped).join(' OR '),
    holds: (message) => parts.some((part) => part.holds(message)),
  };
}

function all(parts: readonly Question[]): Question {
  const flat = parts.flatMap((part) => part.parts ?? [part]);
  return { typed: parts.map(grouped).join(' '), parts: flat, holds: (message) => holdsAll(flat, message) };
}

/** Conditions on places hold of one place together; each `in:` is a place of its own, under the others. */
function holdsAll(parts: readonly Question[], message: Made): boolean {
  const places = parts.flatMap((part) => part.place ?? []);
  const gone = places.some((part) => part.gone);
  const rest = places.filter((part) => !part.folder);
  const folders = places.filter((part) => part.folder);
  const groups = folders.length > 0 ? folders.map((part) => [part, ...rest]) : [rest];
  return (
    parts.every((part) => part.place !== undefined || part.holds(message)) &&
    (places.length === 0 ||
      groups.every((group) => {
        const found = message.places.filter((at) => group.every((part) => part.holds(at)));
        return found.length > 0 && (!gone || found.every((at) => at.gone));
      }))
  );
}
