// Times for people: in the machine's own zone, or as how long ago.
import type { Language } from '../web/language.ts';

/** Minutes that this machine's time is ahead of UTC at `now` (milliseconds). */
function minutesAhead(now: number): number {
  return -new Date(now).getTimezoneOffset();
}

/** An ISO 8601 time as `2024-05-06 14:02` (with `clock`) or `2024-05-06`, local; as many spaces where it is null. */
export function localTime(iso: string | null, clock: boolean): string {
  const length = clock ? 16 : 10;
  if (iso === null) return ' '.repeat(length);
  const ms = Date.parse(iso);
  const local = new Date(ms + minutesAhead(ms) * 60_000).toISOString();
  return local.slice(0, length).replace('T', ' ');
}

const UNITS: readonly (readonly [name: string, seconds: number, chinese: string])[] = [
  ['year', 31_557_600, '年'],
  ['month', 2_629_800, '个月'],
  ['day', 86_400, '天'],
  ['hour', 3_600, '小时'],
  ['minute', 60, '分钟'],
];

/** `3 minutes ago`, `in 2 hours`, `just now`; `never` where there is no time. Both in milliseconds. */
export function fromNow(time: number | null, now: number, language: Language = 'en'): string {
  const chinese = language === 'zh';
  if (time === null) return chinese ? '从未' : 'never';
  const seconds = Math.abs(now - time) / 1000;
  const [name, size, unit] = UNITS.find(([, size]) => seconds >= size) ?? [];
  if (name === undefined || size === undefined) {
    if (chinese) return time > now ? '马上' : '刚刚';
    return time > now ? 'in a moment' : 'just now';
  }
  const count = Math.floor(seconds / size);
  if (chinese) return `${count} ${unit}${time > now ? '后' : '前'}`;
  const amount = `${count} ${name}${count === 1 ? '' : 's'}`;
  return time > now ? `in ${amount}` : `${amount} ago`;
}
