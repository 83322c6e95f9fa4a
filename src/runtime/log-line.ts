// PURE: an event → its line in a log: for the journal of systemd, for a terminal, for a file, or as JSON. One event is
// one line, whatever is in it.
import { textOf } from '../model/error.ts';
import { oneLine } from './one-line.ts';

/** From the gravest to the least. */
export type Level = 'error' | 'warn' | 'info' | 'debug';

/** Facts of an event. A null or undefined one is left out of text. */
export type Fields = Readonly<Record<string, unknown>>;

/** An event. */
export interface Event {
  readonly level: Level;
  readonly message: string;
  readonly fields: Fields;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** `<4>message key=value`: sd-daemon(3); the journal has its own clock. */
export function journalLine({ level, message, fields }: Event): string {
  return `<${PRIORITY[level]}>${oneLine(message)}${pairs(fields)}`;
}

const PRIORITY: Readonly<Record<Level, number>> = { error: 3, warn: 4, info: 6, debug: 7 };

/** `2026-01-01T00:00:00.000Z info  message key=value`. */
export function textLine({ level, message, fields, time }: Event): string {
  return `${new Date(time).toISOString()} ${level.padEnd(5)} ${oneLine(message)}${pairs(fields)}`;
}

/** `12:34:56 info  message key=value`, in local time and colours. */
export function colourLine({ level, message, fields, time }: Event): string {
  const clock = new Date(time).toTimeString().slice(0, 8);
  return `\x1b[2m${clock}\x1b[0m ${COLOUR[level]}${level.padEnd(5)}\x1b[0m ${oneLine(message)}\x1b[2m${pairs(fields)}\x1b[0m`;
}

const COLOUR: Readonly<Record<Level, string>> = {
  error: '\x1b[31m',
  warn: '\x1b[33m',
  info: '\x1b[32m',
  debug: '\x1b[36m',
};

/** `{"time":…,"level":…,"message":…, then the fields}`. */
export function jsonLine({ level, message, fields, time }: Event): string {
  const head = { time: new Date(time).toISOString(), level, message };
  // Once more for the names of fields: JSON escapes only the oldest control characters.
  return oneLine(asJson({ ...head, ...fields, ...head }));
}

function pairs(fields: Fields): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([key, value]) => ` ${oneLine(key)}=${textValue(value)}`)
    .join('');
}

function textValue(value: unknown): string {
  const text = typeof value === 'string' ? value : value instanceof Error ? textOf(value) : asJson(value);
  const line = oneLine(text);
  return typeof value === 'string' && !/^[^\s"=]+$/.test(line) ? JSON.stringify(line) : line;
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value, safe) ?? 'null';
  } catch (thrown) {
    return JSON.stringify(`not to be written: ${oneLine(textOf(thrown))}`);
  }
}

function safe(_: string, value: unknown): unknown {
  if (typeof value === 'string') return oneLine(value);
  if (typeof value === 'bigint') return value.toString();
  return value instanceof Error ? oneLine(textOf(value)) : value;
}
