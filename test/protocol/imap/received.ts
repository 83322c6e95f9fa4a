// A BodyReceiver that remembers, and the fetch around it, for tests.
import { Collect } from '../../support/collect.ts';
import type { Uid, UidValidity } from '../../../src/model/ids.ts';
import type { Dialogue, Sink } from '../../../src/protocol/dialogue.ts';
import { uidFetchBodies } from '../../../src/protocol/imap/fetch-bodies.ts';
import type { BodyFacts, BodyReceiver, FetchEnd } from '../../../src/protocol/imap/bodies.ts';
import { Tags } from '../../../src/protocol/imap/tags.ts';

export const host = 'imap.example';

/** The fields that the transcripts show. */
export const identity: Readonly<Record<string, string>> = {
  name: 'mailkeep',
  version: '1.0',
  vendor: 'mailkeep',
  'support-email': 'kefu@example.org',
};

/** Remembers what came, and what became of each sink. */
export class Received implements BodyReceiver {
  readonly bodies: { uid: number; text: string; facts: BodyFacts }[] = [];
  readonly #open = new Map<Sink, Collect>();
  abandoned = 0;

  /** Sinks neither completed nor abandoned. */
  get open(): number {
    return this.#open.size;
  }

  begin(): Sink {
    const sink = new Collect();
    this.#open.set(sink, sink);
    return sink;
  }

  complete(sink: Sink, uid: Uid, facts: BodyFacts): void {
    this.bodies.push({ uid, text: this.#close(sink).bytes.toString('latin1'), facts });
  }

  abandon(sink: Sink): void {
    this.#close(sink);
    this.abandoned++;
  }

  #close(sink: Sink): Collect {
    const found = this.#open.get(sink);
    if (found === undefined) throw new Error('a sink was closed twice');
    this.#open.delete(sink);
    return found;
  }
}

/** What a fetch came to. */
export interface Outcome {
  readonly uids: readonly number[];
  readonly bodies: Received['bodies'];
  readonly completed: number;
  readonly refusal: readonly (string | undefined)[] | null;
  readonly abandoned: number;
  readonly open: number;
}

/** Fetches `set` and tells all that came of it. */
export function* fetched(
  set: string,
  validity?: UidValidity,
  received: Received = new Received(),
  tags: Tags = new Tags(),
  gmail: boolean = false,
): Dialogue<Outcome> {
  let end: FetchEnd | undefined;
  const wishes = [{ set, ended: (came: FetchEnd) => void (end = came) }];
  yield* uidFetchBodies(host, tags, 1, () => wishes.shift(), received, validity, gmail);
  const { completed = 0, refusal = null } = end ?? {};
  return {
    uids: received.bodies.map(({ uid }) => uid),
    bodies: received.bodies,
    completed,
    refusal: refusal && [refusal.kind, refusal.retry, refusal.code],
    abandoned: received.abandoned,
    open: received.open,
  };
}

/** Fetches several sets in flight together. */
export function* fetchedTogether(
  sets: readonly string[],
  received: Received,
  window: number,
): Dialogue<readonly FetchEnd[]> {
  const ends: FetchEnd[] = [];
  const wishes = sets.map((set) => ({ set, ended: (end: FetchEnd) => void ends.push(end) }));
  yield* uidFetchBodies(host, new Tags(), window, () => wishes.shift(), received);
  return ends;
}
