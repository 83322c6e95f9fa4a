// Real mail, where it is there, as the search tests think of it: read as receiving reads it, in places by chance, with questions whose
// words are cut from the mails themselves. What is asked for stays here and in the test: nothing of it is ever kept.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Document } from '../../src/index/document.ts';
import { Extractor } from '../../src/index/extract.ts';
import { idOf } from '../index/document.ts';
import { textOf } from '../index/mail-root.ts';
import { chance } from '../support/random.ts';
import type { Chance } from '../support/random.ts';
import { placesByChance } from './mailbox.ts';
import type { Made } from './mailbox.ts';
import { CONDITIONS } from './slow.ts';
import type { Question, Wishes } from './slow.ts';

const DATA = fileURLToPath(new URL('../../../../shared/data', import.meta.url));

/** Chinese mail first; the odd and the English beside it. */
const PACKS = ['zh', 'devpack/mime', 'devpack/spamassassin-pddl'];

/** True where the mails are there. */
export const IS_THERE: boolean = PACKS.every((pack) => existsSync(join(DATA, pack)));

/** The mails, and what they are to the index. */
export interface RealMail {
  readonly messages: readonly Made[];
  readonly documents: readonly Document[];
}

/** Reads all of them. */
export async function realMail(): Promise<RealMail> {
  const jobs = PACKS.flatMap((pack) =>
    readdirSync(join(DATA, pack), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return { id: idOf(path), path: relative(DATA, path), size: statSync(path).size, date: null };
      }),
  );
  const extractor = new Extractor({ mailRoot: DATA });
  try {
    const documents = await extractor.extract(jobs);
    const by = chance(jobs.length);
    return { documents, messages: documents.map((document, at) => madeOf(document, by, at)) };
  } finally {
    await extractor.close();
  }
}

function madeOf(document: Document, by: Chance, at: number): Made {
  const { id, date, size, subject, sender, recipients, cc, bcc, msgid, list, attachments, fts } = document;
  const fields = { subject, sender, recipients, cc, bcc, files: fts.files, body: textOf(document) };
  return {
    id,
    date,
    size,
    fields,
    msgid: msgid ?? '',
    list,
    attachments: [...attachments],
    places: placesByChance(by, at),
  };
}

const CUT = /[\p{sc=Han}]+|[\p{L}\p{N}]+/gu;

/** Words and phrases out of these mails, as somebody types them, and conditions that tell them apart. */
export function wishesFor(messages: readonly Made[], by: Chance): Wishes {
  const texts = Array.from({ length: 400 }, () => cut(by.of(messages), by));
  const dated = messages.flatMap(({ date }) => date ?? []);
  return {
    texts: texts.filter((text) => text !== ''),
    conditions: [
      ...CONDITIONS.filter(({ place }) => place !== undefined),
      ...Array.from({ length: 30 }, () => onDay(by.of(dated), by)),
      ...Array.from({ length: 20 }, () => sized(by.of(messages).size, by)),
      ...Array.from({ length: 10 }, () => named(by.of(messages).msgid)),
      { typed: 'has:attachment', holds: ({ attachments }) => attachments.length > 0 },
    ],
  };
}

function cut({ fields }: Made, by: Chance): string {
  const text = by.often(50) ? fields.body : by.of(Object.values(fields));
  const words = text.match(CUT) ?? [];
  if (words.length === 0) return '';
  const at = by.upTo(words.length);
  const word = words[at] ?? '';
  const chars = Array.from(word);
  if (/\p{sc=Han}/u.test(word)) {
    const from = by.upTo(chars.length);
    return chars.slice(from, from + 1 + by.upTo(6)).join('');
  }
  if (by.often(20)) return `${chars.slice(0, 1 + by.upTo(chars.length)).join('')}*`;
  if (by.often(30)) return `"${words.slice(at, at + 2 + by.upTo(3)).join(by.of([' ', ', ', ' - ']))}"`;
  return /^(?:OR|AND|NOT)$/.test(word) ? '' : word;
}

function onDay(date: number, by: Chance): Question {
  const day = new Date(date).toISOString().slice(0, by.of([4, 7, 10]));
  const from = Date.parse(day);
  const dated = (holds: (at: number) => boolean) => (message: Made) =>
    message.date !== null && holds(message.date);
  return by.of([
    { typed: `before:${day}`, holds: dated((at) => at < from) },
    { typed: `after:${day}`, holds: dated((at) => at >= from) },
    { typed: `on:${day}`, holds: dated((at) => new Date(at).toISOString().startsWith(day)) },
  ]);
}

function sized(octets: number, by: Chance): Question {
  return by.often(50)
    ? { typed: `larger:${octets}`, holds: ({ size }) => size > octets }
    : { typed: `smaller:${octets}`, holds: ({ size }) => size < octets };
}

function named(wanted: string): Question {
  return wanted === '' || /[\s"()（）“”＂]/.test(wanted)
    ? { typed: 'list:no.such.list', holds: () => false }
    : { typed: `msgid:${wanted}`, holds: ({ msgid }) => msgid === wanted };
}
