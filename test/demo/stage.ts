// The demo's stage: a provider full of mail, and a directory with a configuration that points at it.
import { mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { OWNER, startFurnishedProvider } from '../support/provider/furnished.ts';
import type { Provider } from '../support/provider/provider.ts';

/** Where everything of one demo lies. */
export interface Stage {
  readonly provider: Provider;
  /** Messages that were in the provider's folders at the start. */
  readonly count: number;
  /** Absolute, like all paths here. Left behind for the person to look at. */
  readonly directory: string;
  readonly config: string;
  readonly data: string;
  readonly outbox: string;
}

/** Starts the provider and writes the configuration. */
export async function setStage(): Promise<Stage> {
  const { provider, samples } = await startFurnishedProvider();
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'mailkeep-demo-')));
  const data = join(directory, 'data');
  const config = join(directory, 'config.yaml');
  // The password stands in the file, so that nobody else may read it.
  writeFileSync(config, configuration(provider, data), { mode: 0o600 });
  return { provider, count: samples.length, directory, config, data, outbox: join(data, 'outbox') };
}

/** One mailbox kept twice: over IMAP (all folders, and for sending), and over POP3 (the INBOX). */
function configuration({ host, ports, ca }: Provider, data: string): string {
  const server = { host, tls: 'implicit', ca };
  const { address, password } = OWNER;
  return stringify({
    data,
    accounts: [
      {
        name: 'wang',
        address,
        password,
        receive: { protocol: 'imap', ...server, port: ports.imaps, schedule: '0 * * * *' },
        send: { ...server, port: ports.smtps, saveSent: 'never' },
      },
      {
        name: 'wang-pop3',
        address,
        password,
        receive: { protocol: 'pop3', ...server, port: ports.pop3s, schedule: '30 * * * *' },
      },
    ],
  });
}
