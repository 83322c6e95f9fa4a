// Who looks at the service from outside sees through here: how it stands with the archive, gathered once for the metrics, the page
// and the alerts, and told to Prometheus where the configuration wants that.
import type { Config } from '../config/load.ts';
import type { Clock } from '../model/clock.ts';
import type { Log } from '../runtime/log.ts';
import { statusOf, type ServiceStatus } from './facts.ts';
import type { Metrics } from './metrics.ts';
import { serveMetrics, type MetricsServer } from './metrics-server.ts';
import { Outlook } from './outlook.ts';
import { processFigures } from './process-figures.ts';

/** What a lookout looks at. */
export interface LookoutParts {
  /** As it is now. */
  readonly config: () => Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Polls that run now. */
  readonly running: () => ServiceStatus['running'];
}

/** Milliseconds that figures may be old for whoever only looks. */
const FRESH = 10_000;

/** Looks, from `open` to `close`. */
export class Lookout {
  readonly #parts: LookoutParts;
  readonly #since: string;
  /** How it stands. */
  readonly outlook: Outlook;
  #server: MetricsServer | undefined;
  #figures: ReturnType<typeof processFigures> | undefined;

  constructor(parts: LookoutParts) {
    const { clock, config, running } = parts;
    this.#parts = parts;
    this.#since = new Date(clock.now()).toISOString();
    this.outlook = new Outlook(
      () =>
        statusOf(config(), clock.now(), {
          service: { pid: process.pid, since: this.#since, running: running() },
        }),
      clock,
    );
  }

  /** Serves the metrics, where they are wanted. */
  async open(): Promise<void> {
    const { config, log, metrics } = this.#parts;
    const { metrics: wanted } = config();
    if (wanted === undefined) return;
    const figures = processFigures();
    this.#figures = figures;
    this.#server = await serveMetrics({
      listen: wanted.listen,
      log,
      families: async () => [...metrics.families(await this.outlook.latest(FRESH)), ...figures.families()],
    });
  }

  close(): void {
    this.#server?.close();
    this.#figures?.end();
  }
}
