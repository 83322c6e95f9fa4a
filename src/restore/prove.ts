// After the upload the target is asked anew, in a session of its own: each message must be there by Message-ID and size, and a
// sample, or all where they are few, is fetched back and must have the hash that the archive has.
import type { Kin } from '../index/kin.ts';
import type { MessageId } from '../model/ids.ts';
import { look } from './look.ts';
import { secondOf, type Matched, type Present } from './match.ts';
import type { FolderPlan, Wanted } from './plan.ts';
import type { Proof } from './report.ts';
import type { Steady } from './steady.ts';
import type { Uploaded } from './upload.ts';

/** Messages up to which all are fetched back; of more, so many. */
const ALL = 500;
const SAMPLE = 50;
/** Octets that are fetched back at most, and messages that the server changed. */
const OCTETS = 256 * 2 ** 20;
const CHANGED = 50;

/** A folder as the last look found it. */
export interface Proven {
  readonly there: ReadonlySet<MessageId>;
  readonly changed: readonly MessageId[];
  readonly doubles: number;
}

/** What to hold the target against. */
export interface Proving {
  readonly steady: Steady;
  readonly kin: Kin;
  readonly uploads: ReadonlyMap<FolderPlan, Uploaded>;
  /** Called for each folder that was looked at. */
  readonly looked: (plan: FolderPlan) => void;
}

/** Looks at each folder that was filled. Throws MailError; then nothing is proved. */
export async function prove(at: Proving): Promise<{ proof: Proof; folders: Map<FolderPlan, Proven> }> {
  await at.steady.close();
  const sum = { listed: 0, hashed: 0, otherDates: 0, otherFlags: 0, unkept: 0 };
  const unkeptFlags = new Set<string>();
  const folders = new Map<FolderPlan, Proven>();
  const sample = new Sample([...at.uploads.keys()].reduce((all, { wanted }) => all + wanted.length, 0));
  for (const [plan, uploaded] of at.uploads) {
    const wanted = plan.wanted.filter((one) => !uploaded.failed.has(one));
    if (wanted.length > 0) {
      const [found, hashed] = await at.steady.use(async (target) => {
        await target.enter(plan.to, 'look');
        const looked = await look(target, wanted, at.kin);
        const chosen = sample.of(looked);
        const hashes =
          chosen.size === 0 ? new Map<never, string>() : await target.hashes([...chosen.values()]);
        return [looked, compared(looked, chosen, hashes)] as const;
      });
      at.steady.progressed();
      sum.hashed += hashed;
      sum.listed += found.there.size;
      for (const [one, row] of found.there) {
        if (uploaded.before?.has(one.id) === true) continue;
        if (secondOf(one.received) !== null && secondOf(one.received) !== secondOf(row.received))
          sum.otherDates++;
        if (flagsOf(one.flags) === flagsOf(row.flags)) continue;
        const lost = one.flags.filter((flag) => uploaded.unkept.has(flag));
        const kept = one.flags.filter((flag) => !uploaded.unkept.has(flag));
        if (flagsOf(kept) !== flagsOf(row.flags)) sum.otherFlags++;
        else sum.unkept++;
        for (const flag of lost) unkeptFlags.add(flag);
      }
      const there = new Set([...found.there.keys()].map(({ id }) => id));
      folders.set(plan, {
        there,
        changed: [...found.changed.keys()].map(({ id }) => id),
        doubles: found.doubles,
      });
    }
    at.looked(plan);
  }
  return { proof: { ...sum, unkeptFlags: [...unkeptFlags].sort() }, folders };
}

/** Which messages are fetched back: those that look changed first, and the rest evenly. */
class Sample {
  readonly #every: number;
  #count = 0;
  #octets = 0;
  #changed = 0;

  constructor(total: number) {
    this.#every = total <= ALL ? 1 : Math.ceil(total / SAMPLE);
  }

  of({ there, changed }: Matched): Map<Wanted, Present['uid']> {
    const chosen = new Map<Wanted, Present['uid']>();
    for (const [one, { uid }] of changed)
      if (this.#changed++ < CHANGED && this.#fits(one)) chosen.set(one, uid);
    for (const [one, { uid }] of there)
      if (this.#count++ % this.#every === 0 && this.#fits(one)) chosen.set(one, uid);
    return chosen;
  }

  #fits({ size }: Wanted): boolean {
    if (this.#octets + size > OCTETS) return false;
    this.#octets += size;
    return true;
  }
}

/** Moves what the octets tell otherwise than the sizes did; returns how many came back. */
function compared(
  found: Matched,
  chosen: ReadonlyMap<Wanted, Present['uid']>,
  hashes: ReadonlyMap<Present['uid'], string>,
): number {
  let hashed = 0;
  for (const [one, uid] of chosen) {
    const hash = hashes.get(uid);
    if (hash === undefined) continue;
    hashed++;
    const [from, to] = hash === one.id ? [found.changed, found.there] : [found.there, found.changed];
    const row = from.get(one);
    if (row === undefined) continue;
    from.delete(one);
    to.set(one, row);
  }
  return hashed;
}

function flagsOf(flags: readonly string[]): string {
  const own = flags.map((flag) => flag.toLowerCase()).filter((flag) => flag !== '\\recent');
  return [...new Set(own)].sort().join(' ');
}
