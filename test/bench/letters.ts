// Messages for the search benchmark: short and long, half of them Chinese, in conversations, with senders and words as unevenly frequent
// as in real mail, over fourteen years. The same count always gives the same messages.
import { createHash } from 'node:crypto';
import type { MessageId } from '../../src/model/ids.ts';
import { chinese, english, reference, traditional } from '../support/prose.ts';
import { chance } from '../support/random.ts';
import type { Chance } from '../support/random.ts';

/** A message, in clear. */
export interface Letter {
  readonly id: MessageId;
  readonly date: number;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly msgid: string;
  readonly refs: string | null;
  readonly file: string | null;
  readonly list: string | null;
  readonly account: string;
  readonly folder: string;
  readonly flags: readonly string[];
}

const FOLDERS = [
  'INBOX',
  'INBOX',
  'INBOX',
  'Sent',
  '其他文件夹/项目',
  '其他文件夹/发票',
  'Lists',
  'Archive/2019',
  'Work',
];
const ACCOUNTS = ['qq', 'qq', '163', 'gmail', 'work'];
const FIRST = Date.UTC(2012, 0);
const YEARS = 14 * 365.25 * 86_400_000;

/** Yields `count` messages in the order in which they came. */
export function* letters(count: number): Generator<Letter> {
  const by = chance(count);
  const before: { msgid: string; refs: string; subject: string }[] = [];
  for (let at = 0; at < count; at += 1) {
    const letter = one(by, at, count, by.often(35) ? before[by.upTo(before.length)] : undefined);
    const { msgid, subject } = letter;
    const refs = `${letter.refs ?? ''} ${msgid}`.trim().split(' ').slice(-10).join(' ');
    if (before.length < 500) before.push({ msgid, refs, subject });
    else before[by.upTo(500)] = { msgid, refs, subject };
    yield letter;
  }
}

function one(by: Chance, at: number, count: number, answered?: { refs: string; subject: string }): Letter {
  const isChinese = by.often(50);
  const share = (by.upTo(1e6) / 1e6) ** 3;
  const text = isChinese ? chinese(by, 40 + 1200 * share) : english(by, 12 + Math.floor(420 * share));
  const own = isChinese ? chinese(by, 8).replaceAll('\n', '') : english(by, 5).trim();
  const subject =
    answered === undefined
      ? own
      : answered.subject.replace(/^(?:Re: |回复：)?/, isChinese ? '回复：' : 'Re: ');
  const id = createHash('sha256').update(`letter ${at} of ${count}`).digest('hex') as MessageId;
  return {
    id,
    date: Math.floor(FIRST + (at / count) * YEARS + by.upTo(3 * 86_400_000)),
    from: person(by),
    to: person(by),
    subject,
    text: `${by.often(10) ? traditional(text) : text}\n${by.often(30) ? `${reference(by)} https://example.com/${id.slice(0, 12)}` : ''}`,
    msgid: `${id.slice(0, 16)}.${at}@example.com`,
    refs: answered?.refs ?? null,
    file: by.often(20)
      ? `${isChinese ? chinese(by, 4).replaceAll('\n', '') : reference(by)}.${by.of(['pdf', 'docx', 'xlsx', 'png', 'zip'])}`
      : null,
    list: by.often(8) ? `<list${by.upTo(40)}.example.org>` : null,
    account: by.of(ACCOUNTS),
    folder: by.of(FOLDERS),
    flags: ['\\Seen', '\\Answered', '\\Flagged'].filter((_, which) => by.often([90, 15, 4][which] ?? 0)),
  };
}

function person(by: Chance): string {
  const who = Math.floor(Math.exp((by.upTo(1e9) / 1e9) * Math.log(6000)));
  const name =
    who % 2 === 0
      ? chinese(chance(who), 3).slice(0, 3).replace(/\s/g, '')
      : english(chance(who), 2).trim().replace('.', '');
  return `${name} <user${who}@${['qq.com', '163.com', 'example.com', 'example.org'][who % 4]}>`;
}
