// One folder of the target is filled: made where it is not there, looked at, and given what it lacks, in order of age. After a
// cut it is looked at again before anything is filed, so that what was taken without an answer is not filed a second time.
import type { Archive } from '../archive/store.ts';
import type { Kin } from '../index/kin.ts';
import { MailError } from '../model/error.ts';
import type { MessageId } from '../model/ids.ts';
import { look } from './look.ts';
import { original, type Bounds, type Original } from './original.ts';
import type { FolderPlan, Wanted } from './plan.ts';
import { slices } from './slices.ts';
import type { Steady } from './steady.ts';
import type { Target } from './target.ts';

/** What filling works with. */
export interface Uploading {
  readonly steady: Steady;
  readonly archive: Archive;
  readonly kin: Kin;
  /** Called for messages that are done with, in whatever way, and the octets of those that went out. */
  readonly done: (messages: number, octets: number) => void;
  /** At work, or told to end. */
  readonly signal: AbortSignal;
}

/** What became of a folder so far; it is filled in as it goes. */
export interface Uploaded {
  created: boolean;
  /** There before anything was filed; undefined until the first look. */
  before: ReadonlySet<MessageId> | undefined;
  readonly filed: Set<MessageId>;
  readonly failed: Map<Wanted, string>;
  /** Flags of what was filed that the folder does not keep. */
  readonly unkept: Set<string>;
}

/** Refusals in a row after which a server is not asked again for this folder. */
const ENOUGH = 20;

/**
 * Fills the folder. What the server refuses for good is in `failed` with its words; throws MailError for what ends the whole
 * restore: a full mailbox, a connection that cannot be had again, a stop.
 */
export async function upload(plan: FolderPlan, at: Uploading, uploaded: Uploaded): Promise<void> {
  try {
    await at.steady.use((target) => new Filling(plan, at, uploaded, target).run());
  } catch (thrown) {
    // The folder cannot be made, or not be opened: the others may.
    if (!(thrown instanceof MailError) || thrown.kind !== 'refused') throw thrown;
    for (const wanted of plan.wanted)
      if (uploaded.before?.has(wanted.id) !== true && !uploaded.filed.has(wanted.id))
        uploaded.failed.set(wanted, thrown.message);
  }
}

/** A try, in one session. */
class Filling {
  readonly #plan: FolderPlan;
  readonly #at: Uploading;
  readonly #uploaded: Uploaded;
  readonly #target: Target;
  #refused = 0;

  constructor(plan: FolderPlan, at: Uploading, uploaded: Uploaded, target: Target) {
    this.#plan = plan;
    this.#at = at;
    this.#uploaded = uploaded;
    this.#target = target;
  }

