// Deleting at a real Dovecot, through every gate; and the program killed at each step of it, after which the archive holds
// all that the server has lost, and the next run ends what this one began.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { bulkMessage } from '../messages/bulk.ts';
import { CommandLine } from '../support/command-line.ts';
import { install } from '../support/installation.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';
import { startTripwire } from '../support/tripwire.ts';
import { startDovecot, type Dovecot } from './dovecot.ts';
import { DOVECOT, without } from './installed.ts';

const skip = without({ Dovecot: DOVECOT });
const PASSWORD = 'correct horse';
const COUNT = 8;

type Protocol = 'imap' | 'pop3';

for (const protocol of ['imap', 'pop3'] as const) {
  describe(`deleting at Dovecot over ${protocol}`, { skip }, () => {
    test('takes what is stored well, and leaves what is damaged', async (t) => {
      const { dovecot, home, sync, old } = await begin(t, protocol);
      await sync(dovecot.ports[protocol]);
      const [bad] = dovecot.messages('keeper', 'INBOX');
      chmodSync(fileOf(home, bad), 0o640);
      appendFileSync(fileOf(home, bad), 'x');
      await old();
      const dry = await sync(dovecot.ports[protocol], '--dry-run');
      assert.equal(dovecot.messages('keeper', 'INBOX').length, COUNT);
      assert.equal(
        dry.accounts[0]?.folders[0]?.deletions?.filter(({ state }) => state === 'due').length,
        COUNT - 1,
      );
      const done = await sync(dovecot.ports[protocol]);
      assert.deepEqual([done.ok, done.accounts[0]?.deleted], [false, COUNT - 1]);
      assert.deepEqual(dovecot.messages('keeper', 'INBOX').map(hashOf), [hashOf(bad)]);
    });

    const steps: readonly [string, RegExp, boolean][] =
      protocol === 'pop3'
        ? [
            ['before DELE', /^DELE/m, false],
            ['after DELE', /^DELE/m, true],
            ['before QUIT', /^QUIT/m, false],
            ['after QUIT', /^QUIT/m, true],
          ]
        : [
            ['before STORE', /UID STORE/, false],
            ['after STORE', /UID STORE/, true],
            ['before EXPUNGE', /UID EXPUNGE/, false],
            ['after EXPUNGE', /UID EXPUNGE/, true],
          ];
    for (const [step, word, through] of steps) {
      test(`killed ${step} loses nothing, and the next run ends it`, async (t) => {
        const { dovecot, home, command, sync, old, configure } = await begin(t, protocol);
        await sync(dovecot.ports[protocol]);
        const all = dovecot.messages('keeper', 'INBOX');
        await old();
        const wire = await startTripwire(t, dovecot.ports[protocol], word, through);
        configure(wire.port);
        const running = command.start('sync', '--json');
        await wire.tripped;
        await running.kill('SIGKILL');
        wire.cut();
        if (!/after (QUIT|EXPUNGE)/.test(step))
          assert.equal(dovecot.messages('keeper', 'INBOX').length, COUNT, 'something went too early');
        for (const message of all) assert.equal(hashOf(readFileSync(fileOf(home, message))), hashOf(message));
        for (let runs = 0; runs < 3; runs++) assert.equal((await sync(dovecot.ports[protocol])).ok, true);
        assert.equal(dovecot.messages('keeper', 'INBOX').length, 0);
        for (const message of all) assert.equal(hashOf(readFileSync(fileOf(home, message))), hashOf(message));
        const verified = await command.run('verify', '--json');
        assert.equal(verified.code, 0, verified.stdout);
        const ops = journal(home).map(({ op }) => op);
        assert.equal(ops.filter((op) => op === 'gone').length, COUNT);
        assert.ok(ops.indexOf('delete') < ops.indexOf('gone'), 'what went is not explained');
      });
    }
  });
}

test('a flagged message stays at Dovecot', { skip }, async (t) => {
  const { dovecot, sync, old } = await begin(t, 'imap');
  await dovecot.fill('keeper', [{ folder: 'INBOX', bytes: bulkMessage(100), flags: 'F' }]);
  await sync(dovecot.ports.imap);
  await old();
  assert.equal((await sync(dovecot.ports.imap)).accounts[0]?.deleted, COUNT);
  assert.deepEqual(dovecot.messages('keeper', 'INBOX').map(hashOf), [hashOf(bulkMessage(100))]);
});

