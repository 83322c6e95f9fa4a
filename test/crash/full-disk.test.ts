// The disk fills up in the middle of a sync: it is told with its cure, nothing half-written can be seen, and once there is
// room the next sync brings the rest.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { bulkMessage } from '../messages/bulk.ts';
import { until } from '../support/command-line.ts';
import { wangAt } from '../support/furnished-house.ts';
import { install, type Answer, type Installation } from '../support/installation.ts';
import { FRIEND, OWNER } from '../support/provider/furnished.ts';
import { startProvider, type Provider } from '../support/provider/provider.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';

const COUNT = 200;

describe('a full disk', { skip: withoutMount() }, () => {
  test('ends a sync with its cure and nothing half-written; with room again, the next one completes', async (t) => {
    const { provider, house } = await onSmallDisk(t);
    for (let n = 1; n <= COUNT; n++) provider.deliver(OWNER.address, 'INBOX', bulkMessage(n, 100_000));
    for (let round = 1; round <= 2; round++) {
      const { code, stdout, stderr } = await house.line.run('sync', ...(round === 1 ? [] : ['--json']));
      assert.equal(code, 1, stderr);
      assert.match(stdout + stderr, /no space left|disk is full/i);
      assert.match(stdout + stderr, /free some space/);
      assert.doesNotMatch(stdout + stderr, /internal error/);
      if (round === 2) {
        const answer: Answer = JSON.parse(stdout);
        assert.equal(answer.ok, false);
      }
      assert.ok(house.stored().size < COUNT, 'not all fit, and each that is there is whole');
      assert.deepEqual(readdirSync(join(house.data, 'mail', '.tmp')), []);
      assert.equal(readdirSync(house.data).includes('lock'), false);
      const verified = await house.json('verify');
      assert.equal(verified.answer.error, undefined);
    }
    resize(house, '100M');
    assert.equal((await house.json('sync')).code, 0);
    assert.equal(house.stored().size, COUNT);
    assert.deepEqual((await house.json('verify')).answer.ok, true);
    assert.equal((await house.json('search', '封', '--limit', '1')).answer.total, COUNT);
    const again = await house.json('sync');
    assert.deepEqual([again.code, again.answer.accounts?.[0]?.stored], [0, 0]);
  });

  test('does not stop the service: searches go on, and a letter goes out once there is room', async (t) => {
    const { provider, house } = await onSmallDisk(t);
    assert.equal((await house.json('sync')).code, 0);
    const service = house.line.start('daemon');
    await until(() => service.said().includes('is running'), service.said);
    fill(house);
    house.drop(
      'letter.eml',
      `From: ${OWNER.address}\nTo: ${FRIEND.address}\nMessage-ID: <1@mail.test>\n\nHello.\n`,
    );
    await until(() => /space|full/i.test(service.said()), service.said);
    assert.equal((await house.json('search', 'x')).code, 0);
    assert.ok(service.alive());
    assert.equal(provider.accepted('<1@mail.test>'), 0);
    rmSync(join(house.data, 'ballast'));
    house.drop(
      'second.eml',
      `From: ${OWNER.address}\nTo: ${FRIEND.address}\nMessage-ID: <2@mail.test>\n\nHello.\n`,
    );
    await until(() => house.names('sent').length === 2, service.said);
    const { code, stderr } = await service.stop();
    assert.equal(code, 0, stderr);
    assert.deepEqual([provider.accepted('<1@mail.test>'), provider.accepted('<2@mail.test>')], [1, 1]);
    assert.equal((await house.json('verify')).answer.ok, true);
  });
});

/** Data lies on 5 MB of its own. */
async function onSmallDisk(t: Ending): Promise<{ provider: Provider; house: Installation }> {
  const provider = await startProvider({
    users: { [OWNER.address]: OWNER.password, [FRIEND.address]: FRIEND.password },
  });
  let mounted: string | undefined;
  const directory = temporaryDirectory({
    after: (what) =>
      t.after(() => {
        if (mounted !== undefined) run('umount', '-l', mounted);
        return what();
      }),
  });
  const house = install(t, [wangAt(provider)], directory);
  t.after(() => provider.stop());
  mkdirSync(house.data);
  run('mount', '-t', 'tmpfs', '-o', 'size=5M,mode=0700', 'mailkeep-test', house.data);
  mounted = house.data;
  return { provider, house };
}

function resize({ data }: Installation, size: string): void {
  run('mount', '-o', `remount,size=${size}`, data);
}

/** Takes all the room there is. */
function fill({ data }: Installation): void {
  const path = join(data, 'ballast');
  for (let size = 4096 * 1024; size >= 4096; size /= 2) {
    for (let part = 0; part < 3; part++) {
      try {
        writeFileSync(path, Buffer.alloc(size), { flag: 'a' });
      } catch {
        break; // as much of it as fitted
      }
    }
  }
}

function run(command: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  assert.equal(status, 0, `${command}: ${stderr}`);
}

function withoutMount(): string | false {
  if (process.getuid?.() !== 0) return 'needs root, to mount a small disk';
  const ends: (() => void | Promise<void>)[] = [];
  const directory = temporaryDirectory({ after: (what) => void ends.push(what) });
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1M', 'mailkeep-test', directory]);
  if (status === 0) spawnSync('umount', [directory]);
  rmSync(directory, { recursive: true, force: true });
  return status === 0 ? false : 'needs root that may mount a small disk';
}
