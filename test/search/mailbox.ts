// A few hundred messages by chance, English and Chinese, and an index of them: what the search tests ask questions of.
import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import type { Entry } from '../../src/archive/entry.ts';
import { commit } from '../../src/index/commit.ts';
import { openIndex } from '../../src/index/database.ts';
import type { Index } from '../../src/index/database.ts';
import type { Document } from '../../src/index/document.ts';
import { tokens } from '../../src/index/text.ts';
import type { MessageId, Uid, Uidl, UidValidity } from '../../src/model/ids.ts';
import { chance } from '../support/random.ts';
import type { Chance } from '../support/random.ts';

/** A place, as the tests think of it. */
export interface MadePlace {
  readonly account: string;
  readonly folder: string;
  /** POP3 where it is null. */
  readonly uid: number | null;
  readonly flags: readonly string[];
  readonly gone: boolean;
}

/** A message, as the tests think of it: fields in clear. */
export interface Made {
  readonly id: MessageId;
  readonly date: number | null;
  readonly size: number;
  readonly fields: {
    readonly [Field in 'subject' | 'sender' | 'recipients' | 'cc' | 'bcc' | 'files' | 'body']: string;
  };
  readonly msgid: string;
  readonly list: string | null;
  readonly attachments: readonly { name: string; type: string; size: number }[];
  readonly places: readonly MadePlace[];
}

const WORDS = (
  'invoice Invoice INVOICES report meeting budget café naïve tax Berlin mail.qq.com SO-2024-0001 anna@example.com ' +
  'e-mail 2024 Ｉnvoice ok🤣 发票 發票 增值税 您好 請查收 附件 会议，纪要 数据\n分析 報告 的 人工智能 重跑gen-itgc后 ﾊﾟｽﾜｰﾄ ' +
  'パスワード 확인 한국어 𠮷野家 OR AND NOT NEAR " * : ^ ( ) - + { } \' "" 100% a_b \\ \0'
).split(' ');
const PEOPLE = [
  'Anna <anna@example.com>',
  '张三 <zhang@qq.com>',
  '李四 <li.si@163.com>',
  'Ben Müller <ben@mail.example.org>',
];
const FILES = [
  { name: '发票2024.pdf', type: 'application/pdf', size: 10 },
  { name: 'photo.PNG', type: 'image/png', size: 20 },
  { name: '报告.docx', type: 'application/octet-stream', size: 30 },
  { name: '', type: 'image/jpeg', size: 5 },
];
const FLAGS = ['\\Seen', '\\Flagged', '\\Answered', '\\Draft', 'Work', '重要'];
const PLACES = [
  { account: 'qq', folder: 'INBOX', imap: true },
  { account: 'qq', folder: '其他文件夹/發票', imap: true },
  { account: 'gmail', folder: 'INBOX', imap: true },
  { account: 'gmail', folder: 'Work', imap: true },
  { account: 'pop', folder: 'INBOX', imap: false },
];
const NOW = Date.UTC(2025, 5, 15, 12);
const DAY = 86_400_000;

/** Moments at which what the tests ask for begins or ends, and the last before each. */
const BOUNDS = [
  Date.UTC(2024, 0),
  Date.UTC(2024, 4),
  Date.UTC(2025, 0),
  Date.UTC(2024, 11, 25),
  NOW - 30 * DAY,
].flatMap((moment) => [moment, moment - 1]);

/** The time at which the tests search. */
export const SEARCHED_AT: number = NOW;

/** `count` messages, the same for the same seed. */
export function makeMessages(seed: number, count: number): Made[] {
  const by = chance(seed);
  return Array.from({ length: count }, (_, index) => makeMessage(by, index));
}

function makeMessage(by: Chance, index: number): Made {
  const text = (most: number): string =>
    Array.from({ length: by.upTo(most + 1) }, () => by.of(WORDS)).join(
      by.often(50) ? ' ' : by.often(50) ? '，' : '',
    );
  const attachments = by.often(30) ? [by.of(FILES), ...(by.often(30) ? [by.of(FILES)] : [])] : [];
  const places = placesByChance(by, index);
  return {
    id: createHash('sha256').update(`message ${index}`).digest('hex') as MessageId,
    date: by.often(5) ? null : by.often(5) ? by.of(BOUNDS) : NOW - by.upTo(900) * DAY - by.upTo(DAY),
    size: by.of([100, 1024, 10_240, 2_000_000, 5_000_000]),
    fields: {
      subject: text(4),
      sender: by.of(PEOPLE),
      recipients: by.of(PEOPLE),
      cc: by.often(30) ? by.of(PEOPLE) : '',
      bcc: by.often(10) ? by.of(PEOPLE) : '',
      files: attachments.map(({ name }) => name).join(' '),
      body: text(30),
    },
    msgid: `m${index}@example.com`,
    list: by.often(10) ? 'Dev list <dev.example.org>' : null,
    attachments,
    places,
  };
}

/** Places in which the message of this number may lie: one at least. */
export function placesByChance(by: Chance, index: number): MadePlace[] {
  const places = PLACES.filter(() => by.often(30)).map(({ account, folder, imap }) => ({
    account,
    folder,
    uid: imap ? index + 1 : null,
    flags: imap ? FLAGS.filter(() => by.often(40)) : [],
    gone: by.often(20),
  }));
  const last = { account: 'pop', folder: 'INBOX', uid: null, flags: [], gone: false };
  return places.length === 0 ? [last] : places;
}

/** An index of these messages below `data`, made as receiving makes it. */
export function indexOf(
  data: string,
  messages: readonly Made[],
  documents: readonly Document[] = messages.map(documentFrom),
): Index {
  const db = openIndex(data, 'write');
  commit(db, { account: 'all', entries: [], documents, offset: 0 });
  for (const account of ['qq', 'gmail', 'pop']) {
    const entries = messages.flatMap((made) =>
      made.places.filter((place) => place.account === account).flatMap((place) => entriesOf(made, place)),
    );
    commit(db, { account, entries, documents: [], offset: 0 });
  }
  return db;
}

function documentFrom(made: Made): Document {
  const { subject, sender, recipients, cc, bcc, files, body } = made.fields;
  return {
    id: made.id,
    path: `undated/${made.id}.eml`,
    size: made.size,
    date: made.date,
    subject,
    sender,
    recipients,
    cc,
    bcc,
    msgid: made.msgid,
    parent: null,
    refs: null,
    list: made.list,
    attachments: made.attachments,
    body: deflateRawSync(body),
    fts: {
      subject: tokens(subject),
      sender: tokens(sender),
      recipients: tokens(recipients),
      cc: tokens(cc),
      bcc: tokens(bcc),
      files: tokens(files),
      body: tokens(body),
    },
    state: 'full',
    reason: null,
  };
}

function entriesOf(made: Made, place: MadePlace): Entry[] {
  const at = new Date(NOW).toISOString();
  const key =
    place.uid === null
      ? { folder: place.folder, uidl: made.id.slice(0, 20) as Uidl }
      : { folder: place.folder, validity: 1 as UidValidity, uid: place.uid as Uid };
  const seen = {
    op: 'seen',
    ...key,
    id: made.id,
    path: `undated/${made.id}.eml`,
    size: made.size,
    received: null,
    flags: place.flags,
    at,
  } as const;
  return place.gone ? [seen, { op: 'gone', ...key, at }] : [seen];
}
