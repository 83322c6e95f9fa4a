// PURE: how long an account makes no connection after trouble that no message is to blame for. A refused login waits
// longest, so that a provider does not lock the person out.
import type { MailErrorKind } from '../model/error.ts';

/** Trouble of an account: name, network, TLS, login, 421, rate. */
export interface Trouble {
  readonly kind: MailErrorKind;
  /** For a person, in the shape of MailError. */
  readonly message: string;
  readonly hint?: string | undefined;
  /** The server's own waiting time, or one that is known to be needed; milliseconds. */
  readonly after?: number | undefined;
}

const MINUTE = 60_000;
const LOGIN: readonly number[] = [15 * MINUTE, 60 * MINUTE, 360 * MINUTE];
const OTHER: readonly number[] = [1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE);

/** Milliseconds of pause after the `failures`-th trouble in a row (1 or more); `random` is 0 up to 1, for ±15 %. */
export function pauseAfter(trouble: Trouble, failures: number, random: number): number {
  const steps = trouble.kind === 'auth' || trouble.kind === 'config' ? LOGIN : OTHER;
  const base = steps[Math.min(failures, steps.length) - 1] ?? 0;
  return Math.max(trouble.after ?? 0, Math.round(base * (0.85 + 0.3 * random)));
}
