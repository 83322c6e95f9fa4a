// PURE: the messages of a conversation → reading order, each under the one that it answers. What a message says itself goes before
// what its subject lets guess; a circle of references is cut where it closes.

/** What counts for a message's place in its conversation. */
export interface Member {
  readonly row: number;
  /** Milliseconds since 1970. */
  readonly date: number | null;
  readonly msgid: string | null;
  /** What it says to answer, the nearest first: In-Reply-To, then References from the last to the first. */
  readonly says: readonly string[];
  /** As topic.ts has it. */
  readonly topic: number | null;
  /** Its subject says that it is an answer, and nothing says to what. */
  readonly answers: boolean;
  /** Address of who wrote it, and of all that it went to, with the writer. */
  readonly sender: string;
  readonly people: ReadonlySet<string>;
}

/** A message in reading order. */
export interface Placed {
  readonly row: number;
  readonly depth: number;
  readonly parent: number | null;
  readonly link: 'reference' | 'subject' | null;
}

/** So long after a message an answer is known by its subject, in milliseconds. */
export const WITHIN: number = 30 * 86_400_000;

/** True where `later`, which does not say what it answers, can be an answer to `earlier`: the same people on the same topic. */
export function continues(later: Member, earlier: Member): boolean {
  if (!later.answers || later.topic === null || later.topic !== earlier.topic) return false;
  if (later.row === earlier.row || later.date === null || earlier.date === null) return false;
  const after = later.date - earlier.date;
  if (after < 0 || after > WITHIN || (after === 0 && later.row < earlier.row)) return false;
  if (!earlier.people.has(later.sender) || !later.people.has(earlier.sender)) return false;
  // Who writes again to somebody else does not go on with this.
  return (
    later.sender !== earlier.sender ||
    [...later.people].some((one) => one !== later.sender && earlier.people.has(one))
  );
}

/** Each member once: a message, then its answers with theirs; the oldest first. */
export function arrange(members: readonly Member[]): Placed[] {
  const inOrder = members.toSorted((a, b) => (a.date ?? 0) - (b.date ?? 0) || a.row - b.row);
  const parents = parentsOf(inOrder);
  const answers = grouped(inOrder, (member) => parents.get(member)?.member ?? null);
  const placed: Placed[] = [];
  const waiting = (answers.get(null) ?? []).map((member) => ({ member, depth: 0 })).reverse();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { member, depth } = next;
    const { member: parent = null, link = null } = parents.get(member) ?? {};
    placed.push({ row: member.row, depth, parent: parent?.row ?? null, link });
    const below = (answers.get(member) ?? []).map((one) => ({ member: one, depth: depth + 1 }));
    waiting.push(...below.reverse());
  }
  return placed;
}

function grouped<Key>(members: readonly Member[], by: (member: Member) => Key): Map<Key, Member[]> {
  const groups = new Map<Key, Member[]>();
  for (const member of members) {
    const group = groups.get(by(member));
    if (group === undefined) groups.set(by(member), [member]);
    else group.push(member);
  }
  return groups;
}

interface Parent {
  readonly member: Member;
  readonly link: 'reference' | 'subject';
}

function parentsOf(inOrder: readonly Member[]): Map<Member, Parent> {
  const byMsgid = grouped(inOrder, ({ msgid }) => msgid);
  const parents = new Map<Member, Parent>();
  // From the latest back: a circle is cut where the oldest of it refers to a later one.
  for (const [at, member] of [...inOrder.entries()].reverse()) {
    const isFree = (one: Member): boolean => !isBelow(one, member, parents);
    const said = member.says.flatMap((msgid) => bearer(byMsgid.get(msgid) ?? [], member) ?? []).find(isFree);
    if (said !== undefined) parents.set(member, { member: said, link: 'reference' });
    else if (member.answers) {
      const before = inOrder.slice(0, at).findLast((one) => continues(member, one) && isFree(one));
      if (before !== undefined) parents.set(member, { member: before, link: 'subject' });
    }
  }
  return parents;
}

/** Which of those that bear a Message-ID is meant: different messages may share one, and then the topic tells. */
function bearer(bearers: readonly Member[], member: Member): Member | undefined {
  const others = bearers.filter((one) => one !== member);
  return others.length < 2 ? others[0] : (others.find(({ topic }) => topic === member.topic) ?? others[0]);
}

function isBelow(one: Member, top: Member, parents: ReadonlyMap<Member, Parent>): boolean {
  for (let at: Member | undefined = one; at !== undefined; at = parents.get(at)?.member)
    if (at === top) return true;
  return false;
}
