// The archive cannot be written under a running service, for its disk has become read-only or is not mounted any more: one alert begins, however
// many accounts meet it, receiving goes on by itself when the disk is back, the alert ends, and nothing is lost.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { AlertEvent } from '../../src/service/alert.ts';
import type { Status } from '../../src/service/facts.ts';
import { bulkMessage } from '../messages/bulk.ts';
import { until, type Started } from '../support/command-line.ts';
import { Endings } from '../support/endings.ts';
import { wangAt } from '../support/furnished-house.ts';
import { install, type Installation } from '../support/installation.ts';
import { FRIEND, OWNER } from '../support/provider/furnished.ts';
import { startProvider } from '../support/provider/provider.ts';
import { run, withoutMount } from '../support/small-disk.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';

/** It tries again within five minutes. */
const PATIENCE = 400_000;

describe('an archive that cannot be written', () => {
  test(
    'because the disk of its messages is read-only is told once, over a restart too, until mail is stored again',
    { skip: withoutMount() },
    async (t) => {
      const { house, deliver, told } = await twoAccounts(t);
      const mail = join(house.data, 'mail');
      mkdirSync(mail, { recursive: true });
      run('mount', '-t', 'tmpfs', '-o', 'size=20M,mode=0700', 'mailkeep-test', mail);
      deliver(1);
      const first = house.line.start('daemon');
      await bothReceived(first);
      // Whoever is in the middle of a file lets go of it.
      await until(() => remountedReadOnly(mail), first.said);
      deliver(2);
      await until(() => told().length === 1, first.said, PATIENCE);
      const [start] = told();
      assert.deepEqual([start?.event, start?.kind, start?.subject], ['start', 'storage', '']);
      assert.match(start?.message.en ?? '', /read-only/);
      assert.match(start?.hint.en ?? '', /mount it writable again/);
      assert.match(start?.message.zh ?? '', /只读/);
      assert.match(start?.hint.zh ?? '', /以可写方式挂载/);
      await until(() => failing(first.said(), 'wang') && failing(first.said(), 'li'), first.said, PATIENCE);
      const { code, stdout } = await house.line.run('status', '--json');
      assert.equal(code, 1);
      const { alerts } = JSON.parse(stdout) as Status;
      assert.deepEqual(
        alerts.map(({ kind }) => kind),
        ['storage'],
      );
      assert.equal((await first.stop()).code, 0);
      const second = house.line.start('daemon');
      await until(() => failing(second.said(), 'wang'), second.said, PATIENCE);
      run('mount', '-o', 'remount,rw', mail);
      await restored(house, told, second.said);
      assert.equal((await second.stop()).code, 0);
      assert.equal((await house.json('verify')).answer.ok, true);
    },
  );

  test(
    'because its disk is not mounted, and the alert cannot be noted either, is told once, until mail is stored again',
    { skip: withoutMount() },
    async (t) => {
      const { house, deliver, told } = await twoAccounts(t);
      // What lies in the mount point is seen while nothing is mounted there: no file can be put in the place of this.
      mkdirSync(join(house.data, 'alerts.json'), { recursive: true });
      const disk = join(house.directory, 'disk');
      mkdirSync(disk, { mode: 0o700 });
      run('mount', '--bind', disk, house.data);
      deliver(1);
      const service = house.line.start('daemon');
      await bothReceived(service);
      run('umount', '-l', house.data);
      deliver(2);
      await until(() => told().length > 0, service.said, PATIENCE);
      const [start] = told();
      assert.deepEqual([start?.event, start?.kind, start?.subject], ['start', 'storage', '']);
      assert.match(start?.message.en ?? '', /not mounted/);
      assert.match(start?.message.zh ?? '', /没有挂载/);
      await until(
        () => failing(service.said(), 'wang') && failing(service.said(), 'li'),
        service.said,
        PATIENCE,
      );
      await until(() => /cannot be noted/.test(service.said()), service.said);
      assert.equal(existsSync(join(house.data, 'mail')), false, 'nothing is put into its mount point');
      run('mount', '--bind', disk, house.data);
      await restored(house, told, service.said);
      assert.equal((await service.stop()).code, 0);
      assert.equal((await house.json('verify')).answer.ok, true);
    },
  );
});

/** The first mail of both accounts is in files, journals and index: a disk that goes before that is met in the middle of them. */
async function bothReceived({ said }: Started): Promise<void> {
  await until(() => said().split(' received').length > 2, said);
}

/** All is there, and of the alert its start and its end were told, each once. */
async function restored(
  house: Installation,
  told: () => readonly AlertEvent[],
  said: () => string,
): Promise<void> {
  await until(() => house.stored().size === 4, said, PATIENCE);
  await until(() => told().some(({ event }) => event === 'end'), said, PATIENCE);
  assert.deepEqual(
    told().map(({ event, kind, subject }) => [event, kind, subject]),
    [
      ['start', 'storage', ''],
      ['end', 'storage', ''],
    ],
  );
}

/** wang and li ask for mail each second; what the alert command got is in `told`. */
async function twoAccounts(t: Ending) {
  const provider = await startProvider({
    users: { [OWNER.address]: OWNER.password, [FRIEND.address]: FRIEND.password },
  });
  const ends = new Endings();
  const directory = temporaryDirectory(ends);
  t.after(async () => {
    for (const path of ['data/mail', 'data'].map((name) => join(directory, name)))
      if (isMounted(path)) run('umount', '-l', path);
    await ends.end();
  });
  const wang = wangAt(provider, { push: false, schedule: '* * * * * *' });
  const house = install(t, [], directory);
  t.after(() => provider.stop());
  const calls = join(directory, 'told');
  house.configure([wang, { ...wang, name: 'li', address: FRIEND.address, password: FRIEND.password }], {
    alerts: { command: ['sh', '-c', 'cat >>"$0"', calls] },
  });
  const told = (): AlertEvent[] =>
    existsSync(calls)
      ? readFileSync(calls, 'utf8')
          .split('\n')
          .slice(0, -1)
          .map((line): AlertEvent => JSON.parse(line))
      : [];
  const deliver = (n: number): void => {
    provider.deliver(OWNER.address, 'INBOX', bulkMessage(n));
    provider.deliver(FRIEND.address, 'INBOX', bulkMessage(n + 100));
  };
  return { house, deliver, told };
}

/** The log has told that receiving failed at the disk for the account. */
function failing(said: string, account: string): boolean {
  const about = new RegExp(`receiving failed: .*(?:read-only|not mounted).*account=${account}\\b`);
  return said.split('\n').some((line) => about.test(line));
}

function remountedReadOnly(path: string): boolean {
  return spawnSync('mount', ['-o', 'remount,ro', path]).status === 0;
}

function isMounted(path: string): boolean {
  return readFileSync('/proc/self/mounts', 'utf8').includes(` ${path} `);
}
