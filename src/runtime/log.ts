// The log: one line an event, on stderr, in the form that its reader wants. It never takes the program down: a reader that
// goes away is ignored, and what was said before an exit can be flushed.
import { fstatSync } from 'node:fs';
import type { Writable } from 'node:stream';
import winston from 'winston';
import {
  colourLine,
  journalLine,
  jsonLine,
  textLine,
  type Event,
  type Fields,
  type Level,
} from './log-line.ts';

export type { Fields, Level } from './log-line.ts';

/** Where events go. Messages and fields never hold a secret or a body. */
export interface Log {
  error(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  debug(message: string, fields?: Fields): void;
  /** Resolves when all that was said has left the process, or cannot leave it; at the latest after two seconds. */
  flush(): Promise<void>;
}

/** How a log is written. */
export interface LogOptions {
  /** This level and graver ones are written. */
  readonly level: Level;
  /** `auto`: with priorities under systemd, coloured on a terminal, else plain text. `text` leaves out the colours. */
  readonly format: 'auto' | 'text' | 'json';
  /** Default: stderr. */
  readonly to?: Writable & { readonly isTTY?: boolean };
  /** Where all of it goes too, as text or JSON. */
  readonly file?: Writable | undefined;
}

/** Makes a log. */
export function createLog({ level, format, to = process.stderr, file }: LogOptions): Log {
  const line = format === 'json' ? jsonLine : lineFor(to, format);
  // EPIPE and the like: a log without a reader is no reason to stop keeping mail.
  to.on('error', () => undefined);
  const logger = winston.createLogger({
    level,
    levels: { error: 0, warn: 1, info: 2, debug: 3 },
    transports: [
      transport(to, line),
      ...(file === undefined ? [] : [transport(file, format === 'json' ? jsonLine : textLine)]),
    ],
  });
  logger.on('error', () => undefined);
  const write =
    (of: Level) =>
    (message: string, fields: Fields = {}): void => {
      if (!logger.isLevelEnabled(of)) return;
      const event: Event = { level: of, message, fields, time: Date.now() };
      logger.log({ level: of, message, event });
    };
  return {
    error: write('error'),
    warn: write('warn'),
    info: write('info'),
    debug: write('debug'),
    flush: () => flushed(to),
  };
}

function transport(stream: Writable, line: (event: Event) => string): winston.transport {
  const format = winston.format.printf(({ event }) => line(event as Event));
  return new winston.transports.Stream({ stream, format, eol: '\n' });
}

function lineFor(
  to: Writable & { readonly isTTY?: boolean },
  format: 'auto' | 'text',
): (event: Event) => string {
  if (to === process.stderr && isJournal()) return journalLine;
  const colours = format === 'auto' && to.isTTY === true && (process.env['NO_COLOR'] ?? '') === '';
  return colours ? colourLine : textLine;
}

/** systemd.exec(5): JOURNAL_STREAM is the device and inode of the stream that the journal reads; a redirected one is not it. */
function isJournal(): boolean {
  const stream = process.env['JOURNAL_STREAM'];
  if (stream === undefined) return false;
  try {
    const { dev, ino } = fstatSync(2);
    return stream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}

const PATIENCE = 2000;

/** Writes to a stream are done in order: an empty one is done when all before it are. */
function flushed(to: Writable): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE);
    to.write('', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
