// Times a first sync of small messages over POP3 and a line with 50 ms each way, beside mpop, which keeps nothing of it
// searchable and syncs nothing; then a pass that finds nothing new.
// Usage: npm run bench:pop3 -- [messages, default 2000] [rounds, default 1]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDovecot, type Dovecot } from '../servers/dovecot.ts';
import { DOVECOT, program } from '../servers/installed.ts';
import { Endings } from '../support/endings.ts';
import { startSlowLink } from '../support/slow-link.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { mailkeepYaml } from './configurations.ts';
import { mailbox, type Made } from './mailbox.ts';
import { measured, type Cost } from './measured.ts';

const count = Number(process.argv[2] ?? 2000);
const rounds = Number(process.argv[3] ?? 1);
/** Milliseconds each way. */
const DELAY = 50;
const ending = new Endings();

try {
  await main();
} finally {
  await ending.end();
}

async function main(): Promise<void> {
  if (DOVECOT === undefined || process.getuid?.() !== 0) {
    say('Dovecot 2.3, started as root, is what this benchmark reads from: install dovecot-pop3d');
    return;
  }
  const dovecot = await startDovecot(ending, { keeper: 'secret' });
  await dovecot.fill('keeper', small());
  say(`${count} messages of 2 to 10 KB, ${DELAY} ms each way`);
  for (let round = 0; round < rounds; round++) {
    const base = temporaryDirectory(ending);
    const peer = await mpop(base, dovecot);
    const { port } = await startSlowLink(ending, dovecot.ports.pop3s, { delay: DELAY });
    row('mailkeep, first sync', await ours(base, port, dovecot.ca, count), peer);
    row('mailkeep, nothing new', await ours(base, port, dovecot.ca, 0), undefined);
  }
}

function small(): Made[] {
  const made: Made[] = [];
  for (const one of mailbox(20 * count)) {
    if (one.bytes.length < 2000 || one.bytes.length > 10_000) continue;
    made.push({ ...one, folder: 'INBOX' });
    if (made.length === count) break;
  }
  return made;
}

/** Seconds; undefined where it is not installed. */
async function mpop(base: string, dovecot: Dovecot): Promise<number | undefined> {
  const path = program('/usr/bin/mpop', '/usr/local/bin/mpop');
  if (path === undefined) {
    say('  mpop is not installed: only mailkeep is measured');
    return undefined;
  }
  const { port } = await startSlowLink(ending, dovecot.ports.pop3s, { delay: DELAY });
  const mail = join(base, 'mpop');
  for (const part of ['', 'cur', 'new', 'tmp']) mkdirSync(join(mail, part));
  const config = join(base, 'mpoprc');
  const rows = [
    'account bench',
    'host localhost',
    `port ${port}`,
    'user keeper',
    'passwordeval echo secret',
    'auth user',
    'tls on',
    'tls_starttls off',
    `tls_trust_file ${dovecot.ca}`,
    'keep on',
    'received_header off',
    `delivery maildir ${mail}`,
    `uidls_file ${join(base, 'uidls')}`,
    '',
  ];
  writeFileSync(config, rows.join('\n'), { mode: 0o600 });
  const cost = await measured(path, ['-C', config, '-q', 'bench']);
  row('mpop', cost, undefined);
  return cost.seconds;
}

async function ours(base: string, port: number, ca: string, wanted: number): Promise<Cost> {
  const config = join(base, 'mailkeep.yaml');
  const receive = `host: localhost, port: ${port}, tls: implicit, ca: ${ca}`;
  writeFileSync(config, mailkeepYaml(join(base, 'data'), receive, 'pop3'), { mode: 0o600 });
  const args = ['dist/src/main.js', 'sync', '--quiet', '--json', '--config', config];
  const cost = await measured(process.execPath, args, { BENCH_PASSWORD: 'secret' });
  const { stored } = JSON.parse(cost.output).accounts[0] as { stored: number };
  if (stored !== wanted) throw new Error(`${stored} of ${wanted} were stored`);
  return cost;
}

function row(what: string, { seconds, peak }: Cost, peer: number | undefined): void {
  const ratio = peer === undefined ? '' : `  ratio ${(seconds / peer).toFixed(2)}`;
  say(
    `  ${what.padEnd(24)} ${seconds.toFixed(1).padStart(6)} s  ${(peak / 1e6).toFixed(0).padStart(4)} MB peak${ratio}`,
  );
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
