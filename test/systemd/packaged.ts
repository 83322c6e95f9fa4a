// What the suites of the package begin with: a machine with the package at hand, mail servers of the test on loopback, and how an
// account at them is written down there.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { FRIEND, OWNER } from '../support/provider/furnished.ts';
import { startProvider, type Provider } from '../support/provider/provider.ts';
import type { Ending } from '../support/temporary.ts';
import { boot, type Machine } from './machine.ts';
import { makePackage } from './package.ts';

/** What a suite works with. */
export interface Packaged {
  readonly provider: Provider;
  readonly machine: Machine;
  /** The package; in the machine it is `/root/mailkeep.deb`. */
  readonly deb: string;
}

/** Servers for the owner and the friend, and a machine on which nothing is installed yet. */
export async function startPackaged(ending: Ending): Promise<Packaged> {
  const provider = await startProvider({
    users: { [OWNER.address]: OWNER.password, [FRIEND.address]: FRIEND.password },
  });
  ending.after(() => provider.stop());
  const deb = makePackage(ending);
  const machine = await boot(ending);
  cpSync(deb, join(machine.root, 'root/mailkeep.deb'));
  return { provider, machine, deb };
}

/** An account at the provider, but for its password; it asks for mail at start, and then on New Year's Day. */
export function accountAt(
  { ports }: Provider,
  name: string,
  address: string,
  receive: object,
  send: object,
): Record<string, unknown> {
  const server = { host: '127.0.0.1', tls: 'implicit', ca: '/etc/mailkeep/ca.pem' };
  const times = { schedule: '0 0 1 1 *', push: false };
  return {
    name,
    address,
    receive: { protocol: 'imap', ...server, port: ports.imaps, ...times, ...receive },
    send: { ...server, port: ports.smtps, saveSent: 'never', ...send },
  };
}

/** Writes the configuration of the service. */
export function writeConfiguration(machine: Machine, accounts: readonly object[]): void {
  machine.write(
    '/etc/mailkeep/config.yaml',
    stringify({ data: '/var/lib/mailkeep', outbox: '/var/spool/mailkeep', accounts }),
  );
}
