// What the largest things cost: one very large message, very many in one folder, very many folders, very many accounts. Each is
// done by the real command, at a provider of our own on loopback; memory is the most that its process ever held.
// Usage: npm run bench:limits [-- PART…]: message, messages, folders, accounts; a number behind a part is its size:
//   `message=200 messages=100000 folders=10000 accounts=100` are the figures of the README. Default: all, a tenth of that.
import { readdirSync, readFileSync } from 'node:fs';
import { until } from '../support/command-line.ts';
import { bulkMessage } from '../messages/bulk.ts';
import { install, type Installation } from '../support/installation.ts';
import { Mailbox } from '../support/provider/mailbox.ts';
import { startProvider, type Provider } from '../support/provider/provider.ts';
import { measured, type Cost } from './measured.ts';

const PASSWORD = 'correct horse';
const SHORT = ['message=20', 'messages=10000', 'folders=1000', 'accounts=10'];
const endings: (() => void | Promise<void>)[] = [];
const ending = { after: (what: () => void | Promise<void>) => void endings.push(what) };
const PARTS: Readonly<Record<string, (size: number) => Promise<void>>> = {
  message: large,
  messages: many,
  folders,
  accounts,
};

const asked = process.argv.slice(2);
for (const part of asked.length === 0 ? SHORT : asked) {
  const [name = '', size] = part.split('=');
  const run = PARTS[name];
  if (run === undefined) throw new Error(`no such part: ${name}`);
  try {
    await run(Number(size ?? SHORT.find((one) => one.startsWith(`${name}=`))?.split('=')[1]));
  } finally {
    for (const end of endings.splice(0)) await end();
  }
}

/** One message of so many megabytes, over both protocols. */
async function large(megabytes: number): Promise<void> {
  const provider = await provided(['ann@mail.test']);
  const head = bulkMessage(1);
  const line = `${'x'.repeat(76)}\r\n`;
  const body = Buffer.alloc(megabytes * 2 ** 20, line);
  provider.deliver('ann@mail.test', 'INBOX', Buffer.concat([head, body, Buffer.from('\r\n')]));
  for (const protocol of ['imap', 'pop3'] as const) {
    const house = install(ending, [account(provider, 'ann@mail.test', { protocol })]);
    tell(`a message of ${megabytes} MB, ${protocol}`, await sync(house));
  }
}

/** So many messages in one folder: the first pass, and one that finds nothing new. */
async function many(messages: number): Promise<void> {
  const provider = await provided(['ann@mail.test']);
  for (let n = 1; n <= messages; n++) provider.deliver('ann@mail.test', 'INBOX', bulkMessage(n, 1500));
  for (const protocol of ['imap', 'pop3'] as const) {
    const house = install(ending, [account(provider, 'ann@mail.test', { protocol })]);
    tell(`${messages} messages in a folder, ${protocol}`, await sync(house));
    tell('  nothing new', await sync(house));
    if (protocol === 'imap') tell('  nothing new, --full', await sync(house, '--full'));
  }
}

/** So many folders with one message each: the first pass, and one that finds nothing new. */
async function folders(count: number): Promise<void> {
  const provider = await provided(['ann@mail.test']);
  for (let n = 1; n <= count; n++) {
    const folder = new Mailbox(`Folder ${n}`, [], n);
    folder.add(bulkMessage(n), `u${n}`, Date.UTC(2026, 0, 1), []);
    provider.addFolder('ann@mail.test', folder.name, folder);
  }
  const house = install(ending, [account(provider, 'ann@mail.test')]);
  tell(`${count} folders, a message in each`, await sync(house));
  const before = provider.heard('IMAP').length;
  const idle = await sync(house);
  tell(`  nothing new: ${provider.heard('IMAP').length - before} commands`, idle);
}

/** So many accounts with a push each in one service, until all have their mail. */
async function accounts(count: number): Promise<void> {
  const addresses = Array.from({ length: count }, (_, n) => `user${n}@mail.test`);
  const provider = await provided(addresses);
  for (const [n, address] of addresses.entries())
    for (let m = 1; m <= 20; m++) provider.deliver(address, 'INBOX', bulkMessage(n * 100 + m));
  const house = install(
    ending,
    addresses.map((address) => account(provider, address, { push: true, schedule: '*/5 * * * *' })),
  );
  const began = performance.now();
  const service = house.line.start('daemon');
  await until(() => service.said().split(' received').length > count, service.said, 600_000);
  const seconds = (performance.now() - began) / 1000;
  const pid = service.pid ?? 0;
  const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
  tell(`${count} accounts in a service, 20 messages each`, { seconds, peak, output: '' });
  const descriptors = readdirSync(`/proc/${pid}/fd`).length;
  const open = readFileSync('/proc/net/tcp', 'utf8').split('\n');
  const port = provider.ports.imaps.toString(16).toUpperCase().padStart(4, '0');
  const connections = open.filter((line) => new RegExp(`^\\s*\\d+: \\S+ \\S+:${port} 01`).test(line)).length;
  say(`  ${descriptors} descriptors, ${connections} connections open, ${provider.connections('IMAP')} made`);
  await service.stop();
}

async function provided(addresses: readonly string[]): Promise<Provider> {
  const users = Object.fromEntries(addresses.map((address) => [address, PASSWORD]));
  const provider = await startProvider({ users });
  ending.after(() => provider.stop());
  return provider;
}

function account(
  { host, ports, ca }: Provider,
  address: string,
  receive: { readonly protocol?: 'imap' | 'pop3'; readonly push?: boolean; readonly schedule?: string } = {},
): object {
  const port = receive.protocol === 'pop3' ? ports.pop3s : ports.imaps;
  const server = { protocol: 'imap', host, port, tls: 'implicit', ca, schedule: '0 0 1 1 *', push: false };
  return {
    name: address.replace(/@.*/, ''),
    address,
    password: PASSWORD,
    receive: { ...server, ...receive },
  };
}

async function sync(house: Installation, ...options: readonly string[]): Promise<Cost> {
  const args = ['dist/src/main.js', '--config', house.config, 'sync', '--json', ...options];
  return measured(process.execPath, args);
}

function tell(what: string, { seconds, peak }: Cost): void {
  say(`${what.padEnd(48)} ${seconds.toFixed(1).padStart(7)} s  ${Math.round(peak / 2 ** 20)} MB`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
