// Letters that a person should hear of: given up, in doubt, or on their way for too long; and accounts that cannot send. It only
// reads, beside a running service or in it.
import { existsSync } from 'node:fs';
import { beginOf } from './entry.ts';
import { openJournal } from './open-journal.ts';
import type { Letter } from './letter.ts';

/** What is wrong with a letter. */
export type LetterTrouble = 'failed' | 'uncertain' | 'delayed';

/** A letter in trouble. */
export interface TroubledLetter {
  readonly id: string;
  /** The name that it had in the drop folder. */
  readonly file: string;
  readonly account: string | null;
  readonly trouble: LetterTrouble;
  /** Why, as it is known. */
  readonly reason: string;
}

/** What the outbox has to tell. */
export interface OutboxTroubles {
  readonly letters: readonly TroubledLetter[];
  /** Accounts whose login is refused, and why. */
  readonly refused: ReadonlyMap<string, string>;
  /** Accounts whose last try ended otherwise: it told nothing about the login. */
  readonly unreached: ReadonlySet<string>;
  /** Accounts that make no connection now, for whatever reason. */
  readonly paused: ReadonlySet<string>;
}

/** Milliseconds after which a letter is late. */
const PATIENCE = 4 * 60 * 60_000;

/** What is wrong at `now`; the letters oldest first. Throws MailError `storage`. */
export function outboxTroubles(data: string, accounts: readonly string[], now: number): OutboxTroubles {
  const journal = openJournal(data, 'read');
  if (journal === null) return { letters: [], refused: new Map(), unreached: new Set(), paused: new Set() };
  try {
    const letters = journal.troubled(now - PATIENCE).flatMap((letter): TroubledLetter[] => {
      const trouble = troubleOf(letter, now);
      if (trouble === null) return [];
      const { id, file, account } = letter;
      return [{ id, file, account, trouble, reason: reasonOf(letter) }];
    });
    const pauses = accounts.flatMap((name) => {
      const pause = journal.accounts.pause(name);
      return pause === undefined ? [] : [{ name, ...pause }];
    });
    return {
      letters,
      // Until a login succeeds it counts as refused, also between two tries.
      refused: new Map(
        pauses.filter(({ kind }) => kind === 'auth').map(({ name, reason }) => [name, reason]),
      ),
      unreached: new Set(pauses.filter(({ kind }) => kind !== 'auth').map(({ name }) => name)),
      paused: new Set(pauses.filter(({ until }) => until > now).map(({ name }) => name)),
    };
  } finally {
    journal.close();
  }
}

function troubleOf(letter: Letter, now: number): LetterTrouble | null {
  const { state, next, held, placed, landed } = letter;
  // What a person has stopped or taken back waits for nobody else.
  if (state === 'sent' || state === 'cancelled' || held) return null;
  // Whoever takes the file out of failed/ has seen it.
  if (state === 'failed') return !placed || (landed !== null && existsSync(landed)) ? 'failed' : null;
  if (state === 'uncertain' && next === null) return 'uncertain';
  return now - beginOf(letter) > PATIENCE ? 'delayed' : null;
}

function reasonOf({ reason, recipients }: Letter): string {
  if (reason !== null) return reason;
  const told = recipients.filter(({ state }) => state !== 'sent' && state !== 'waiting');
  return told.map(({ address, reply }) => `${address}: ${reply ?? ''}`).join('; ');
}
