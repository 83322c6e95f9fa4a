// Times a first sync against mbsync (FSync yes) plus `mu index` on the same Dovecot mailbox, in turn, in one go.
// Nothing is removed between the runs: ext4 makes files slowly for a minute after many were deleted.
// Usage: npm run bench -- [messages, default 5000] [rounds, default 1]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDovecot, type Dovecot } from '../servers/dovecot.ts';
import { DOVECOT, program } from '../servers/installed.ts';
import { Endings } from '../support/endings.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { mailkeepYaml, mbsyncRc } from './configurations.ts';
import { mailbox } from './mailbox.ts';
import { measured, type Cost } from './measured.ts';

const count = Number(process.argv[2] ?? 5000);
const rounds = Number(process.argv[3] ?? 1);
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
  const base = temporaryDirectory(ending);
  const dovecot = await startDovecot(ending, { keeper: 'secret' });
  let octets = 0;
  for (const made of mailbox(count)) {
    await dovecot.fill('keeper', [made]);
    octets += made.bytes.length;
  }
  say(`${count} messages, ${(octets / 1e6).toFixed(0)} MB, in Dovecot over TLS on loopback`);
  const mbsync = program('/usr/bin/mbsync', '/usr/local/bin/mbsync');
  const mu = program('/usr/bin/mu', '/usr/local/bin/mu');
  for (let round = 0; round < rounds; round++) {
    let peers: number | undefined;
    if (mbsync === undefined || mu === undefined) {
      say('mbsync (isync) and mu (maildir-utils) are not both installed: only mailkeep is measured');
    } else {
      peers = await theirs(join(base, `peer${round}`), dovecot, mbsync, mu);
    }
    const ours = await mailkeep(join(base, `ours${round}`), dovecot);
    if (peers !== undefined)
      say(`ratio ${(ours.seconds / peers).toFixed(2)} of mbsync + mu (${peers.toFixed(1)} s)`);
  }
}

async function mailkeep(base: string, dovecot: Dovecot): Promise<Cost> {
  mkdirSync(base, { recursive: true, mode: 0o700 });
  const config = join(base, 'config.yaml');
  const receive = `host: 127.0.0.1, port: ${dovecot.ports.imaps}, tls: implicit, ca: ${dovecot.ca}`;
  writeFileSync(config, mailkeepYaml(join(base, 'data'), receive), { mode: 0o600 });
  const args = ['dist/src/main.js', 'sync', '--quiet', '--json', '--config', config];
  const sync = (): Promise<Cost> => measured(process.execPath, args, { BENCH_PASSWORD: 'secret' });
  const first = await sync();
  row('mailkeep sync, durable and searchable', first);
  row('mailkeep sync again, nothing new', await sync());
  return first;
}

/** Seconds of both peers together. */
async function theirs(base: string, dovecot: Dovecot, mbsync: string, mu: string): Promise<number> {
  const mail = join(base, 'mail');
  mkdirSync(mail, { recursive: true });
  const config = join(base, 'mbsyncrc');
  writeFileSync(config, mbsyncRc(mail, dovecot.ports.imaps, dovecot.ca));
  const fetched = await measured(mbsync, ['-c', config, '-q', 'bench']);
  row('mbsync, FSync yes', fetched);
  const home = join(base, 'mu');
  await measured(mu, ['init', '--quiet', `--muhome=${home}`, `--maildir=${mail}`]);
  const indexed = await measured(mu, ['index', '--quiet', `--muhome=${home}`]);
  row('mu index', indexed);
  return fetched.seconds + indexed.seconds;
}

function row(what: string, { seconds, peak }: Cost): void {
  const rate = `${(count / seconds).toFixed(0).padStart(6)} messages/s`;
  say(
    `  ${what.padEnd(40)} ${seconds.toFixed(1).padStart(7)} s  ${rate}  ${(peak / 1e6).toFixed(0).padStart(5)} MB peak`,
  );
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
