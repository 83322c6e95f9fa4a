// Messages of a few words for tests of conversations and counts, and an index of them.
import type { Entry } from '../../src/archive/entry.ts';
import { commit } from '../../src/index/commit.ts';
import { openIndex } from '../../src/index/database.ts';
import type { Index } from '../../src/index/database.ts';
import type { Document } from '../../src/index/document.ts';
import type { Uid, UidValidity } from '../../src/model/ids.ts';
import { documentOf, idOf } from '../index/document.ts';

/** The first message's time; `at` counts minutes from it. */
export const START: number = Date.UTC(2024, 0, 31, 20);

/** A message; what is left out is empty. */
export interface Letter {
  readonly name: string;
  /** Minutes after START; null: undated. */
  readonly at?: number | null;
  readonly subject?: string;
  readonly from?: string;
  readonly to?: string;
  readonly msgid?: string;
  /** References, oldest first; the last is In-Reply-To too. */
  readonly refs?: string;
  readonly parent?: string;
  readonly files?: readonly string[];
  readonly size?: number;
  /** `account/folder`, any number of times. */
  readonly in?: readonly string[];
}

/** An index of these below `data`. */
export function indexOfLetters(data: string, letters: readonly Letter[]): Index {
  const db = openIndex(data, 'write');
  commit(db, { account: 'none', entries: [], documents: letters.map(documentFrom), offset: 0 });
  const places = letters.flatMap((letter, at) => (letter.in ?? []).map((place) => ({ letter, place, at })));
  for (const account of new Set(places.map(({ place }) => accountOf(place)))) {
    const mine = places.filter(({ place }) => accountOf(place) === account);
    commit(db, {
      account,
      entries: mine.map(({ letter, place }, uid) => seen(letter, place.slice(account.length + 1), uid + 1)),
      documents: [],
      offset: 0,
    });
  }
  return db;
}

function accountOf(place: string): string {
  return place.split('/', 1)[0] ?? '';
}

function documentFrom(letter: Letter): Document {
  const { name, at = 0, subject = '', from = '', to = '', refs, size = 100, files = [] } = letter;
  return documentOf(name, {
    date: at === null ? null : START + at * 60_000,
    subject,
    sender: from,
    recipients: to,
    msgid: letter.msgid ?? null,
    parent: letter.parent ?? refs?.split(' ').at(-1) ?? null,
    refs: refs ?? null,
    size,
    attachments: files.map((file) => ({ name: file, type: 'application/pdf', size: 1 })),
  });
}

function seen({ name }: Letter, folder: string, uid: number): Entry {
  return {
    op: 'seen',
    folder,
    validity: 1 as UidValidity,
    uid: uid as Uid,
    id: idOf(name),
    path: `undated/${idOf(name)}.eml`,
    size: 100,
    received: null,
    flags: [],
    at: new Date(START).toISOString(),
  };
}
