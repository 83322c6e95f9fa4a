// Where the soak runs: a Dovecot, a Cyrus and a Postfix behind lines that can be cut, a disk of its own, a service with three
// accounts, and the mail that comes and goes all the time.
import { createHash } from 'node:crypto';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mailbox, type Made } from '../bench/mailbox.ts';
import { startCyrus } from '../servers/cyrus.ts';
import { startDovecot } from '../servers/dovecot.ts';
import { startPostfix, type Postfix } from '../servers/postfix.ts';
import type { Receiver } from '../servers/receiver.ts';
import { CommandLine, MAIN } from '../support/command-line.ts';
import { startCuttableLink, type CuttableLink } from '../support/cuttable-link.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';

const CLOCK = fileURLToPath(new URL('shifted-clock.js', import.meta.url));
/** Local parts of mail.test, all of them with this password, who send and receive. */
const USERS = { ida: 'secret', jan: 'secret', kim: 'secret' } as const;
/** Who gets what leaves. */
const READER = 'leo';
const DISK = '400M';
/** Of two accounts most of what was there for a while is deleted at the server: it is nowhere then but here. */
const DELETE = ', delete: { after: 20s, maxPerRun: 10 }';

/** One place where mail arrives. */
interface Place {
  readonly account: string;
  readonly server: Receiver;
  readonly user: keyof typeof USERS;
  readonly folders: boolean;
}

/** A server as the weather sees it. */
export interface Building {
  readonly name: string;
  readonly kill: () => Promise<void>;
  readonly revive: () => Promise<void>;
}

/** All of it. */
export class Town {
  readonly buildings: readonly Building[];
  readonly links: readonly CuttableLink[];
  /** Hashes of all that arrived at the servers, and where. */
  readonly arrived: Map<string, string> = new Map();
  /** Message-IDs of all that was dropped. */
  readonly dropped: string[] = [];
  readonly folder: string;
  readonly mailkeep: CommandLine;
  readonly #places: readonly Place[];
  readonly #postfix: Postfix;
  readonly #mail: Generator<Made> = mailbox(1_000_000, 7);
  #service: ChildProcess | undefined;
  /** Names of buildings that are down: nobody can deliver there. */
  readonly down: Set<string> = new Set();

  private constructor(
    folder: string,
    places: readonly Place[],
    postfix: Postfix,
    buildings: readonly Building[],
    links: readonly CuttableLink[],
  ) {
    this.folder = folder;
    this.#places = places;
    this.#postfix = postfix;
    this.buildings = buildings;
    this.links = links;
    this.mailkeep = new CommandLine(this.config);
  }

  /** Builds it; it ends with the test. */
  static async build(test: Ending): Promise<Town> {
    // What is said to run at the end runs in the order in which it was said: the disk goes before its directory.
    let end = (): void => undefined;
    test.after(() => end());
    const folder = temporaryDirectory(test);
    const data = join(folder, 'data');
    mkdirSync(data);
    sh('mount', '-t', 'tmpfs', '-o', `size=${DISK},mode=0700`, 'mailkeep-test', data);
    end = () => sh('umount', '-l', data);
    const dovecot = await startDovecot(test, USERS);
    const cyrus = await startCyrus(test, USERS);
    const postfix = await startPostfix(test, [READER], dovecot);
    const [a, b, c, out] = [
      await startCuttableLink(test, dovecot.ports.imaps),
      await startCuttableLink(test, dovecot.ports.pop3s),
      await startCuttableLink(test, cyrus.ports.imaps),
      await startCuttableLink(test, postfix.ports.smtps),
    ];
    const places: Place[] = [
      { account: 'ida', server: dovecot, user: 'ida', folders: true },
      { account: 'jan', server: dovecot, user: 'jan', folders: false },
      { account: 'kim', server: cyrus, user: 'kim', folders: true },
    ];
    const buildings = [
      { name: 'Dovecot', kill: () => dovecot.kill(), revive: () => dovecot.revive() },
      { name: 'Cyrus', kill: () => cyrus.kill(), revive: () => cyrus.revive() },
      { name: 'Postfix', kill: () => postfix.kill(), revive: () => postfix.revive() },
    ];
    const town = new Town(folder, places, postfix, buildings, [a, b, c, out]);
    const account = (name: string, protocol: 'imap' | 'pop3', link: CuttableLink, more = ''): string => `
  - name: ${name}
    address: ${name}@mail.test
    user: ${name}
    password: secret
    timeouts: { connect: 5s, idle: 10s }
    receive: { protocol: ${protocol}, host: 127.0.0.1, port: ${link.port}, tls: implicit, tlsName: localhost, ca: ${dovecot.ca}, schedule: "*/5 * * * * *"${more} }
    send: { host: 127.0.0.1, port: ${out.port}, tls: implicit, tlsName: localhost, ca: ${postfix.ca}, saveSent: never, rate: { perMinute: 600, perDay: 100000 } }`;
    writeFileSync(
      town.config,
      `data: ${data}\noutbox: ${town.outbox}\nlog: { level: info, format: json }\naccounts:${account('ida', 'imap', a, DELETE)}${account('jan', 'pop3', b, DELETE)}${account('kim', 'imap', c)}\n`,
      { mode: 0o600 },
    );
    end = () => {
      town.#service?.kill('SIGKILL');
      sh('umount', '-l', data);
    };
    return town;
  }

