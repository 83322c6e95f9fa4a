// Tells of alerts beyond the log: runs the alert command, and writes mails into the outbox. What was told is noted at once, so that a
// restart tells it to nobody twice; what could not be told is tried again, and given up in the end.
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../config/load.ts';
import type { Clock } from '../model/clock.ts';
import { outboxTroubles } from '../outbox/troubles.ts';
import { writeAtomic } from '../runtime/atomic-file.ts';
import type { Log } from '../runtime/log.ts';
import type { AlertEvent } from './alert.ts';
import type { AlertBook, Untold } from './alert-book.ts';
import { runAlertCommand } from './alert-command.ts';
import { alertLetter, lettersFor, MAILS_A_DAY } from './alert-mail.ts';
import { ALERT_LETTER } from './wrong-now.ts';

/** What a crier works with. */
export interface CrierParts {
  /** As it is now. */
  readonly config: () => Config;
  readonly clock: Clock;
  readonly log: Pick<Log, 'error' | 'warn'>;
  /** Notes the book, durably where that can be. */
  readonly note: (book: AlertBook) => Promise<void>;
  /** Ends a command that runs. */
  readonly signal: AbortSignal;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** When a command that failed is run again; then it is given up. */
const AGAIN: readonly number[] = [MINUTE, 5 * MINUTE, 30 * MINUTE];
/** No mail is written about what is older. */
const OLDEST = 7 * DAY;

/** Tells whoever is to be told. */
export class Crier {
  readonly #parts: CrierParts;
  /** That there is nobody to mail with is said once. */
  #silent = false;

  constructor(parts: CrierParts) {
    this.#parts = parts;
  }

  /** Tells what the book says is still to be told. Throws MailError `storage` where a letter cannot be written: it waits. */
  async tell(book: AlertBook): Promise<void> {
    await this.#mail(await this.#command(book));
  }

  /** Runs the command for each event that is due, one after the other; the book as it is then. */
  async #command(book: AlertBook): Promise<AlertBook> {
    const { config, clock, note, signal } = this.#parts;
    const { alerts } = config();
    let current = book;
    for (const one of book.untold) {
      const { command, event } = one;
      if (command === null || !hasCome(command.next, clock.now())) continue;
      const input = `${JSON.stringify({ ...event, host: hostname() })}\n`;
      const failed =
        alerts?.command === undefined ? null : await runAlertCommand(alerts.command, input, signal);
      if (signal.aborted) return current;
      const after = { ...one, command: this.#again(command.failures, failed) };
      const untold = current.untold.map((other) => (other === one ? after : other));
      current = { ...current, trouble: failed, untold: untold.filter((u) => u.command !== null || u.mail) };
      await note(current);
    }
    return current;
  }

  /** What is left to do of a command after a try; `failed` says why it failed. */
  #again(failures: number, failed: string | null): Untold['command'] {
    const { clock, log } = this.#parts;
    if (failed === null) return null;
    const wait = AGAIN[failures];
    log.error(`the alert command ${failed}`, {
      next: wait === undefined ? 'it is given up' : new Date(clock.now() + wait).toISOString(),
    });
    return wait === undefined ? null : { failures: failures + 1, next: clock.now() + wait };
  }

  /** Writes one mail about all that waits for one, or one for each where no account may carry them all. */
  async #mail(book: AlertBook): Promise<void> {
    const { config, clock, log, note } = this.#parts;
    const { accounts, alerts, data } = config();
    const to = alerts?.mail;
    const now = clock.now();
    const waiting = book.untold.filter(({ mail }) => mail);
    if (waiting.length === 0) return;
    const old = waiting.filter(({ event }) => to === undefined || now - Date.parse(event.at) > OLDEST);
    const due = waiting.filter((one) => !old.includes(one)).map(({ event }) => event);
    const mails = book.mails.filter((at) => at > now - DAY && at <= now);
    const names = accounts.map(({ name }) => name);
    const { paused } = outboxTroubles(data, names, now);
    const room = Math.max(0, MAILS_A_DAY - mails.length);
    const letters = lettersFor(due, { accounts, open: book.open, paused }).slice(0, room);
    for (const { account, events } of letters)
      if (to !== undefined) await this.#write(account.name, account.address, to, events);
    const told = new Set([...letters.flatMap(({ events }) => events), ...old.map(({ event }) => event)]);
    if (told.size > 0) {
      const untold = book.untold
        .map((one) => (told.has(one.event) ? { ...one, mail: false } : one))
        .filter(({ command, mail }) => command !== null || mail);
      await note({ ...book, untold, mails: [...mails, ...letters.map(() => now)] });
    }
    const silent = letters.length === 0 && due.length > 0;
    if (silent && !this.#silent)
      log.warn(
        mails.length >= MAILS_A_DAY
          ? `${MAILS_A_DAY} mails about alerts were written in 24 hours: the next one waits`
          : 'no account that works can mail the alerts: they wait for one',
      );
    this.#silent = silent;
  }

  /** Puts a letter into the outbox. */
  async #write(account: string, from: string, to: string, events: readonly AlertEvent[]): Promise<void> {
    const { config, clock } = this.#parts;
    const at = clock.now();
    // The same events have the same name: what a crash has written twice is one file.
    const id = `${ALERT_LETTER}${createHash('sha256').update(JSON.stringify(events)).digest('hex').slice(0, 16)}`;
    const folder = join(config().outbox, account);
    await mkdir(folder, { recursive: true });
    const letter = alertLetter({ from, to, host: hostname(), events, at, id });
    await writeAtomic(join(folder, `${id}.eml`), letter, 0o600);
  }
}

/** It lies behind, or so far ahead that the clock must have gone back. */
function hasCome(time: number, now: number): boolean {
  return time <= now || time > now + DAY;
}
