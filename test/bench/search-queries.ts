// The two hundred queries of the search benchmark: Chinese of 1 to 4 characters, frequent and rare, English words and prefixes, fields,
// conditions, and several of them together. They depend on the generator of words alone, and so are always the same.
import { chinese, english, traditional } from '../support/prose.ts';
import { chance } from '../support/random.ts';
import type { Chance } from '../support/random.ts';

/** A query and the group that its time counts in. */
export interface Put {
  readonly query: string;
  readonly group: '1 to 4 characters' | 'words' | 'fields and conditions';
}

/** Two hundred. */
export function queries(): Put[] {
  const by = chance(200);
  const short = [1, 2, 3, 4].flatMap((length) =>
    Array.from({ length: 20 }, (_, at) => {
      const text = run(by, length);
      return at % 5 === 4 ? traditional(text) : text;
    }),
  );
  const frequent = ['的', '一', '是', '了', '在', '人', '有', '我', '这', '个'];
  const words = Array.from({ length: 40 }, (_, at) => {
    const word = english(by, 1).replace(/\W/g, '');
    if (at % 4 === 1) return `${word.slice(0, 3)}*`;
    return at % 4 === 2 ? `${word} ${english(by, 1).replace(/\W/g, '')}` : word;
  });
  const both = Array.from({ length: 20 }, (_, at) =>
    at % 2 === 0
      ? `${run(by, 2)} ${english(by, 1).replace(/\W/g, '')}`
      : `${run(by, 2)} OR ${run(by, 2)} -${run(by, 2)}`,
  );
  const conditions = Array.from({ length: 50 }, (_, at) => condition(by, at));
  return [
    ...[...short, ...frequent].map((query): Put => ({ query, group: '1 to 4 characters' })),
    ...[...words, ...both].map((query): Put => ({ query, group: 'words' })),
    ...conditions.map((query): Put => ({ query, group: 'fields and conditions' })),
  ];
}

function run(by: Chance, length: number): string {
  return (chinese(by, length * 6).match(/\p{sc=Han}+/gu) ?? []).join('').slice(0, length);
}

function condition(by: Chance, at: number): string {
  const word = at % 2 === 0 ? run(by, 2) : english(by, 1).replace(/\W/g, '');
  return (
    [
      '',
      `主题:${word}`,
      `from:user${by.upTo(3000)}`,
      'has:attachment',
      `${word} has:attachment`,
      `${word} after:2024`,
      `${word} before:2014`,
      `in:INBOX ${word}`,
      'in:其他文件夹/发票 is:unread',
      `account:gmail ${word}`,
      'is:flagged',
      `on:${2012 + by.upTo(14)}-0${1 + by.upTo(9)}`,
      'type:pdf',
      'larger:4k',
      `list:list${by.upTo(40)}`,
      `${word} -in:INBOX`,
      `附件名:${word}`,
    ][at % 17] ?? word
  );
}