  get config(): string {
    return join(this.folder, 'config.yaml');
  }

  get outbox(): string {
    return join(this.folder, 'outbox');
  }

  get data(): string {
    return join(this.folder, 'data');
  }

  get log(): string {
    return join(this.folder, 'log');
  }

  /** Process id of the service; throws where it has ended. */
  get pid(): number {
    if (
      this.#service?.pid === undefined ||
      this.#service.exitCode !== null ||
      this.#service.signalCode !== null
    )
      throw new Error(`the service has ended:\n${readFileSync(this.log, 'utf8').slice(-4000)}`);
    return this.#service.pid;
  }

  /** Starts the service. */
  start(): void {
    writeFileSync(this.#clock, '0');
    const log = openSync(this.log, 'a');
    this.#service = spawn(process.execPath, ['--import', CLOCK, MAIN, '--config', this.config, 'daemon'], {
      stdio: ['ignore', log, log],
      env: { ...process.env, XDG_RUNTIME_DIR: '', RUNTIME_DIRECTORY: '', MAILKEEP_TEST_CLOCK: this.#clock },
    });
    closeSync(log);
  }

  /** Asks the service to stop; its exit code. */
  async stop(): Promise<number | null> {
    const service = this.#service;
    const ended = new Promise<number | null>((resolve) => service?.once('close', (code) => resolve(code)));
    process.kill(this.pid, 'SIGTERM');
    return ended;
  }

  get #clock(): string {
    return join(this.folder, 'clock');
  }

  /** Puts the wall clock of the service so many milliseconds ahead, or back. */
  shiftClock(ms: number): void {
    writeFileSync(`${this.#clock}.new`, String(ms));
    renameSync(`${this.#clock}.new`, this.#clock);
  }

  /** One message arrives at one of the accounts whose server is up. */
  async arrive(random: () => number): Promise<void> {
    const place = this.#places[Math.floor(random() * this.#places.length)];
    const { value: made } = this.#mail.next() as IteratorYieldResult<Made>;
    if (place === undefined) return;
    const building = place.server === this.#places[2]?.server ? 'Cyrus' : 'Dovecot';
    if (this.down.has(building)) return;
    try {
      await place.server.fill(place.user, [place.folders ? made : { ...made, folder: 'INBOX' }]);
    } catch (thrown) {
      // Killed in the middle of it: it may have arrived or not, and nobody was told that it has.
      if (this.down.has(building)) return;
      throw thrown;
    }
    const hash = createHash('sha256').update(made.bytes).digest('hex');
    this.arrived.set(hash, `${place.account}/${place.folders ? made.folder : 'INBOX'}`);
  }

  /** One letter is dropped, as a careful program does it. */
  drop(random: () => number): void {
    const from = Object.keys(USERS)[Math.floor(random() * 3)] ?? '';
    const id = `<soak.${this.dropped.length}@mail.test>`;
    const name = join(this.outbox, `${this.dropped.length}.eml`);
    const text = `From: ${from}@mail.test\r\nTo: ${READER}@mail.test\r\nSubject: soak ${this.dropped.length}\r\nMessage-ID: ${id}\r\n\r\n灯塔 ${id}\r\n`;
    writeFileSync(`${name}.tmp`, text);
    renameSync(`${name}.tmp`, name);
    this.dropped.push(id);
  }

  /** Takes all room of the disk but a little. */
  fillDisk(): void {
    spawnSync('dd', ['if=/dev/zero', `of=${join(this.data, 'ballast')}`, 'bs=1M'], { stdio: 'ignore' });
  }

  freeDisk(): void {
    rmSync(join(this.data, 'ballast'), { force: true });
  }

  /** Postfix, too, has put off what it could not deliver when it was killed: at once, in place of minutes later. */
  flush(): void {
    this.#postfix.flush();
  }

  /** How often each dropped letter has arrived. */
  delivered(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const text of this.#postfix.arrived(READER)) {
      const id = /^Message-ID: (<.*>)$/im.exec(text)?.[1] ?? '';
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    return counts;
  }

  /** How many messages went from their servers because the service wanted it. */
  deleted(): number {
    const names = readdirSync(join(this.data, 'journal')).filter((name) => name.endsWith('.jsonl'));
    const lines = names.flatMap((name) =>
      readFileSync(join(this.data, 'journal', name), 'utf8')
        .split('\n')
        .slice(0, -1),
    );
    const entries = lines.map((line) => JSON.parse(line) as { readonly op: string; readonly id?: string });
    return new Set(entries.flatMap(({ op, id }) => (op === 'delete' ? [id] : []))).size;
  }

  /** Hashes of all stored files. */
  stored(): Set<string> {
    const files = readdirSync(join(this.data, 'mail'), { recursive: true, encoding: 'utf8' });
    return new Set(files.filter((name) => name.endsWith('.eml')).map((name) => name.slice(-68, -4)));
  }
}

function sh(program: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
}
