// Times a first sync of small messages over a line with 50 ms each way, beside mbsync (FSync yes), in turn, in one go:
// with one connection and with two, and compressed, which this program does only to another machine.
// Usage: npm run bench:latency -- [messages, default 2000] [rounds, default 1] [octets a second, default no limit]
import { createHash, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { startDovecot, type Dovecot } from '../servers/dovecot.ts';
import { DOVECOT, program } from '../servers/installed.ts';
import { certificateFile } from '../support/certificates.ts';
import { Endings } from '../support/endings.ts';
import { startSlowLink } from '../support/slow-link.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { mailkeepYaml, mbsyncRc } from './configurations.ts';
import { mailbox, type Made } from './mailbox.ts';
import { measured, type Cost } from './measured.ts';

const count = Number(process.argv[2] ?? 2000);
const rounds = Number(process.argv[3] ?? 1);
const rate = Number(process.argv[4] ?? Infinity);
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
    say('Dovecot 2.3, started as root, is what this benchmark reads from: install dovecot-imapd');
    return;
  }
  for (const folders of [1, 10]) {
    const dovecot = await startDovecot(ending, { keeper: 'secret' });
    await dovecot.fill('keeper', small(folders));
    say(`${count} messages of 2 to 10 KB in ${folders} folders, ${DELAY} ms each way`);
    for (let round = 0; round < rounds; round++) await oneRound(dovecot, temporaryDirectory(ending));
  }
}

/** Messages of 2 to 10 KB, spread evenly. */
function small(folders: number): Made[] {
  const made: Made[] = [];
  for (const one of mailbox(20 * count)) {
    if (one.bytes.length < 2000 || one.bytes.length > 10_000) continue;
    const nth = made.length % folders;
    made.push({ ...one, folder: nth === 0 ? 'INBOX' : `Folder ${nth}` });
    if (made.length === count) break;
  }
  return made;
}

async function oneRound(dovecot: Dovecot, base: string): Promise<void> {
  const peer = await mbsync(base, dovecot);
  for (const connections of [1, 2]) await ours(base, dovecot, connections, '127.0.0.1', peer);
  const afar = ownAddress();
  if (afar === undefined) say('  this machine has no address but loopback: COMPRESS is not measured');
  else for (const connections of [1, 2]) await ours(base, dovecot, connections, afar, peer);
}

/** Seconds; undefined where it is not installed. */
async function mbsync(base: string, dovecot: Dovecot): Promise<number | undefined> {
  const path = program('/usr/bin/mbsync', '/usr/local/bin/mbsync');
  if (path === undefined) {
    say('  mbsync (isync) is not installed: only mailkeep is measured');
    return undefined;
  }
  const link = await startSlowLink(ending, dovecot.ports.imaps, { delay: DELAY, rate });
  const mail = join(base, 'mail');
  mkdirSync(mail);
  const config = join(base, 'mbsyncrc');
  writeFileSync(config, mbsyncRc(mail, link.port, dovecot.ca));
  const cost = await measured(path, ['-c', config, '-q', 'bench']);
  row('mbsync, FSync yes', cost, link.received, undefined);
  return cost.seconds;
}

async function ours(
  base: string,
  dovecot: Dovecot,
  connections: number,
  host: string,
  peer: number | undefined,
): Promise<void> {
  const link = await startSlowLink(ending, dovecot.ports.imaps, { delay: DELAY, rate });
  const config = join(base, `${host}-${connections}.yaml`);
  const receive = `host: ${host}, port: ${link.port}, tls: implicit, pin: "${pin()}", connections: ${connections}`;
  writeFileSync(config, mailkeepYaml(join(base, `data-${host}-${connections}`), receive), { mode: 0o600 });
  const args = ['dist/src/main.js', 'sync', '--quiet', '--json', '--config', config];
  const cost = await measured(process.execPath, args, { BENCH_PASSWORD: 'secret' });
  const { stored } = JSON.parse(cost.output).accounts[0] as { stored: number };
  if (stored !== count) throw new Error(`${stored} of ${count} were stored`);
  const compressed = host === '127.0.0.1' ? '' : ', COMPRESS';
  row(
    `mailkeep, ${connections} connection${connections > 1 ? 's' : ''}${compressed}`,
    cost,
    link.received,
    peer,
  );
}

/** An address of this machine that is not loopback. */
function ownAddress(): string | undefined {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address;
}

/** The certificate is for localhost; a pin does for any address. */
function pin(): string {
  const { publicKey } = new X509Certificate(readFileSync(certificateFile('good')));
  return `sha256/${createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64')}`;
}

function row(what: string, { seconds, peak }: Cost, octets: number, peer: number | undefined): void {
  const ratio = peer === undefined ? '' : `  ratio ${(seconds / peer).toFixed(2)}`;
  const wire = `${(octets / 1e6).toFixed(1).padStart(6)} MB on the wire`;
  say(
    `  ${what.padEnd(34)} ${seconds.toFixed(1).padStart(6)} s ${wire}  ${(peak / 1e6).toFixed(0).padStart(4)} MB peak${ratio}`,
  );
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
