// The sender of a message is told that it could not be sent, or that it is late: by a report in the archive, once for each. It is
// never mailed.
import { rm } from 'node:fs/promises';
import type { Clock } from '../model/clock.ts';
import { beginOf, CALM } from './entry.ts';
import type { KeepSent } from './finish.ts';
import type { Letter } from './letter.ts';
import { noticeOf, type Occasion } from './notice.ts';
import type { InChinese } from './reason.ts';
import type { Spool } from './spool.ts';
import { headAt } from './spooled-head.ts';

/** Milliseconds after which a message is late. */
export const LATE: number = 4 * 60 * 60_000;

/** What it works with. */
export interface NoticeTools {
  readonly spool: Spool;
  readonly clock: Clock;
  readonly keepSent: KeepSent;
  /** Our name in EHLO. */
  readonly name: string;
  readonly inChinese: InChinese;
}

/** True where its sender is to be told now that it is late. */
export function isLate(letter: Letter, now: number): boolean {
  const { state, held, late, account } = letter;
  return CALM.includes(state) && !held && late === null && account !== null && now >= beginOf(letter) + LATE;
}

/**
 * Puts the report into the archive; safe to repeat. One that has no account, or was never read, has nobody to be told but by
 * NAME.reason.txt. Throws MailError `storage`.
 */
export async function tellSender(
  letter: Letter,
  kind: Occasion['kind'],
  { spool, clock, keepSent, name, inChinese }: NoticeTools,
): Promise<void> {
  if (letter.account === null || letter.sender === null || letter.recipients.length === 0) return;
  const landed = letter.landed?.split('/').at(-1) ?? null;
  const head = await headAt(spool.path(letter.id, letter.size === null ? 'raw' : 'eml'));
  const octets = noticeOf(letter, { kind, now: clock.now(), host: name, head, landed, inChinese });
  const draft = await spool.draft(letter.id, 'report');
  try {
    await draft.write(octets);
    await draft.commit();
    // One that was sent on its way again may fail again.
    await keepSent(
      letter.account,
      spool.path(letter.id, 'report'),
      `${letter.id}.${kind}.${letter.renewed ?? 0}`,
    );
  } finally {
    await draft.discard();
    await rm(spool.path(letter.id, 'report'), { force: true });
  }
}
