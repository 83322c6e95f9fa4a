// PURE: text → milliseconds. Durations stand in the configuration as a person says them: `30s`, `5m`, `24h`, `30d`.

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** What a duration looks like: a whole number, at least 1, and one unit. */
export const DURATION: RegExp = /^[1-9]\d{0,5}[smhd]$/;

/** Milliseconds of a text that matches DURATION; throws RangeError for any other. */
export function milliseconds(text: string): number {
  const unit = UNITS[text.slice(-1)];
  if (unit === undefined || !DURATION.test(text)) throw new RangeError(`not a duration: ${text}`);
  return Number(text.slice(0, -1)) * unit;
}
