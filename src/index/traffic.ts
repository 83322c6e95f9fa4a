// What came from each account's server in each hour of the last day, so that a provider's daily limit holds over restarts.
import type { Index } from './database.ts';

/** Octets that came in one hour. */
export interface Traffic {
  /** Hours since 1970. */
  readonly hour: number;
  readonly octets: number;
}

/** Hours after which traffic is forgotten. */
const KEPT = 48;

/** Counts octets into an hour. */
export function addTraffic(db: Index, account: string, { hour, octets }: Traffic): void {
  db.prepare(
    `INSERT INTO traffic (account, hour, octets) VALUES (?, ?, ?)
     ON CONFLICT (account, hour) DO UPDATE SET octets = octets + excluded.octets`,
  ).run(account, hour, octets);
  db.prepare('DELETE FROM traffic WHERE account = ? AND hour < ?').run(account, hour - KEPT);
}

/** What came from hour `from` to hour `to`, both included, oldest first. */
export function trafficIn(db: Index, account: string, from: number, to: number): Traffic[] {
  return db
    .prepare<[string, number, number], Traffic>(
      'SELECT hour, octets FROM traffic WHERE account = ? AND hour BETWEEN ? AND ? ORDER BY hour',
    )
    .all(account, from, to);
}
