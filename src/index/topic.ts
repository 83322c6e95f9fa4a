// PURE: a subject → what is talked about, without the `Re:`, `转发：` and `[list]` that programs put before it. Replies of
// clients that send no References are known by it.
import { createHash } from 'node:crypto';
import { fold } from './text.ts';

/** What a subject says. */
export interface Topic {
  /** The same for all messages on it: a number of 48 bits. Null where the subject is too short to tell one. */
  readonly key: number | null;
  /** True where something says that it is an answer to another message, or passes one on. */
  readonly answers: boolean;
}

/** `Re:`, `AW:`, `回复：`, `Re[2]:` … in folded text, where forms of width and of writing are one. */
const ANSWER =
  /^(?:(?:re|fwd?|aw|antw|wg|sv|vs|vb|vl|tr|rv|enc|res|rif|odp|ynt|ilt|doorst|bls|hts|回复|答复|回信|自动[回答]复|转发|转寄|返信|転送|转送|답장|회신|전달)\s?(?:\[\d{1,4}\]|\(\d{1,4}\)|\*\d{1,4})?\s?[:꞉﹕]\s?)/u;
/** The name of a mailing list, as it stands before subjects. */
const LIST = /^\[[^\]]{1,60}\]\s?/u;

/** Subjects are looked at up to here; a `Re:` a thousand times over is nobody's subject. */
const LONGEST = 1000;

/** The topic of a subject as the index has it. */
export function topicOf(subject: string): Topic {
  let rest = fold(subject.slice(0, LONGEST)).replace(/\s+/gu, ' ').trim();
  let answers = false;
  for (;;) {
    const answer = ANSWER.exec(rest);
    if (answer !== null) answers = true;
    const before = answer ?? LIST.exec(rest);
    // A subject may consist of nothing else: then that is what it says.
    if (before === null || before[0].length === rest.length) break;
    rest = rest.slice(before[0].length);
  }
  return { key: Array.from(rest).length < 2 ? null : keyOf(rest), answers };
}

function keyOf(text: string): number {
  return createHash('md5').update(text).digest().readUIntBE(0, 6);
}