  async run(): Promise<void> {
    const { wanted } = this.#plan;
    const { failed, filed } = this.#uploaded;
    await this.#enter();
    const open = wanted.filter((one) => !failed.has(one));
    const found = await look(this.#target, open, this.#at.kin);
    const there = [...found.there.keys(), ...found.changed.keys()].map(({ id }) => id);
    if (this.#uploaded.before === undefined) {
      this.#uploaded.before = new Set(there);
      this.#at.done(there.length, 0);
    }
    for (const id of there) {
      if (this.#uploaded.before.has(id) || filed.has(id)) continue;
      filed.add(id); // taken, and the answer never came
      this.#at.done(1, 0);
    }
    // Without a Message-ID the server may have changed it past knowing: what it said that it took is not filed again.
    await this.#file(found.absent.filter(({ id, msgid }) => msgid !== null || !filed.has(id)));
  }

  /** An empty folder may be what a restore before this one made, and was cut before it could have it shown. */
  async #enter(): Promise<void> {
    await this.#open();
    if (this.#target.isEmpty) await this.#target.show(this.#plan.to);
  }

  /** Makes the folder where it is not there, or not any more: another client may take away what was just made. */
  async #open(): Promise<void> {
    const { to } = this.#plan;
    if (to.exists || this.#uploaded.created) {
      try {
        return await this.#target.enter(to, 'file');
      } catch (thrown) {
        if (!isRefused(thrown)) throw thrown;
      }
    }
    await this.#target.create(to);
    this.#uploaded.created = true;
    this.#uploaded.filed.clear(); // what lay in one that was taken away is gone with it
    await this.#target.enter(to, 'file');
  }

  async #file(absent: readonly Wanted[]): Promise<void> {
    if (absent.length === 0) return;
    for (const flag of new Set(absent.flatMap(({ flags }) => flags)))
      if (!this.#target.keeps(flag)) this.#uploaded.unkept.add(flag);
    const bounds: Bounds = {
      limit: await this.#target.limit(this.#plan.to),
      binary: this.#target.binary,
      flags: (flags) => this.#target.flags(flags),
    };
    const batches = slices(absent);
    let coming = this.#ready(batches[0] ?? [], bounds);
    for (const at of batches.keys()) {
      const batch = await coming;
      this.#at.signal.throwIfAborted();
      coming = this.#ready(batches[at + 1] ?? [], bounds); // read while the other is on its way
      coming.catch(() => {}); // where this one fails, nobody waits for it
      await this.#send(batch);
    }
  }

  async #ready(wanted: readonly Wanted[], bounds: Bounds): Promise<Original[]> {
    const ready: Original[] = [];
    for (const one of wanted) {
      const made = await original(this.#at.archive, one, bounds);
      if (typeof made === 'string') this.#failed(one, made);
      else ready.push(made);
    }
    return ready;
  }

  async #send(batch: readonly Original[]): Promise<void> {
    if (batch.length === 0) return;
    if (!this.#target.several) return this.#each(batch);
    try {
      await this.#target.file(this.#plan.to, batch);
      for (const one of batch) this.#filed(one);
    } catch (thrown) {
      const several = batch.length > 1;
      if (isRefused(thrown)) {
        if (!several || this.#refused >= ENOUGH) return batch.forEach((each) => this.#refusal(each, thrown));
      } else if (!several || !isFull(thrown)) throw thrown;
      // All or none (RFC 3502 §6.3.11): whose fault it is, or how much has room, the halves tell.
      const half = batch.length >> 1;
      await this.#send(batch.slice(0, half));
      await this.#send(batch.slice(half));
    }
  }

  async #each(batch: readonly Original[]): Promise<void> {
    if (this.#refused >= ENOUGH) {
      for (const one of batch)
        this.#failed(one.wanted, `not tried: the server has refused ${ENOUGH} in a row`);
      return;
    }
    let ending: MailError | undefined;
    await this.#target.fileEach(
      this.#plan.to,
      batch,
      (one) => this.#filed(one),
      (one, why) => {
        if (isRefused(why)) this.#refusal(one, why);
        else ending ??= why;
      },
    );
    if (ending !== undefined) throw ending;
  }

  #filed({ wanted, octets }: Original): void {
    this.#refused = 0;
    this.#uploaded.filed.add(wanted.id);
    this.#at.steady.progressed();
    this.#at.done(1, octets);
  }

  #refusal({ wanted }: Original, { message }: MailError): void {
    this.#refused++;
    this.#failed(wanted, message);
  }

  #failed(wanted: Wanted, reason: string): void {
    this.#uploaded.failed.set(wanted, reason);
    this.#at.done(1, 0);
  }
}

/** For this message or this folder, and for good; TRYCREATE tells that the folder has gone, and it is made again. */
function isRefused(thrown: unknown): thrown is MailError {
  return (
    thrown instanceof MailError &&
    (thrown.kind === 'refused' || thrown.kind === 'message') &&
    thrown.code !== 'TRYCREATE'
  );
}

function isFull(thrown: unknown): boolean {
  return thrown instanceof MailError && thrown.code === 'OVERQUOTA';
}