for (const other of ['imap', 'pop3'] as const)
  test(
    `two accounts at one maildrop, over pop3 and ${other}, that both delete: all is kept, and each says what it asked for`,
    { skip },
    async (t) => {
      const dovecot = await startDovecot(t, { keeper: PASSWORD });
      const mail = Array.from({ length: COUNT }, (_, n) => bulkMessage(n + 1));
      await dovecot.fill(
        'keeper',
        mail.map((bytes) => ({ folder: 'INBOX', bytes, flags: '' })),
      );
      const accounts = (['pop3', other] as const).map((protocol, nth) => ({
        name: `a${nth}`,
        address: 'keeper@mail.test',
        user: 'keeper',
        password: PASSWORD,
        receive: {
          protocol,
          host: '127.0.0.1',
          port: dovecot.ports[protocol],
          tls: 'none',
          folders: { include: ['INBOX'] },
          delete: { after: '1s' },
        },
      }));
      const home = install(t, accounts);
      const sync = async (...more: readonly string[]): Promise<Synced> =>
        JSON.parse((await home.line.run('sync', '--json', ...more)).stdout) as Synced;
      assert.ok((await sync()).ok);
      const newest = Math.max(...['a0', 'a1'].flatMap((name) => home.journal(name).map(whenOf)));
      while (Date.now() <= newest + 1000) await sleep(50);
      const would = idsOf(await sync('--dry-run'), 'due');
      assert.deepEqual(would, mail.flatMap((bytes) => [hashOf(bytes), hashOf(bytes)]).toSorted());
      assert.equal(dovecot.messages('keeper', 'INBOX').length, COUNT);
      for (let runs = 0; runs < 3; runs++) assert.ok((await sync()).ok);
      assert.equal(dovecot.messages('keeper', 'INBOX').length, 0);
      assert.deepEqual([...home.stored().values()].toSorted(), mail.map(hashOf).toSorted());
      for (const name of ['a0', 'a1']) {
        const gone = home.journal(name).filter(({ op }) => op === 'gone');
        assert.equal(gone.length, COUNT, name);
      }
      const asked = ['a0', 'a1'].flatMap((name) => home.journal(name)).filter(({ op }) => op === 'delete');
      assert.equal(new Set(asked.map(({ id }) => id)).size, COUNT, 'what went is explained');
      assert.equal((await home.json('verify', '--server')).code, 0);
    },
  );

/** What `sync --json` answers, as far as these tests look at it. */
interface Synced {
  readonly ok: boolean;
  readonly accounts: readonly {
    readonly deleted: number;
    readonly folders: readonly {
      readonly deletions?: readonly { readonly id: string; readonly state: string }[];
    }[];
  }[];
}

function idsOf({ accounts }: Synced, state: string): string[] {
  const all = accounts.flatMap(({ folders }) => folders.flatMap(({ deletions = [] }) => deletions));
  return all
    .filter((one) => one.state === state)
    .map(({ id }) => id)
    .toSorted();
}

function whenOf(line: Record<string, unknown>): number {
  return Date.parse(String(line['at'])) || 0;
}

async function begin(t: Ending, protocol: Protocol) {
  const dovecot: Dovecot = await startDovecot(t, { keeper: PASSWORD });
  const mail = Array.from({ length: COUNT }, (_, n) => ({
    folder: 'INBOX',
    bytes: bulkMessage(n + 1),
    flags: '',
  }));
  await dovecot.fill('keeper', mail);
  const home = temporaryDirectory(t);
  const config = join(home, 'config.yaml');
  const configure = (port: number): void => {
    const receive = {
      protocol,
      host: '127.0.0.1',
      port,
      tls: 'none',
      folders: { include: ['INBOX'] },
      delete: { after: '1s' },
    };
    const account = {
      name: 'keeper',
      address: 'keeper@mail.test',
      user: 'keeper',
      password: PASSWORD,
      receive,
    };
    writeFileSync(config, stringify({ data: join(home, 'data'), accounts: [account] }), { mode: 0o600 });
  };
  const command = new CommandLine(config);
  t.after(() => command.kill());
  const sync = async (port: number, ...more: readonly string[]): Promise<Synced> => {
    configure(port);
    return JSON.parse((await command.run('sync', '--json', ...more)).stdout) as Synced;
  };
  /** Until all that is stored is older than a second. */
  const old = async (): Promise<void> => {
    const newest = Math.max(...journal(home).map(({ at }) => Date.parse(at)));
    while (Date.now() <= newest + 1000) await sleep(50);
  };
  return { dovecot, home, command, sync, old, configure };
}

function hashOf(bytes: Buffer | undefined): string {
  return createHash('sha256')
    .update(bytes ?? '')
    .digest('hex');
}

function fileOf(home: string, message: Buffer | undefined): string {
  const mail = join(home, 'data/mail');
  const found = readdirSync(mail, { recursive: true, encoding: 'utf8' }).find((name) =>
    name.endsWith(`${hashOf(message)}.eml`),
  );
  return join(mail, found ?? 'missing');
}

function journal(home: string): { readonly op: string; readonly at: string }[] {
  const rows = readFileSync(join(home, 'data/journal/keeper.jsonl'), 'utf8').trim().split('\n').slice(1);
  return rows.map((row) => JSON.parse(row) as { op: string; at: string });
}
