// PURE: times for people, in their language and in this machine's time zone.
import type { Words } from './words.ts';

type Tongue = Pick<Words, 'tag'>;

const STEPS: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number])[] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** `3 minutes ago`, `in 2 hours`, `3分钟前`. Both in milliseconds. */
export function fromNow({ tag }: Tongue, time: number, now: number): string {
  const seconds = (time - now) / 1000;
  const [unit, size] = STEPS.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
  const form = new Intl.RelativeTimeFormat(tag, { numeric: unit === 'second' ? 'auto' : 'always' });
  return form.format(unit === 'second' ? 0 : Math.trunc(seconds / size), unit);
}

const cache = new Map<string, Intl.DateTimeFormat>();

/** Making a format takes a hundred times as long as using it. */
function format(tag: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${tag} ${name}`;
  const form = cache.get(key) ?? new Intl.DateTimeFormat(tag === 'en' ? 'en-GB' : tag, options);
  cache.set(key, form);
  return form;
}

/** Date and time in full: `6 May 2024 at 14:02`, `2024年5月6日 14:02`. */
export function fullTime({ tag }: Tongue, time: number): string {
  return format(tag, 'full', { dateStyle: 'long', timeStyle: 'short' }).format(time);
}

/** The day: `6 May 2024`. */
export function dayOf({ tag }: Tongue, time: number): string {
  return format(tag, 'day', { year: 'numeric', month: 'short', day: 'numeric' }).format(time);
}

/** In a list: the time of today, the day of this year, else the date. */
export function shortTime(tongue: Tongue, time: number, now: number): string {
  const [a, b] = [new Date(time), new Date(now)];
  if (a.getFullYear() !== b.getFullYear()) return dayOf(tongue, time);
  const today = a.getMonth() === b.getMonth() && a.getDate() === b.getDate();
  const { tag } = tongue;
  return today
    ? format(tag, 'clock', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(time)
    : format(tag, 'short', { month: 'short', day: 'numeric' }).format(time);
}

/** `2024`, `2024年`. */
export function yearOf({ tag }: Tongue, time: number): string {
  return format(tag, 'year', { year: 'numeric' }).format(time);
}

/** `May 2024`, `2024年5月`. */
export function monthOf({ tag }: Tongue, time: number): string {
  return format(tag, 'month', { year: 'numeric', month: 'long' }).format(time);
}
