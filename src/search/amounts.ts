// PURE: the dates and sizes of the query language: `2024-05`, `7d`, `2M`.
import type { Period } from './tree.ts';
import { NO_SUCH_DATE, NOT_A_DATE, NOT_A_SIZE } from './mistakes.ts';
import { QueryError } from './query-error.ts';
import type { Span } from './query-error.ts';
import { momentOf, wallClock } from './zone.ts';
import type { Zone } from './zone.ts';

type Typed = Span & { readonly text: string };

const CALENDAR = /^(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|年)?$/;
const AGO = /^(\d{1,5})([dwmy])$/i;

/** `2024`, `2024-05`, `2024-05-06` (also with / or . or 年月日), or `7d`, `2w`, `3m`, `1y`. Throws QueryError. */
export function periodOf(value: Typed): Period {
  const text = narrow(value);
  const ago = AGO.exec(text);
  if (ago !== null) return { ago: Number(ago[1]), unit: unitOf(ago[2] ?? '') };
  const [, year, month, day] = CALENDAR.exec(text) ?? [];
  if (year === undefined) throw new QueryError(NOT_A_DATE, value);
  const period = { year: Number(year), month: numberOf(month), day: numberOf(day) };
  const date = new Date(Date.UTC(period.year, (period.month ?? 1) - 1, period.day ?? 1));
  // Date.UTC takes 24 for 1924.
  if (period.year < 100) throw new QueryError(NO_SUCH_DATE, value);
  if (date.getUTCMonth() + 1 !== (period.month ?? 1) || date.getUTCDate() !== (period.day ?? 1))
    throw new QueryError(NO_SUCH_DATE, value);
  return period;
}

/** Full-width digits, as Chinese input methods type them, count as the narrow ones. */
function narrow({ text }: Typed): string {
  return text.normalize('NFKC');
}

function numberOf(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}

function unitOf(letter: string): 'd' | 'w' | 'm' | 'y' {
  const lower = letter.toLowerCase();
  return lower === 'w' || lower === 'm' || lower === 'y' ? lower : 'd';
}

/**
 * The first moment of a period and the first after it, in milliseconds since 1970; days, months and years are those of `zone`.
 * "7d ago" is a moment, and within `on:` the day around it.
 */
export function boundsOf(
  period: Period,
  now: number,
  zone: Zone,
): { from: number; dayFrom: number; to: number } {
  if ('year' in period) {
    const { year, month, day } = period;
    const from = momentOf(zone, [year, (month ?? 1) - 1, day ?? 1]);
    const next = month === undefined ? ([year + 1, 0, 1] as const) : ([year, month, 1] as const);
    const to = momentOf(zone, day === undefined ? next : [year, (month ?? 1) - 1, day + 1]);
    return { from, dayFrom: from, to };
  }
  const then = before(wallClock(now, zone), period.ago, period.unit);
  const [year, month, day] = [then.getUTCFullYear(), then.getUTCMonth(), then.getUTCDate()];
  const late = then.getTime() - new Date(then).setUTCHours(0, 0, 0, 0);
  return {
    from: momentOf(zone, [year, month, day], late),
    dayFrom: momentOf(zone, [year, month, day]),
    to: momentOf(zone, [year, month, day + 1]),
  };
}

/** All of them are those of the calendar, at the same time of day; the 31st becomes the last day of a shorter month. */
function before(now: Date, ago: number, unit: 'd' | 'w' | 'm' | 'y'): Date {
  const date = new Date(now);
  if (unit === 'd' || unit === 'w') {
    date.setUTCDate(date.getUTCDate() - ago * (unit === 'd' ? 1 : 7));
    return date;
  }
  const month = date.getUTCMonth() - ago * (unit === 'm' ? 1 : 12);
  const last = new Date(Date.UTC(date.getUTCFullYear(), month + 1, 0)).getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(month);
  date.setUTCDate(Math.min(last, now.getUTCDate()));
  return date;
}

const SIZE = /^(\d+(?:\.\d+)?)\s*([kmg]?)(?:i?b)?$/i;
const FACTORS: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** `500`, `10k`, `2M`, `1.5G`, in powers of 1,024 octets. Throws QueryError. */
export function sizeOf(value: Typed): number {
  const [, number, unit = ''] = SIZE.exec(narrow(value)) ?? [];
  if (number === undefined) throw new QueryError(NOT_A_SIZE, value);
  return Math.round(Number(number) * (FACTORS[unit.toLowerCase()] ?? 1));
}
