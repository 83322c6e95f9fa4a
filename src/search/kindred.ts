// The messages that belong to one conversation, found from any of them through the indexes on Message-ID, In-Reply-To, the first
// reference and the topic. Each key is looked up once, so that the work grows with the conversation and not with the archive.
import { addressesIn, firstPerson } from '../index/people.ts';
import type { Index } from '../index/database.ts';
import { continues, WITHIN } from './arrange.ts';
import type { Member } from './arrange.ts';

/** What was found. */
export interface Kindred {
  readonly members: readonly Member[];
  /** True where there are more than were asked for. */
  readonly more: boolean;
}

/** Candidates of one topic and month that are looked at; a subject that more messages share tells nothing. */
const CANDIDATES = 200;

/** What bears or mentions a Message-ID, by three indexes. */
const FIRST = `substr(refs, 1, instr(refs || ' ', ' ') - 1)`;
const KEYS = ['msgid', 'parent', 'root'] as const;
const BEARS = { msgid: 'msgid = ?', parent: 'parent = ?', root: `${FIRST} = ? AND refs IS NOT NULL` };

interface Row {
  readonly row: number;
  readonly date: number | null;
  readonly msgid: string | null;
  readonly parent: string | null;
  readonly refs: string | null;
  readonly sender: string;
  readonly recipients: string;
  readonly topic: number | null;
  readonly answers: number;
}

/** The conversation of the message at `row`, the nearest first, at most `most` messages. */
export function kindred(db: Index, row: number, most: number): Kindred {
  const look = lookUps(db, most + 1);
  const found = new Map<number, Member>();
  const asked = new Set<string>();
  const waiting: number[] = [row];
  for (let at = 0; at < waiting.length && found.size <= most; at += 1) {
    const member = look.member(waiting[at] ?? 0);
    if (member === undefined || found.has(member.row)) continue;
    found.set(member.row, member);
    for (const msgid of [...(member.msgid === null ? [] : [member.msgid]), ...member.says]) {
      // A Message-ID that different messages share leads only to those of the same topic.
      const bearers = look.bearing('msgid', msgid);
      const shared = bearers.length > 1;
      const key = shared ? `${msgid} ${member.topic}` : msgid;
      if (asked.has(key)) continue;
      asked.add(key);
      for (const by of KEYS)
        for (const near of by === 'msgid' ? bearers : look.bearing(by, msgid))
          if (!shared || look.member(near)?.topic === member.topic) waiting.push(near);
    }
    waiting.push(...look.onTopic(member));
  }
  const members = [...found.values()];
  return { members: members.slice(0, most), more: members.length > most };
}

interface LookUps {
  member(row: number): Member | undefined;
  bearing(by: (typeof KEYS)[number], msgid: string): number[];
  /** Those that this one may answer, or that may answer it, by their subjects alone. */
  onTopic(member: Member): number[];
}

function lookUps(db: Index, limit: number): LookUps {
  const one = db.prepare<[number], Row>(
    `SELECT m.row, m.date, msgid, parent, refs, sender, recipients, topic, answers
     FROM message m JOIN brief b ON b.row = m.row WHERE m.row = ?`,
  );
  const known = new Map<number, Member | undefined>();
  const member = (row: number): Member | undefined => {
    if (!known.has(row)) known.set(row, memberOf(one.get(row)));
    return known.get(row);
  };
  const by = new Map(
    KEYS.map((key) => [
      key,
      db.prepare<[string, number], number>(`SELECT row FROM message WHERE ${BEARS[key]} LIMIT ?`).pluck(),
    ]),
  );
  // Rows follow dates, and lag behind them where many messages are of one second: hence a day more.
  const near = db
    .prepare<unknown[], number>(
      `SELECT row FROM brief WHERE topic = ? AND answers IN (?, 1) AND row BETWEEN ? AND ? ORDER BY row DESC LIMIT ${CANDIDATES}`,
    )
    .pluck();
  const onTopic = (of: Member): number[] => {
    if (of.topic === null || of.date === null) return [];
    const [from, to] = [Math.floor((of.date - WITHIN) / 1000), Math.ceil((of.date + WITHIN) / 1000) + 86_400];
    const earlier = of.answers ? near.all(of.topic, 0, from, Math.ceil(of.date / 1000) + 86_400) : [];
    const later = near.all(of.topic, 1, Math.floor(of.date / 1000), to);
    return [...earlier, ...later].filter((row) => {
      const other = member(row);
      return other !== undefined && (continues(of, other) || continues(other, of));
    });
  };
  return { member, bearing: (key, msgid) => by.get(key)?.all(msgid, limit) ?? [], onTopic };
}

function memberOf(row: Row | undefined): Member | undefined {
  if (row === undefined) return undefined;
  const { parent, refs, sender, recipients, answers, ...rest } = row;
  const references = (refs ?? '')
    .split(' ')
    .filter((one) => one !== '')
    .reverse();
  return {
    ...rest,
    says: [...new Set(parent === null ? references : [parent, ...references])],
    answers: answers === 1,
    sender: firstPerson(sender)?.address ?? '',
    people: addressesIn(sender, recipients),
  };
}
