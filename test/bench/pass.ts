// What a pass costs at a Dovecot: an idle one over many folders, one that finds a single new message in a large folder,
// and one that meets a folder again after its UIDVALIDITY changed.
// Usage: node dist/test/bench/pass.js [messages in the large folder, default 100000] [messages met again, default 10000]
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/runtime/system-clock.ts';
import { startDovecot } from '../servers/dovecot.ts';
import { DOVECOT } from '../servers/installed.ts';
import { accountOf } from '../servers/receiver.ts';
import { dialled } from '../support/account.ts';
import { Endings } from '../support/endings.ts';
import { openTestHouse } from '../support/house.ts';
import { Said } from '../support/said.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { mailbox, type Made } from './mailbox.ts';
import { measured } from './measured.ts';

const large = Number(process.argv[2] ?? 100_000);
const again = Number(process.argv[3] ?? 10_000);
const ending = new Endings();

try {
  await main();
} finally {
  await ending.end();
}

async function main(): Promise<void> {
  if (DOVECOT === undefined || process.getuid?.() !== 0) {
    say('Dovecot 2.3, started as root, is what this benchmark reads from: install dovecot-imapd');
    return;
  }
  await idle(50);
  await met(again);
  await one(large);
}

async function idle(folders: number): Promise<void> {
  const server = await startDovecot(ending, { idle: 'secret' });
  const folder = (n: number): string => (n === 0 ? 'INBOX' : `Folder.${n}`);
  await server.fill('idle', notes(0, folders, folder));
  const house = await openTestHouse(ending, systemClock);
  const account = accountOf(server, 'imaps', 'idle', 'secret');
  await house.poll(account);
  const said = new Said();
  const { known } = await house.poll(account, {}, dialled(account, said.trace));
  say(`idle pass over ${known} messages in ${folders} folders: ${said.commands.length} commands`);
  say(`  ${said.verbs.join(', ')}; ${said.trips} round trips with the greeting, ${said.octets} octets`);
}

async function met(count: number): Promise<void> {
  const server = await startDovecot(ending, { met: 'secret' });
  await server.fill('met', inInbox(mailbox(count)));
  const house = await openTestHouse(ending, systemClock);
  const account = accountOf(server, 'imaps', 'met', 'secret');
  const first = new Said();
  await house.poll(account, {}, dialled(account, first.trace));
  renumber(join(server.mail, 'met'));
  const said = new Said();
  const second = await house.poll(account, {}, dialled(account, said.trace));
  const share = ((100 * said.octets) / first.octets).toFixed(2);
  say(`UIDVALIDITY of ${count} messages changed: ${said.octets} of ${first.octets} octets, ${share} %`);
  say(`  ${second.stored} downloaded, ${second.known} met again, ${(second.seconds ?? 0).toFixed(1)} s`);
}

async function one(count: number): Promise<void> {
  const server = await startDovecot(ending, { one: 'secret' });
  await server.fill('one', notes(0, count));
  const base = temporaryDirectory(ending);
  mkdirSync(base, { recursive: true });
  const config = join(base, 'config.yaml');
  const receive = `{ protocol: imap, host: 127.0.0.1, port: ${server.ports.imaps}, tls: implicit, ca: ${server.ca} }`;
  writeFileSync(
    config,
    `data: ${join(base, 'data')}\naccounts:\n  - name: one\n    address: one@example.net\n    user: one\n    password: { env: BENCH }\n    receive: ${receive}\n`,
    { mode: 0o600 },
  );
  const sync = (...more: string[]) => {
    const args = ['dist/src/main.js', 'sync', '--quiet', '--json', '--config', config, ...more];
    return measured(process.execPath, args, { BENCH: 'secret' });
  };
  const row = (what: string, { seconds, peak }: Awaited<ReturnType<typeof sync>>): void =>
    say(
      `  ${what.padEnd(28)} ${seconds.toFixed(2).padStart(7)} s  ${(peak / 1e6).toFixed(0).padStart(5)} MB peak`,
    );
  say(`${count} messages in one folder`);
  row('first sync', await sync());
  row('nothing new', await sync());
  await server.fill('one', notes(count, count + 1));
  row('one new message', await sync());
  row('everything listed (--full)', await sync('--full'));
}

/** As after a migration: new UIDs, and a UIDVALIDITY of its own. */
function renumber(maildir: string): void {
  const lists = readdirSync(maildir).filter((name) => name.startsWith('dovecot'));
  const list = join(maildir, 'dovecot-uidlist');
  const index = lists.filter((name) => name.startsWith('dovecot.index') || name === 'dovecot-uidlist');
  const names = readdirSync(join(maildir, 'cur')).toSorted();
  removeAll(maildir, index);
  const rows = names.map((name, at) => `${at + 1} :${name.replace(/:2,.*$/, '')}\n`).join('');
  writeFileSync(list, `3 V1999999999 N${names.length + 1} G00000000000000000000000000000001\n${rows}`);
}

function removeAll(directory: string, names: readonly string[]): void {
  for (const name of names) rmSync(join(directory, name), { recursive: true, force: true });
}

function* notes(from: number, to: number, folder: (n: number) => string = () => 'INBOX'): Generator<Made> {
  for (let n = from; n < to; n++) yield { folder: folder(n), bytes: small(n), flags: '' };
}

function* inInbox(all: Iterable<Made>): Generator<Made> {
  for (const one of all) yield { ...one, folder: 'INBOX' };
}

function small(n: number): Buffer {
  return Buffer.from(
    `Date: Mon, 1 Jan 2024 00:00:00 +0000\r\nFrom: a@example.org\r\nSubject: note ${n}\r\nMessage-ID: <${n}@example.org>\r\n\r\nNote ${n}.\r\n`,
  );
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
