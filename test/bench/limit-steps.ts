// The largest things, each done by the real command at a provider of our own on loopback: what every pass cost, what was said
// for it, and what it kept.
import { readFileSync } from 'node:fs';
import { bulkMessage } from '../messages/bulk.ts';
import { MAIN, until, type Started } from '../support/command-line.ts';
import { install, type Answer, type Installation } from '../support/installation.ts';
import { Mailbox } from '../support/provider/mailbox.ts';
import { startProvider, type Provider } from '../support/provider/provider.ts';
import type { Ending } from '../support/temporary.ts';
import { measured, type Cost } from './measured.ts';

/** How mail is received. */
export type Protocol = 'imap' | 'pop3';

/** One pass of the command. */
export interface Pass extends Cost {
  /** Command lines that the server heard. */
  readonly commands: number;
  /** Octets said both ways, TLS taken off. */
  readonly octets: number;
  readonly stored: number;
  readonly known: number;
  readonly pending: number;
}

/** Where the passes were made. */
export interface Place {
  readonly provider: Provider;
  readonly house: Installation;
}

/** A service that runs, and what it cost until it had all mail. */
export interface Serving extends Place {
  readonly service: Started;
  readonly seconds: number;
  readonly peak: number;
}

/** Whose mail it is where there is one account. */
export const ADDRESS = 'ann@mail.test';
const PASSWORD = 'correct horse';

/** One message of so many megabytes. */
export async function large(
  ending: Ending,
  megabytes: number,
  protocol: Protocol,
): Promise<Place & { readonly first: Pass }> {
  const { provider, house } = await furnished(ending, protocol, (provider) => {
    const body = Buffer.alloc(megabytes * 2 ** 20, `${'x'.repeat(76)}\r\n`);
    provider.deliver(ADDRESS, 'INBOX', Buffer.concat([bulkMessage(1), body, Buffer.from('\r\n')]));
  });
  return { provider, house, first: await pass(provider, house, protocol) };
}

/** So many messages in one folder, each of about `octets`: the first pass, and those that find nothing new; `full` with `--full`. */
export async function many(
  ending: Ending,
  messages: number,
  protocol: Protocol,
  octets: number = 1500,
): Promise<Place & { readonly first: Pass; readonly again: Pass; readonly full: Pass }> {
  const { provider, house } = await furnished(ending, protocol, (provider) => {
    for (let n = 1; n <= messages; n++) provider.deliver(ADDRESS, 'INBOX', bulkMessage(n, octets));
  });
  const first = await pass(provider, house, protocol);
  const again = await pass(provider, house, protocol);
  return { provider, house, first, again, full: await pass(provider, house, protocol, '--full') };
}

/** So many folders with one message each: the first pass, and one that finds nothing new. */
export async function folders(
  ending: Ending,
  count: number,
): Promise<Place & { readonly first: Pass; readonly again: Pass }> {
  const { provider, house } = await furnished(ending, 'imap', (provider) => {
    for (let n = 1; n <= count; n++) {
      const folder = new Mailbox(`Folder ${n}`, [], n);
      folder.add(bulkMessage(n), `u${n}`, Date.UTC(2026, 0, 1), []);
      provider.addFolder(ADDRESS, folder.name, folder);
    }
  });
  const first = await pass(provider, house, 'imap');
  return { provider, house, first, again: await pass(provider, house, 'imap') };
}

/** Messages that lie in each account of `accounts`. */
export const EACH = 20;

/** So many accounts with a push each in one service, until all have their mail. It runs on. */
export async function accounts(ending: Ending, count: number): Promise<Serving> {
  const addresses = Array.from({ length: count }, (_, n) => `user${n}@mail.test`);
  const provider = await provided(ending, addresses);
  for (const [n, address] of addresses.entries())
    for (let m = 1; m <= EACH; m++) provider.deliver(address, 'INBOX', bulkMessage(n * 100 + m));
  const house = install(
    ending,
    addresses.map((address) => account(provider, address, 'imap', { push: true, schedule: '*/5 * * * *' })),
  );
  const began = performance.now();
  const service = house.line.start('daemon');
  await until(() => service.said().split(' received').length > count, service.said, 600_000);
  const seconds = (performance.now() - began) / 1000;
  const status = readFileSync(`/proc/${service.pid}/status`, 'utf8');
  const peak = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) * 1024;
  return { provider, house, service, seconds, peak };
}

/** One account, whose mail `fill` lays out. */
export async function furnished(
  ending: Ending,
  protocol: Protocol,
  fill: (provider: Provider) => void,
): Promise<Place> {
  const provider = await provided(ending, [ADDRESS]);
  fill(provider);
  return { provider, house: install(ending, [account(provider, ADDRESS, protocol)]) };
}

/** `mailkeep sync`, measured. Throws when it fails. */
export async function pass(
  provider: Provider,
  house: Installation,
  protocol: Protocol,
  ...options: readonly string[]
): Promise<Pass> {
  const server = protocol === 'imap' ? 'IMAP' : 'POP3';
  const before = { commands: provider.heard(server).length, octets: provider.octets(server) };
  const args = [MAIN, '--config', house.config, 'sync', '--json', ...options];
  const cost = await measured(process.execPath, args, { XDG_RUNTIME_DIR: '', RUNTIME_DIRECTORY: '' });
  const answer: Answer = JSON.parse(cost.output);
  const [report] = answer.accounts ?? [];
  if (report === undefined) throw new Error(`no account in ${cost.output}`);
  return {
    ...cost,
    commands: provider.heard(server).length - before.commands,
    octets: provider.octets(server) - before.octets,
    stored: report.stored,
    known: report.known,
    pending: report.pending,
  };
}

async function provided(ending: Ending, addresses: readonly string[]): Promise<Provider> {
  const users = Object.fromEntries(addresses.map((address) => [address, PASSWORD]));
  const provider = await startProvider({ users });
  ending.after(() => provider.stop());
  return provider;
}

function account(
  { host, ports, ca }: Provider,
  address: string,
  protocol: Protocol,
  more: { readonly push?: boolean; readonly schedule?: string } = {},
): object {
  const port = protocol === 'pop3' ? ports.pop3s : ports.imaps;
  const server = { protocol, host, port, tls: 'implicit', ca, schedule: '0 0 1 1 *', push: false };
  return {
    name: address.replace(/@.*/, ''),
    address,
    password: PASSWORD,
    receive: { ...server, ...more },
  };
}
