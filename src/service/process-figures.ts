// How this process is: memory, processor time, open files, and how late its event loop is.
import { readdirSync, readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Family } from './exposition.ts';

/** Milliseconds between two looks at the event loop: often enough to see what a person would feel, seldom enough to let a laptop rest. */
const LOOK = 50;

/** Looks at the process; the event loop from now on, until `end`. */
export function processFigures(): { families(): Family[]; end(): void } {
  const delay = monitorEventLoopDelay({ resolution: LOOK });
  delay.enable();
  return {
    families: () => {
      // What the histogram holds is the time between two looks, and LOOK of it is as it should be.
      const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - LOOK / 1e3);
      const samples = [0.5, 0.99, 1].map((share) => ({
        labels: { share: String(share) },
        value: late(delay.count === 0 ? 0 : delay.percentile(share * 100)),
      }));
      delay.reset();
      return [
        {
          name: 'mailkeep_event_loop_lag_seconds',
          help: 'How late the event loop came at most, in this share of looks since the last scrape.',
          type: 'gauge',
          samples,
        },
        ...standing(),
      ];
    },
    end: () => void delay.disable(),
  };
}

/** Under the names that every client library of Prometheus gives them. */
function standing(): Family[] {
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const one = (name: string, help: string, value: number, type: Family['type'] = 'gauge'): Family => ({
    name,
    help,
    type,
    samples: [{ labels: {}, value }],
  });
  return [
    one('process_cpu_seconds_total', 'Processor time.', (user + system) / 1e6, 'counter'),
    one('process_resident_memory_bytes', 'Memory that is in use.', rss),
    one('process_start_time_seconds', 'When the process began.', Date.now() / 1e3 - process.uptime()),
    one('nodejs_heap_size_used_bytes', 'Memory of JavaScript objects.', heapUsed),
    ...openFiles().map(([name, help, value]) => one(name, help, value)),
  ];
}

/** Nothing where the system has no /proc. */
function openFiles(): [name: string, help: string, value: number][] {
  try {
    const most = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return [
      ['process_open_fds', 'Open files and sockets.', readdirSync('/proc/self/fd').length - 1],
      ['process_max_fds', 'How many may be open.', most === undefined ? Infinity : Number(most)],
    ];
  } catch {
    return [];
  }
}
