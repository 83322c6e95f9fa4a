// `kill -9` of the service at each step of a letter's way out: after a restart the server has it exactly once. Only a kill
// between the dot and its answer leaves a doubt, and the doubt is flagged.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { loadConfig } from '../../src/config/load.ts';
import { openHouse } from '../../src/daemon.ts';
import type { Clock } from '../../src/model/clock.ts';
import { createLog } from '../../src/runtime/log.ts';
import { systemClock } from '../../src/runtime/system-clock.ts';
import { until } from '../support/command-line.ts';
import { atEach, copyOf, doomed, fate, NAMES, told } from '../support/crash-points.ts';
import { wangAt } from '../support/furnished-house.ts';
import { install, type Installation } from '../support/installation.ts';
import { FRIEND, OWNER } from '../support/provider/furnished.ts';
import { startProvider, type Provider } from '../support/provider/provider.ts';
import { noStrace } from '../support/strace.ts';

const MINUTE = 60_000;
const QUEUE = 'data/outbox.db-wal';

describe('a service that is killed while it sends', { skip: noStrace }, () => {
  test('has sent the letter once after a restart; a doubt is flagged, and only where there is one', async (t) => {
    const provider = await startProvider({
      users: { [OWNER.address]: OWNER.password, [FRIEND.address]: FRIEND.password },
    });
    t.after(() => provider.stop());
    const { receive: _, ...account } = wangAt(provider);
    const base = install(t, [account]);
    const first = base.line.start('daemon');
    await until(() => first.said().includes('is running'), first.said);
    assert.equal((await first.stop()).code, 0);

    let serial = 0;
    let doubted = 0;
    const met = await atEach(
      [
        ...NAMES,
        { name: 'sync of the queue', calls: 'fsync,fdatasync', on: [QUEUE] },
        { name: 'write to the queue', calls: 'pwrite64', on: [QUEUE], each: 4 },
        { name: 'write to the journal', calls: 'write', on: ['data/journal/wang.jsonl'] },
      ],
      async (moment) => {
        const house = copyOf(t, base, [account]);
        const n = ++serial;
        house.drop('letter.eml', letter(n));
        const service = doomed(house, provider, moment, 'daemon');
        const isOver = (): boolean => house.names('sent').length > 0 && spoolOf(house).length === 0;
        await until(() => !service.alive() || isOver(), service.said);
        const ended = service.alive() ? 'lived' : fate(await service.ended);
        if (ended === 'lived') killHolder(house);
        await service.ended;
        const before = provider.accepted(idOf(n));
        assert.ok(before <= 1);
        await afterRestart(house, systemClock);
        const [queued] = await house.queue();
        if (queued?.state === 'uncertain') {
          doubted++;
          assert.equal(provider.accepted(idOf(n)), before, 'not at once again');
          await afterRestart(house, { ...systemClock, now: () => Date.now() + 11 * MINUTE });
          assert.equal(provider.accepted(idOf(n)), before + 1, 'once more, for want of an answer');
        } else assert.equal(provider.accepted(idOf(n)), 1, 'exactly once');
        isDone(house, provider, n);
        return ended;
      },
    );
    t.diagnostic(`delivery: ${told(met)}; ${doubted} of them in doubt`);
    for (const name of ['rename', 'sync of the queue', 'write to the queue', 'write to the journal'])
      assert.ok((met.get(name) ?? 0) > 0, name);
    assert.ok(doubted >= 1, 'a kill between the dot and its answer is met');
  });
});

/** Kills the service itself, whatever is above it. */
function killHolder({ data }: Installation): void {
  const holder: { readonly pid: number } = JSON.parse(readFileSync(join(data, 'lock'), 'utf8'));
  try {
    process.kill(holder.pid, 'SIGKILL');
  } catch (thrown) {
    // It had come to its end by itself: there is nothing left to kill.
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH')) throw thrown;
  }
}

/** Sent, in sent/ once, kept in the archive once, and nothing left in drop folder and spool. */
function isDone(house: Installation, provider: Provider, n: number): void {
  assert.deepEqual([house.names('sent'), house.names('failed')], [['letter.eml'], []]);
  assert.deepEqual(
    house.names('.').filter((name) => name.includes('eml') || name.includes('taken')),
    [],
  );
  assert.deepEqual(spoolOf(house), []);
  assert.equal(house.stored().size, 1);
  assert.equal(house.journal('wang').filter(({ op }) => op === 'seen').length, 1);
  const sent = provider.submissions.filter(({ messageId }) => messageId === idOf(n));
  assert.equal(new Set(sent.map(({ bytes }) => bytes.toString())).size, 1, 'the same octets each time');
}

/** What a new start does until nothing is left to do now. */
async function afterRestart(house: Installation, clock: Clock): Promise<void> {
  const config = await loadConfig(house.config);
  const opened = await openHouse(config, createLog({ level: 'error', format: 'text' }), clock);
  try {
    await opened.outbox.pass();
    // The second one finishes what a first try could not, and begins nothing.
    await opened.outbox.pass();
  } finally {
    await opened.outbox.stop();
    await opened.close();
  }
}

function spoolOf({ data }: Installation): string[] {
  const spool = join(data, 'spool');
  return existsSync(spool) ? readdirSync(spool) : [];
}

function idOf(n: number): string {
  return `<letter-${n}@mail.test>`;
}

function letter(n: number): string {
  return `Date: Fri, 20 Nov 2026 10:00:00 +0800\nFrom: ${OWNER.address}\nTo: ${FRIEND.address}\nMessage-ID: ${idOf(n)}\nSubject: ${n}\n\nHello.\n`;
}
