// INTERNALDATE: when a message came to its server (RFC 9051 §2.3.3). Servers write nonsense here now and then (I-179),
// and nonsense is no date.

const NAMES: readonly string[] = [
  'Jan',
  'Feb',
  'Mar',
  'Apr',
  'May',
  'Jun',
  'Jul',
  'Aug',
  'Sep',
  'Oct',
  'Nov',
  'Dec',
];
const MONTHS = NAMES.map((name) => name.toLowerCase());

/** `17-Jul-1996 02:44:25 +0000` for milliseconds since 1970: whole seconds, in UTC. */
export function formatInternalDate(ms: number): string {
  const date = new Date(ms);
  const day = String(date.getUTCDate()).padStart(2, ' '); // RFC 9051 §9, date-day-fixed
  const time = date.toISOString().slice(11, 19);
  return `${day}-${NAMES[date.getUTCMonth()] ?? ''}-${date.getUTCFullYear()} ${time} +0000`;
}

/**
 * Milliseconds since 1970, or null: another form, no such day, or a year outside 1970 to 2200. A missing zone is UTC. The
 * form is `" 7-Feb-2024 08:09:10 +0800"` (RFC 9051 §9, date-time).
 */
export function parseInternalDate(text: string): number | null {
  const [, day, month = '', year, hour = '0', minute = '0', second = '0', sign, zoneHours, zoneMinutes] =
    FORM.exec(text) ?? [];
  if (day === undefined || year === undefined) return null;
  const at = MONTHS.indexOf(month.toLowerCase());
  if (at < 0 || Number(year) < 1970 || Number(year) > 2200) return null;
  const local = new Date(
    Date.UTC(Number(year), at, Number(day), Number(hour), Number(minute), Number(second)),
  );
  const exists = local.getUTCDate() === Number(day) && local.getUTCMonth() === at;
  if (!exists) return null;
  const zone = (Number(zoneHours ?? 0) * 60 + Number(zoneMinutes ?? 0)) * 60_000;
  const ms = local.getTime() - (sign === '-' ? -zone : zone);
  return ms >= 0 ? ms : null;
}

const FORM =
  /^\s*(\d{1,2})-([a-z]{3})-(\d{4})(?:\s+([01]\d|2[0-3]):([0-5]\d):([0-5]\d))?(?:\s+([+-])(\d{2})([0-5]\d))?\s*$/i;
