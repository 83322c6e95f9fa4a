// What the largest things cost: one very large message, very many in one folder, very many folders, very many accounts; memory is
// the most that the process ever held. How each is done stands in limit-steps.ts.
// Usage: npm run bench:limits [-- PART…]: message, messages, folders, accounts; a number behind a part is its size:
//   `message=200 messages=100000 folders=10000 accounts=100` are the figures of the README. Default: all, a tenth of that.
import { readdirSync, readFileSync } from 'node:fs';
import { Endings } from '../support/endings.ts';
import * as steps from './limit-steps.ts';

const SHORT = ['message=20', 'messages=10000', 'folders=1000', 'accounts=10'];
const ending = new Endings();
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
  await run(Number(size ?? SHORT.find((one) => one.startsWith(`${name}=`))?.split('=')[1]));
}

async function large(megabytes: number): Promise<void> {
  for (const protocol of ['imap', 'pop3'] as const) {
    const { first } = await steps.large(ending, megabytes, protocol);
    tell(`a message of ${megabytes} MB, ${protocol}`, first);
    await ending.end();
  }
}

async function many(messages: number): Promise<void> {
  for (const protocol of ['imap', 'pop3'] as const) {
    const { first, again, full } = await steps.many(ending, messages, protocol);
    tell(`${messages} messages in a folder, ${protocol}`, first);
    tell('  nothing new', again);
    tell('  nothing new, --full', full);
    await ending.end();
  }
}

async function folders(count: number): Promise<void> {
  const { first, again } = await steps.folders(ending, count);
  tell(`${count} folders, a message in each`, first);
  tell(`  nothing new: ${again.commands} commands`, again);
  await ending.end();
}

async function accounts(count: number): Promise<void> {
  const { provider, service, ...cost } = await steps.accounts(ending, count);
  tell(`${count} accounts in a service, ${steps.EACH} messages each`, cost);
  const descriptors = readdirSync(`/proc/${service.pid}/fd`).length;
  const open = readFileSync('/proc/net/tcp', 'utf8').split('\n');
  const port = provider.ports.imaps.toString(16).toUpperCase().padStart(4, '0');
  const connections = open.filter((line) => new RegExp(`^\\s*\\d+: \\S+ \\S+:${port} 01`).test(line)).length;
  say(`  ${descriptors} descriptors, ${connections} connections open, ${provider.connections('IMAP')} made`);
  await service.stop();
  await ending.end();
}

function tell(what: string, { seconds, peak }: { readonly seconds: number; readonly peak: number }): void {
  say(`${what.padEnd(48)} ${seconds.toFixed(1).padStart(7)} s  ${Math.round(peak / 2 ** 20)} MB`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
