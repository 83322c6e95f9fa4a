// One restore, top to bottom: the target's folders → a plan → each folder filled → the target looked at anew → a report. The
// state is the server itself: whoever comes again finds there what is done, and does the rest.
import type { Archive } from '../archive/store.ts';
import type { Kin } from '../index/kin.ts';
import type { Clock } from '../model/clock.ts';
import { MailError } from '../model/error.ts';
import type { MessageId } from '../model/ids.ts';
import type { FoundPlace } from '../search/places.ts';
import { look } from './look.ts';
import { planOf, type FolderPlan } from './plan.ts';
import { prove, type Proven } from './prove.ts';
import type { Failed, FolderReport, Proof, RestoreReport, Unproved } from './report.ts';
import { Steady } from './steady.ts';
import type { Reach } from './target.ts';
import { upload, type Uploaded } from './upload.ts';

/** What to restore, and to where. */
export interface Restoring {
  readonly reach: Reach;
  /** All into this folder; null: into folders as they were. */
  readonly folder: string | null;
  readonly places: readonly FoundPlace[];
  readonly kin: Kin;
  readonly archive: Archive;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Only look what would go where. */
  readonly dryRun: boolean;
  /** Called once, before anything is written there. */
  readonly planned: (plans: readonly FolderPlan[]) => void;
  /** Messages done of all, and the folder that is worked on. */
  readonly progress: (done: number, total: number, folder: string) => void;
}

/** Restores. What ends it before its end is in the report; a first connection that fails is thrown. */
export async function restore(at: Restoring): Promise<RestoreReport> {
  const start = at.clock.monotonic();
  const steady = new Steady(at.reach, at.clock, at.signal);
  const uploads = new Map<FolderPlan, Uploaded>();
  const sum = { bytes: 0 };
  let error: MailError | null = null;
  let proven: { proof: Proof; folders: Map<FolderPlan, Proven> } | null = null;
  try {
    const shape = await steady.use((target) => target.shape());
    const plans = planOf(at.places, shape, at.folder);
    for (const plan of plans)
      uploads.set(plan, {
        created: false,
        before: undefined,
        filed: new Set(),
        failed: new Map(),
        unkept: new Set(),
      });
    at.planned(plans);
    try {
      if (at.dryRun) await rehearse(at, steady, uploads);
      else {
        await fill(at, steady, uploads, sum);
        proven = await prove({
          steady,
          kin: at.kin,
          uploads,
          looked: counted(at, plans),
        });
      }
    } catch (thrown) {
      if (!(thrown instanceof MailError)) throw thrown;
      error = thrown;
    }
    const folders = plans.map((plan) => folderReport(plan, uploads, proven, at.dryRun));
    const seconds = (at.clock.monotonic() - start) / 1000;
    return report(at, folders, { ...sum, seconds, proof: proven?.proof ?? null, error });
  } finally {
    await steady.close();
  }
}

/** The last look goes through all of it once more. */
function counted(at: Restoring, plans: readonly FolderPlan[]): (plan: FolderPlan) => void {
  const total = plans.reduce((all, { wanted }) => all + wanted.length, 0);
  let count = 0;
  return ({ to, wanted }) => at.progress((count += wanted.length), total, `${to.name}, to prove it`);
}

async function fill(
  at: Restoring,
  steady: Steady,
  uploads: ReadonlyMap<FolderPlan, Uploaded>,
  sum: { bytes: number },
): Promise<void> {
  const { archive, kin, signal } = at;
  const total = [...uploads.keys()].reduce((all, { wanted }) => all + wanted.length, 0);
  let count = 0;
  for (const [plan, uploaded] of uploads) {
    const done = (messages: number, octets: number): void => {
      count += messages;
      sum.bytes += octets;
      at.progress(count, total, plan.to.name);
    };
    await upload(plan, { steady, archive, kin, signal, done }, uploaded);
  }
}

/** What is there already, looked up and nothing more. */
async function rehearse(
  at: Restoring,
  steady: Steady,
  uploads: ReadonlyMap<FolderPlan, Uploaded>,
): Promise<void> {
  for (const [plan, uploaded] of uploads) {
    const found = plan.to.exists
      ? await steady.use(async (target) => {
          await target.enter(plan.to, 'look');
          return look(target, plan.wanted, at.kin);
        })
      : undefined;
    const there = [...(found?.there.keys() ?? []), ...(found?.changed.keys() ?? [])];
    uploaded.before = new Set(there.map(({ id }) => id));
  }
}

