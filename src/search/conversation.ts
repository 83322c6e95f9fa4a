// A message → the conversation that it stands in, in reading order, each message with the one that it answers. Only what is stored
// is shown; an answer to a message that is not here stands under the nearest one before it.
import type { Index } from '../index/database.ts';
import type { MessageId } from '../model/ids.ts';
import { arrange } from './arrange.ts';
import { hitReader } from './hit.ts';
import type { Hit } from './hit.ts';
import { kindred } from './kindred.ts';

/** A message in its conversation. */
export interface Post extends Hit {
  /** 0 for one that answers nothing that is stored. */
  readonly depth: number;
  /** What it answers; null where that is not known, or not stored. */
  readonly parent: MessageId | null;
  /** How that is known: by what it says itself, or by its subject, its people and its date. */
  readonly link: 'reference' | 'subject' | null;
}

/** Each message is followed by its answers, the oldest first. */
export interface Conversation {
  readonly messages: readonly Post[];
  /** True where it goes on: 1,000 messages are shown, the nearest to the one that was asked for. */
  readonly more: boolean;
}

const MOST = 1000;

/** The conversation of a message, itself included; empty where the index has no such message. */
export function conversation(db: Index, id: MessageId): Conversation {
  // One transaction: all of it is of the same moment.
  return db.transaction((): Conversation => {
    const start = db.prepare<[Buffer], number>('SELECT row FROM message WHERE id = ?').pluck();
    const row = start.get(Buffer.from(id, 'hex'));
    if (row === undefined) return { messages: [], more: false };
    const { members, more } = kindred(db, row, MOST);
    const hit = hitReader(db, { kind: 'all' });
    const hits = new Map(members.map((member) => [member.row, hit(member.row)]));
    const messages = arrange(members).flatMap(({ row: at, parent, depth, link }): Post[] => {
      const found = hits.get(at);
      const answered = parent === null ? undefined : hits.get(parent);
      return found === undefined ? [] : [{ ...found, depth, parent: answered?.id ?? null, link }];
    });
    return { messages, more };
  })();
}
