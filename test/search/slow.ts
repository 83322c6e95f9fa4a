// The search once more, slow and obviously right: random questions, and a look at every message for each.
import { fold } from '../../src/index/text.ts';
import type { Chance } from '../support/random.ts';
import { SEARCHED_AT } from './mailbox.ts';
import type { Made, MadePlace } from './mailbox.ts';

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

const CJK = '\\p{sc=Han}\\p{sc=Hira}\\p{sc=Kana}\\p{sc=Hang}\\p{sc=Bopo}ー';
const WORD = new RegExp(`[${CJK}]|(?:(?![${CJK}])[\\p{L}\\p{N}])+`, 'gu');

/** The words of a text, CJK characters one by one. */
export function wordsOf(text: string): string[] {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const words = fold(text).match(WORD) ?? [];
  cache.set(text, words);
  return words;
}

const cache = new Map<string, string[]>();

/** True where `needle` stands in `text`, word by word; with `prefix` the last one may go on. */
export function stands(text: string, needle: string, prefix: boolean = false): boolean {
  const hay = wordsOf(text);
  const words = wordsOf(needle);
  return hay.some((_, at) =>
    words.every((word, i) => {
      const found = hay[at + i];
      return found === word || (prefix && i === words.length - 1 && found?.startsWith(word) === true);
    }),
  );
}

const TEXTS =
  (
    'invoice INVOICE invo* report cafe CAFÉ naive tax Müller muller example qq.com mail.qq.com SO-2024-0001 so-2024* ' +
    'anna@example.com 2024 ok 发票 發票 票 发* 增值税 值 您好请 附件 会议纪要 数据 数据分析 报告 的 人工智能 智能发 gen itgc 重跑gen ' +
    'パスワード ﾊﾟｽ 확인 국 𠮷 pdf photo "tax report" "发票 invoice" "invoice 发票"* "OR" "not near" NEAR 张三 zhang'
  ).match(/"[^"]*"\*?|\S+/g) ?? [];

const FIELDS = {
  subject: 'subject',
  from: 'sender',
  to: 'recipients',
  cc: 'cc',
  bcc: 'bcc',
  filename: 'files',
  body: 'body',
} as const;

function textQuestion(by: Chance): Question {
  const typed = by.of(TEXTS);
  const prefix = typed.endsWith('*');
  const needle = typed.replaceAll(/["*]/g, ' ');
  if (by.often(60))
    return {
      typed,
      holds: ({ fields }) => Object.values(fields).some((text) => stands(text, needle, prefix)),
    };
  const field = by.of(Object.keys(FIELDS) as (keyof typeof FIELDS)[]);
  return { typed: `${field}:${typed}`, holds: ({ fields }) => stands(fields[FIELDS[field]], needle, prefix) };
}

function place(typed: string, holds: (at: MadePlace) => boolean, folder = false): Question {
  return { typed, place: { folder, holds, gone: false }, holds: ({ places }) => places.some(holds) };
}

const DAY = 86_400_000;
const dated = (holds: (date: number) => boolean) => (message: Made) =>
  message.date !== null && holds(message.date);
const flagged = (flag: string) => (at: MadePlace) => at.flags.includes(flag);
const imap = (at: MadePlace): boolean => at.uid !== null;

const CONDITIONS: readonly Question[] = [
  place('in:inbox', ({ folder }) => folder === 'INBOX', true),
  place('in:work', ({ folder }) => folder === 'Work', true),
  place('in:其他文件夹/发票', ({ folder }) => folder.startsWith('其他'), true),
  place('in:*发*', ({ folder }) => folder.startsWith('其他'), true),
  place('in:nowhere', () => false, true),
  place('account:qq', ({ account }) => account === 'qq'),
  place('账户：pop', ({ account }) => account === 'pop'),
  place('label:work', (at) => flagged('Work')(at) || at.folder === 'Work'),
  place('标签:重要', flagged('重要')),
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
  { typed: 'larger:1M', holds: ({ size }) => size > 1_048_576 },
  { typed: 'smaller:10k', holds: ({ size }) => size < 10_240 },
  { typed: 'list:DEV.example', holds: ({ list }) => list !== null },
  { typed: 'msgid:<m7@example.com>', holds: ({ msgid }) => msgid === 'm7@example.com' },
];

/** A question by chance, `depth` levels deep at most. */
export function question(by: Chance, depth: number): Question {
  if (depth === 0 || by.often(25)) return by.often(65) ? textQuestion(by) : by.of(CONDITIONS);
  if (by.often(25)) return negated(by, question(by, depth - 1));
  const parts = Array.from({ length: 2 + by.upTo(2) }, () => question(by, depth - 1));
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
