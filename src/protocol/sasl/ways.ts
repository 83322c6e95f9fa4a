// The ways into an account, tried in order until one is done. A refused password ends it: it is never said in another way.
// Only where the server does not do a mechanism, or has no secret for it, is the next one tried.
import type { MailError } from '../../model/error.ts';
import type { Dialogue } from '../dialogue.ts';
import type { Mechanism } from './mechanism.ts';
import { isOfMechanism } from './refused.ts';

/** What a refusal is about: the credentials, this way alone, or a secret that the server does not have in readable form. */
export type About = 'credentials' | 'mechanism' | 'store';

/** One way in. */
export interface Way<T> {
  /** `SCRAM-SHA-256`, `USER`, `APOP` … */
  readonly name: string;
  readonly go: () => Dialogue<Done<T> | Refused>;
}

export interface Done<T> {
  readonly done: T;
}

export interface Refused {
  readonly error: MailError;
  readonly about: About;
}

/**
 * Tries each way, and returns what the one gave that was done; null where there is none to try. What the server did not do
 * while it did another is added to `avoid`. Throws the last refusal.
 */
export function* tryEach<T>(ways: readonly Way<T>[], avoid: Set<string>): Dialogue<Done<T> | null> {
  const inVain: string[] = [];
  let last: MailError | undefined;
  let hashed = false;
  for (const { name, go } of ways) {
    inVain.push(name);
    // S-004: who keeps only hashes of passwords has none of the secrets that the others need either
    if (hashed && isHiding(name)) continue;
    const ended = yield* go();
    if ('done' in ended) {
      for (const other of inVain) if (other !== name && isHiding(other)) avoid.add(other);
      return ended;
    }
    last = ended.error;
    if (ended.about === 'credentials') throw last;
    if (ended.about === 'store') hashed = true;
  }
  if (last !== undefined) throw last;
  return null;
}

/** What the no to a mechanism is about; `words` are the server's. */
export function aboutWhat({ refusal, tried }: Mechanism, { kind }: MailError, words: string): About {
  if (isOfMechanism(`${refusal ?? ''} ${words}`)) return 'mechanism';
  return kind === 'auth' && !tried ? 'store' : 'credentials';
}

/** They do not send the password itself; the server needs it, or what was made of it for them. */
export function isHiding(name: string): boolean {
  return /^(SCRAM|CRAM)-|^APOP$/.test(name);
}
