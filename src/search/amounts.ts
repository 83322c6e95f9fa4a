// PURE: the dates and sizes of the query language: `2024-05`, `7d`, `2M`.
import type { Period } from './tree.ts';
import { NO_SUCH_DATE, NOT_A_DATE, NOT_A_SIZE } from './mistakes.ts';
import { QueryError } from './query-error.ts';
import type { Span } from './query-error.ts';

type Typed = Span & { readonly text: string };

const DAY = 86_400_000;
const CALENDAR = /^(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|年)?$/;
const AGO = /^(\d{1,5})([dwmy])$/i;

/** `2024`, `2024-05`, `2024-05-06` (also with / or . or 年月日), or `7d`, `2w`, `3m`, `1y`. Throws QueryError. */
export function periodOf(value: Typed): Period {
  const ago = AGO.exec(value.text);
  if (ago !== null) return { ago: Number(ago[1]), unit: unitOf(ago[2] ?? '') };
  const [, year, month, day] = CALENDAR.exec(value.text) ?? [];
  if (year === undefined) throw new QueryError(NOT_A_DATE, value);
  const period = { year: Number(year), month: numberOf(month), day: numberOf(day) };
  const date = new Date(Date.UTC(period.year, (period.month ?? 1) - 1, period.day ?? 1));
  // Date.UTC takes 24 for 1924.
  if (period.year < 100) throw new QueryError(NO_SUCH_DATE, value);
  if (date.getUTCMonth() + 1 !== (period.month ?? 1) || date.getUTCDate() !== (period.day ?? 1))
    throw new QueryError(NO_SUCH_DATE, value);
  return period;
}

function numberOf(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}

function unitOf(letter: string): 'd' | 'w' | 'm' | 'y' {
  const lower = letter.toLowerCase();
  return lower === 'w' || lower === 'm' || lower === 'y' ? lower : 'd';
}

/**
 * The first moment of a period and the first after it, in milliseconds since 1970. `offset`: minutes that local time
 * is ahead of UTC, which days and months are counted in. "7d ago" is a moment, and within `on:` the day around it.
 */
export function boundsOf(
  period: Period,
  now: number,
  offset: number,
): { from: number; dayFrom: number; to: number } {
  const shift = offset * 60_000;
  if ('year' in period) {
    const { year, month, day } = period;
    const from = Date.UTC(year, (month ?? 1) - 1, day ?? 1) - shift;
    const to =
      day !== undefined ? from + DAY : month !== undefined ? Date.UTC(year, month) : Date.UTC(year + 1, 0);
    return { from, dayFrom: from, to: day !== undefined ? to : to - shift };
  }
  const from = before(now + shift, period.ago, period.unit) - shift;
  const dayFrom = Math.floor((from + shift) / DAY) * DAY - shift;
  return { from, dayFrom, to: dayFrom + DAY };
}

/** Months and years are those of the calendar; the 31st becomes the last day of a shorter month. */
function before(now: number, ago: number, unit: 'd' | 'w' | 'm' | 'y'): number {
  if (unit === 'd' || unit === 'w') return now - ago * (unit === 'd' ? 1 : 7) * DAY;
  const date = new Date(now);
  const month = date.getUTCMonth() - ago * (unit === 'm' ? 1 : 12);
  const last = new Date(Date.UTC(date.getUTCFullYear(), month + 1, 0)).getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(month);
  date.setUTCDate(Math.min(last, new Date(now).getUTCDate()));
  return date.getTime();
}

const SIZE = /^(\d+(?:\.\d+)?)\s*([kmg]?)(?:i?b)?$/i;
const FACTORS: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** `500`, `10k`, `2M`, `1.5G`, in powers of 1,024 octets. Throws QueryError. */
export function sizeOf(value: Typed): number {
  const [, number, unit = ''] = SIZE.exec(value.text) ?? [];
  if (number === undefined) throw new QueryError(NOT_A_SIZE, value);
  return Math.round(Number(number) * (FACTORS[unit.toLowerCase()] ?? 1));
}
