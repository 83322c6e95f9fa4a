// PURE: facts → what is wrong, each with its words. Figures that come and go by themselves, such as a poll that failed, are not: a
// person is called only for what a person must know or do.
import { languagesOf } from '../model/hint.ts';
import { recordedError, type RecordedError } from '../model/recorded-error.ts';
import type { TroubledLetter } from '../outbox/troubles.ts';
import { octets } from '../runtime/octets.ts';
import { wantsRoom } from '../runtime/storage-error.ts';
import type { Found, OpenAlert } from './alert.ts';
import {
  damagedWords,
  delayedWords,
  diskWords,
  failedWords,
  loginWords,
  staleWords,
  storageWords,
  uncertainWords,
  unprovedWords,
} from './alert-words.ts';
import type { AccountStatus } from './account-facts.ts';
import type { Standing } from './facts.ts';
import { stillWrong } from './still-wrong.ts';

/** What is looked at. */
export interface Sight {
  /** How it stands with accounts, files and disk. */
  readonly standing: Standing;
  readonly letters: readonly TroubledLetter[];
  /** Accounts whose login for sending is refused, and why. */
  readonly refused: ReadonlyMap<string, string>;
  /** Accounts whose server for sending was not reached at the last try. */
  readonly unreached: ReadonlySet<string>;
  /** When each account was first seen: one that never had a good sync is stale from then. Milliseconds since 1970. */
  readonly watched: Readonly<Record<string, number>>;
  /** Milliseconds. */
  readonly staleAfter: number;
  readonly now: number;
}

/** Letters that the alerts themselves have written begin so: about them there are no alerts, or there would be no end. */
export const ALERT_LETTER = 'mailkeep-alert-';

/** All that is wrong; `open` is what was wrong before. */
export function wrongNow(sight: Sight, open: readonly OpenAlert[]): Found[] {
  const { standing, letters } = sight;
  const wasLow = open.some(({ kind }) => kind === 'disk');
  const found = [
    ...standing.accounts.flatMap((account) => ofAccount(account, sight)),
    ...ofSending(sight),
    ...ofFiles(standing),
    ...ofDisk(standing, wasLow),
    ...ofStorage(standing),
    ...letters.filter(({ file }) => !file.startsWith(ALERT_LETTER)).map(ofLetter),
  ];
  const isFound = ({ kind, subject }: Found): boolean =>
    found.some((one) => one.kind === kind && one.subject === subject);
  return [...found, ...stillWrong(sight, open).filter((alert) => !isFound(alert))];
}

function ofAccount(account: AccountStatus, { watched, staleAfter, now }: Sight): Found[] {
  const { name, state, lastGood, error, proof } = account;
  if (state === 'removed') return [];
  const about = { subject: name, account: name };
  const found: Found[] = [];
  const failure = recordedError(error);
  const refused = state === 'login' || failure?.kind === 'auth';
  if (refused && failure !== null)
    found.push({ ...about, kind: 'login', ...loginWords(name, failure.message, ...both(failure.hint)) });
  // The same trouble is told once: a refused login is why it is stale.
  const since = lastGood === null ? watched[name] : Date.parse(lastGood);
  // What lies as far ahead was noted by a clock that was wrong: nobody waits until that time has come.
  if (!refused && since !== undefined && Math.abs(now - since) > staleAfter)
    found.push({
      ...about,
      kind: 'stale',
      ...staleWords(name, lastGood === null ? null : (now - since) / 3_600_000, failure?.message ?? null),
    });
  if (proof?.proved === false && proof.error === null)
    found.push({ ...about, kind: 'unproved', ...unprovedWords(name, proof) });
  return found;
}

/** Logins for sending; where the same account's login for receiving is refused too, that is told already. */
function ofSending({ refused, standing }: Sight): Found[] {
  const told = new Set(
    standing.accounts
      .filter(({ state, error }) => state === 'login' || recordedError(error)?.kind === 'auth')
      .map(({ name }) => name),
  );
  return [...refused]
    .filter(([name]) => !told.has(name))
    .map(([name, why]) => ({ kind: 'login', subject: name, account: name, ...loginWords(name, why) }));
}

function ofFiles({ files }: Standing): Found[] {
  const { damaged, missing } = files;
  if (damaged.length + missing.length === 0) return [];
  return [single('damaged', damagedWords(damaged.length, missing.length))];
}

/** It ends at more than it begins at, so that it does not come and go with each message. */
function ofDisk(standing: Standing, isOpen: boolean): Found[] {
  const { free, least } = standing.disk;
  if (free < least * (isOpen ? 3 : 2)) return [single('disk', diskWords(octets(free)))];
  // There may be no room all the same: for one more file, or until the next poll has seen that there is some again.
  const full = storageFailures(standing).find(isFull);
  return full === undefined ? [] : [single('disk', storageWords(full.message, full.hint))];
}

/** Once, however many accounts meet it: all of them store in the same place. */
function ofStorage(standing: Standing): Found[] {
  const failure = storageFailures(standing).find((one) => !isFull(one));
  return failure === undefined ? [] : [single('storage', storageWords(failure.message, failure.hint))];
}

function storageFailures({ accounts }: Standing): RecordedError[] {
  return accounts
    .filter(({ state }) => state !== 'removed')
    .map(({ error }) => recordedError(error))
    .filter((failure): failure is RecordedError => failure?.kind === 'storage');
}

function isFull({ hint }: RecordedError): boolean {
  return hint !== null && wantsRoom(hint);
}

function ofLetter({ id, file, account, trouble, reason }: TroubledLetter): Found {
  const words = {
    failed: () => failedWords(file, reason),
    uncertain: () => uncertainWords(file, id, reason),
    delayed: () => delayedWords(file, reason),
  }[trouble]();
  return { kind: `${trouble}-letter`, subject: id, account, ...words };
}

function single(kind: Found['kind'], words: Pick<Found, 'message' | 'hint'>): Found {
  return { kind, subject: '', account: null, ...words };
}

/** The languages of a hint; without one, nothing. */
function both(hint: string | null): [en?: string, zh?: string] {
  if (hint === null) return [];
  const [en = '', zh = en] = languagesOf(hint);
  return [en, zh];
}
