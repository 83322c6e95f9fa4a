// How far long work is: a bar on a terminal, a plain line every five seconds elsewhere, nothing where nobody reads. All of
// it goes to stderr, so that stdout holds the answer alone.
import type { Writable } from 'node:stream';
import { SingleBar } from 'cli-progress';
import type { Clock } from '../model/clock.ts';
import { oneLine } from './one-line.ts';
import { systemClock } from './system-clock.ts';

/** Told how far the work is. */
export interface Progress {
  /** `done` of `total` (0: not known yet), and what is being done. May be called as often as one likes. */
  update(done: number, total: number, text: string): void;
  /** A line for the person, above the bar. */
  line(text: string): void;
  /** The work has ended; the bar goes. Safe to call twice. */
  end(): void;
}

/** Where progress is shown. */
export interface ProgressOptions {
  /** Show nothing: `--quiet` or `--json`. */
  readonly silent?: boolean;
  /** Default: stderr. */
  readonly to?: Writable & { readonly isTTY?: boolean };
  readonly clock?: Clock;
}

/** Shows progress in the way that fits. */
export function createProgress(options: ProgressOptions = {}): Progress {
  const { silent = false, to = process.stderr, clock = systemClock } = options;
  if (silent) return { update: nothing, line: nothing, end: nothing };
  to.on('error', nothing); // a reader that went away ends no work
  return to.isTTY === true ? bar(to) : lines(to, clock);
}

function nothing(): void {}

function bar(to: Writable): Progress {
  const drawn = new SingleBar({
    stream: to,
    format: '{bar} {percentage} % | {value} of {total} | {eta_formatted} | {text}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    clearOnComplete: true,
    // Nothing is switched off in the terminal, so that a kill leaves it as it was.
    hideCursor: false,
    linewrap: true,
    emptyOnZero: true,
    formatTime: left,
  });
  return {
    update: (done, total, text) => {
      const payload = { text: shortened(text) };
      if (!drawn.isActive) drawn.start(total, done, payload);
      drawn.setTotal(total);
      drawn.update(done, payload);
    },
    line: (text) => {
      drawn.stop();
      to.write(`${oneLine(text)}\n`);
    },
    end: () => drawn.stop(),
  };
}

/** `12 s left`, `3 min left`; before the speed is known (cli-progress says INF or NULL) there is nothing to tell. */
function left(seconds: unknown): string {
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return '…';
  if (seconds < 60) return `${Math.ceil(seconds)} s left`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `${minutes} min left` : `${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
}

/** As much as fits beside the bar on a line of 100 columns. */
function shortened(text: string): string {
  const characters = Array.from(oneLine(text));
  return characters.length <= 28 ? characters.join('') : `${characters.slice(0, 27).join('')}…`;
}

/** Milliseconds. */
const EACH = 5000;

function lines(to: Writable, clock: Clock): Progress {
  let last = clock.monotonic();
  let waiting: string | undefined;
  let said = false;
  const say = (text: string): void => {
    to.write(`${oneLine(text)}\n`);
  };
  return {
    update: (done, total, text) => {
      const [share, whole] =
        total > 0 ? [`${Math.floor((100 * done) / total)} %: `, ` of ${total}`] : ['', ''];
      waiting = `${share}${done}${whole} ${text}`;
      const now = clock.monotonic();
      if (now - last < EACH) return;
      last = now;
      said = true;
      say(waiting);
      waiting = undefined;
    },
    line: say,
    end: () => {
      // Whoever saw the work go on sees where it ended; short work says nothing.
      if (said && waiting !== undefined) say(waiting);
      waiting = undefined;
    },
  };
}
