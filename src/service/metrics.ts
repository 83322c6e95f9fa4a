// What the service counts while it works, and how it stands with the archive, as families for Prometheus. `config/` holds a
// dashboard and alert rules that are made of these names.
import type { MailErrorKind } from '../model/error.ts';
import type { Onlooker, Way } from '../model/onlooker.ts';
import type { AccountReport } from '../receive/report.ts';
import { version } from '../runtime/version.ts';
import { Counter, Histogram } from './counting.ts';
import type { Family, Labels, Sample } from './exposition.ts';
import { ALERT_KINDS } from './alert.ts';
import type { AccountStatus } from './account-facts.ts';
import type { Status } from './facts.ts';

/** Seconds: an idle poll takes one round trip, a first one hours. */
const SYNC_BOUNDS = [0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200];
/** Seconds: an answer to the dot may take ten minutes. */
const DELIVERY_BOUNDS = [0.5, 1, 2.5, 5, 10, 30, 60, 300, 600];

/** Counts from the start of the process. */
export class Metrics implements Onlooker {
  readonly #stored = new Counter();
  readonly #octets = new Counter();
  readonly #syncs = new Counter();
  readonly #opened = new Counter();
  readonly #open = new Counter();
  readonly #refusals = new Counter();
  readonly #syncTimes = new Histogram(SYNC_BOUNDS);
  readonly #deliveries = new Histogram(DELIVERY_BOUNDS);

  connected(account: string, way: Way): () => void {
    const labels = { account, way };
    this.#opened.add(labels);
    this.#open.add(labels);
    return () => this.#open.add(labels, -1);
  }

  refused(account: string, way: Way, kind: MailErrorKind): void {
    this.#refusals.add({ account, way, kind });
  }

  delivered(account: string, state: string, seconds: number): void {
    this.#deliveries.observe({ account, state }, seconds);
  }

  /** A poll is over. */
  polled({ name: account, stored, bytes, seconds, error }: AccountReport): void {
    this.#stored.add({ account }, stored);
    this.#octets.add({ account }, bytes);
    // Whoever stops the service is no server that refuses.
    if (error?.kind === 'cancelled') return;
    this.#syncs.add({ account, result: error === null ? 'good' : 'failed' });
    this.#syncTimes.observe({ account }, seconds);
    if (error !== null) this.refused(account, 'receive', error.kind);
  }

  /** All families, with how it stands with the archive. */
  families(status: Status): Family[] {
    return [...standing(status), ...this.#counted()];
  }

  #counted(): Family[] {
    const counter = (name: string, help: string, by: Counter): Family => ({
      name,
      help,
      type: 'counter',
      samples: by.samples(),
    });
    const times = (name: string, help: string, by: Histogram): Family => ({
      name,
      help,
      type: 'histogram',
      samples: by.samples(),
    });
    return [
      counter('mailkeep_stored_messages_total', 'Messages stored since the start.', this.#stored),
      counter('mailkeep_stored_bytes_total', 'Octets of messages stored since the start.', this.#octets),
      counter('mailkeep_syncs_total', 'Syncs that ended, by result.', this.#syncs),
      times('mailkeep_sync_duration_seconds', 'How long syncs took.', this.#syncTimes),
      counter('mailkeep_connections_opened_total', 'Connections to mail servers.', this.#opened),
      gauge('mailkeep_connections', 'Connections that are open now.', this.#open.samples()),
      counter('mailkeep_refusals_total', 'What servers, or the way to them, refused.', this.#refusals),
      times('mailkeep_delivery_duration_seconds', 'How long tries to deliver took.', this.#deliveries),
    ];
  }
}

function standing(status: Status): Family[] {
  const { accounts, alerts, outbox, index, disk, files } = status;
  // One that is out of the configuration is not fetched, and no rule should wait for it.
  const kept = accounts.filter(({ state }) => state !== 'removed');
  const each = (value: (account: AccountStatus) => number | null): Sample[] =>
    kept.flatMap((account) => {
      const found = value(account);
      return found === null ? [] : [{ labels: { account: account.name }, value: found }];
    });
  const one = (value: number, labels: Labels = {}): Sample[] => [{ labels, value }];
  return [
    gauge('mailkeep_build_info', 'The version that runs.', one(1, { version: version() })),
    gauge('mailkeep_ok', '1 while no alert is open and no account is failing.', one(status.ok ? 1 : 0)),
    gauge(
      'mailkeep_alerts',
      'Alerts that are open, by kind; `mailkeep status` lists them.',
      ALERT_KINDS.flatMap((kind) => one(alerts.filter((alert) => alert.kind === kind).length, { kind })),
    ),
    gauge(
      'mailkeep_messages',
      'Messages of an account that are stored.',
      each(({ stored }) => stored),
    ),
    gauge(
      'mailkeep_pending_messages',
      'Asked for and not stored yet.',
      each(({ pending }) => pending),
    ),
    gauge(
      'mailkeep_poisoned_messages',
      'Asked for in vain three times or more: tried ever more rarely, at last once a day.',
      each(({ poisoned }) => poisoned),
    ),
    gauge(
      'mailkeep_last_good_sync_timestamp_seconds',
      'When all that a server had was last stored.',
      each(({ lastGood }) => seconds(lastGood)),
    ),
    gauge(
      'mailkeep_last_proof_timestamp_seconds',
      'When completeness was last looked at.',
      each(({ proof }) => seconds(proof?.at ?? null)),
    ),
    gauge(
      'mailkeep_proved_complete',
      '1 where the last proof found all that the server has; 0 where it did not.',
      each(({ proof }) => (proof === null ? null : Number(proof.proved))),
    ),
    gauge(
      'mailkeep_outbox_letters',
      'Letters on their way out, by state.',
      (['queued', 'deferred', 'uncertain', 'failed', 'unfiled'] as const).flatMap((state) =>
        one(outbox[state], { state }),
      ),
    ),
    gauge('mailkeep_archive_messages', 'Different messages in the index.', one(index.messages)),
    gauge('mailkeep_archive_bytes', 'What messages, index and queue take.', one(disk.bytes)),
    gauge('mailkeep_index_partly_read', 'Messages without all their text.', one(index.partly)),
    gauge('mailkeep_index_behind_bytes', 'Octets of journals not yet in the index.', one(index.behind)),
    gauge('mailkeep_damaged_files', 'Stored files known to be damaged.', one(files.damaged.length)),
    gauge('mailkeep_missing_files', 'Stored files known to be missing.', one(files.missing.length)),
    gauge('mailkeep_filesystem_free_bytes', 'Free for the archive.', one(disk.free)),
    gauge('mailkeep_filesystem_least_bytes', 'Receiving pauses below this.', one(disk.least)),
  ];
}

function gauge(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, help, type: 'gauge', samples };
}

function seconds(iso: string | null): number | null {
  return iso === null ? null : Date.parse(iso) / 1e3;
}