function folderReport(
  plan: FolderPlan,
  uploads: ReadonlyMap<FolderPlan, Uploaded>,
  proven: { readonly folders: ReadonlyMap<FolderPlan, Proven> } | null,
  dryRun: boolean,
): FolderReport {
  const { to, wanted } = plan;
  const uploaded = uploads.get(plan);
  const before = uploaded?.before ?? new Set<MessageId>();
  const last = proven?.folders.get(plan);
  const refused = [...(uploaded?.failed ?? [])].map(([{ id }, reason]) => ({ id, reason }));
  // Where the last look was not made, what the server answered is all that is known.
  const now =
    last === undefined
      ? new Set([...before, ...(uploaded?.filed ?? [])])
      : new Set([...last.there, ...last.changed]);
  const failed = [...refused, ...lost(plan, uploaded, now)];
  const without = new Set(failed.map(({ id }) => id));
  const left = wanted.filter(({ id }) => !now.has(id) && !without.has(id)).map(({ id }) => id);
  return {
    name: to.name,
    created: dryRun ? !to.exists : (uploaded?.created ?? false),
    wanted: wanted.length,
    there: before.size,
    restored: dryRun ? left.length : [...now].filter((id) => !before.has(id)).length,
    changed: last?.changed ?? [],
    failed,
    missing: dryRun ? [] : left,
    doubles: last?.doubles ?? 0,
  };
}

/** What the server said that it took, and does not show. */
function lost({ wanted }: FolderPlan, uploaded: Uploaded | undefined, now: ReadonlySet<MessageId>): Failed[] {
  return wanted
    .filter(({ id }) => uploaded?.filed.has(id) === true && !now.has(id))
    .map(({ id, msgid, received }) => ({
      id,
      reason: msgid === null && received === null ? UNKNOWABLE : NOT_THERE,
    }));
}

const NOT_THERE = 'the server took it, and it is not found there again';
const UNKNOWABLE = `${NOT_THERE}: without a Message-ID and a date it is not known when the server has changed it, and another restore files it once more`;

function report(
  { reach, dryRun }: Restoring,
  folders: readonly FolderReport[],
  end: Pick<RestoreReport, 'bytes' | 'seconds' | 'proof'> & { readonly error: MailError | null },
): RestoreReport {
  const sum = (of: (folder: FolderReport) => number): number =>
    folders.reduce((all, one) => all + of(one), 0);
  const failed = sum((one) => one.failed.length);
  const missing = sum((one) => one.missing.length);
  const changed = sum((one) => one.changed.length);
  const wanted = sum((one) => one.wanted);
  const { error, proof } = end;
  const reason = unproved({ error, wanted, dryRun, failed, missing, changed, proof });
  return {
    proved: reason === null,
    reason,
    account: reach.account.name,
    wanted,
    there: sum((one) => one.there),
    restored: sum((one) => one.restored),
    changed,
    failed,
    missing,
    bytes: end.bytes,
    seconds: end.seconds,
    proof: end.proof,
    error:
      error === null
        ? null
        : { kind: error.kind, message: error.message, retry: error.retry, hint: hintOf(error) },
    folders,
  };
}

function unproved(at: {
  readonly error: MailError | null;
  readonly dryRun: boolean;
  readonly wanted: number;
  readonly failed: number;
  readonly missing: number;
  readonly changed: number;
  readonly proof: Proof | null;
}): Unproved | null {
  if (at.error !== null) return 'ended';
  if (at.wanted === 0) return 'nothing';
  if (at.dryRun) return 'dryRun';
  if (at.failed > 0) return 'notRestored';
  if (at.missing > 0) return 'missing';
  if (at.changed > 0) return 'changed';
  if ((at.proof?.otherDates ?? 0) > 0) return 'otherDates';
  return (at.proof?.otherFlags ?? 0) > 0 ? 'otherFlags' : null;
}

/** Cures for a server that is busy speak of a service, which tries again by itself: this does not. */
function hintOf({ kind, code, hint }: MailError): string | null {
  return kind === 'busy' && code !== 'OVERQUOTA' ? null : (hint ?? null);
}
