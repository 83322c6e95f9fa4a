// Who looks at the service from outside: the alerts, and Prometheus where the configuration wants that. How it stands with the
// archive is gathered once for both.
import type { Config } from '../config/load.ts';
import type { Clock } from '../model/clock.ts';
import type { AccountReport } from '../receive/report.ts';
import type { Log } from '../runtime/log.ts';
import type { ServiceStatus } from './account-facts.ts';
import { Alerts } from './alerts.ts';
import { statusOf } from './facts.ts';
import type { Metrics } from './metrics.ts';
import { serveMetrics } from './metrics-server.ts';
import { processFigures } from './process-figures.ts';
import { RecentStatus } from './recent-status.ts';

/** What a lookout looks at. */
export interface LookoutParts {
  /** As it is now. */
  readonly config: () => Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Why this start had to make the index anew; null where it did not. */
  readonly lost: string | null;
  /** Polls that have ended, and those that run now. */
  readonly polls: () => Omit<ServiceStatus, 'pid' | 'since'>;
}

/** Milliseconds that figures may be old for whoever only looks. */
const FRESH = 10_000;

/** Looks. */
export class Lookout {
  readonly #parts: LookoutParts;
  readonly #since: string;
  readonly #status: RecentStatus;
  readonly #alerts: Alerts;

  constructor(parts: LookoutParts) {
    const { clock, config, polls } = parts;
    this.#parts = parts;
    this.#since = new Date(clock.now()).toISOString();
    this.#status = new RecentStatus(
      () =>
        statusOf(config(), clock.now(), {
          service: { pid: process.pid, since: this.#since, ...polls() },
        }),
      clock,
    );
    this.#alerts = new Alerts({ ...parts, status: this.#status });
  }

  /** Watches over alerts from now on. */
  begin(): void {
    this.#alerts.start();
  }

  /** Serves the metrics, where they are wanted, until what it resolves with is called. */
  async serveMetrics(): Promise<() => void> {
    const { config, log, metrics } = this.#parts;
    const { metrics: wanted } = config();
    if (wanted === undefined) return () => undefined;
    const figures = processFigures();
    const server = await serveMetrics({
      listen: wanted.listen,
      log,
      families: async () => [...metrics.families(await this.#status.latest(FRESH)), ...figures.families()],
    });
    return () => {
      server?.close();
      figures.end();
    };
  }

  /** A poll is over. */
  polled(report: AccountReport): void {
    this.#parts.metrics.polled(report);
    this.#alerts.polled(report);
  }

  async end(): Promise<void> {
    await this.#alerts.stop();
  }
}
