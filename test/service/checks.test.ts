// What the service checks by itself, night by night, with a clock that is wound.
import assert from 'node:assert/strict';
import { appendFileSync, chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { lastChecks } from '../../src/archive/verified.ts';
import { openSource, type Receiving } from '../../src/receive/open-source.ts';
import { createLog } from '../../src/runtime/log.ts';
import { Scheduler } from '../../src/schedule/scheduler.ts';
import { Checks } from '../../src/service/checks.ts';
import { Polls } from '../../src/service/polls.ts';
import { turns } from '../../src/service/turns.ts';
import { wrongNow } from '../../src/service/wrong-now.ts';
import { history } from '../archive/history.ts';
import { bulkMessage } from '../messages/bulk.ts';
import { accountAt, dialled } from '../support/account.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { openTestHouse } from '../support/house.ts';
import { startProvider } from '../support/provider/provider.ts';
import type { Ending } from '../support/temporary.ts';
import { accountWell, standingWell } from './standing.ts';

const ADDRESS = 'ann@mail.test';
const DAY = 86_400_000;
/** No longer than the calendar's own look at the clock. */
const LOOK = 20_000;

test('each night another part is read; after four weeks every file was, and each once', async (t) => {
  const { house, clock, checks, said } = await begin(t, 60);
  for (let night = 1; night <= 28; night++) {
    await clock.wind(DAY);
    await checks.files(new AbortController());
    const { files } = await lastChecks(house.data, clock.now());
    assert.deepEqual([files?.part, files?.well], [`${night}/28`, true]);
  }
  const read = said.map(({ files }) => Number(files)).reduce((sum, files) => sum + files, 0);
  assert.equal(read, 60);
  await clock.wind(DAY);
  await checks.files(new AbortController());
  assert.equal(said.at(-1)?.['part'], '1/28');
});

test('a damaged file is fetched again in its night, and that is told; what no server has is an error until it is well', async (t) => {
  const { house, provider, clock, checks, said } = await begin(t, 4);
  const [first = '', second = ''] = await house.files();
  const well = house.archive.absolute(first);
  chmodSync(well, 0o640);
  appendFileSync(well, 'x');
  for (let night = 0; night < 28; night++) await checks.files(new AbortController());
  const mended = said.filter(({ level, text }) => level === 'warn' && /fetched again/.test(String(text)));
  assert.deepEqual(
    mended.map(({ id, account, folder }) => [id, account, folder]),
    [[first.slice(-68, -4), 'imaps', 'INBOX']],
  );
  assert.ok(!said.some(({ level }) => level === 'error'));
  rmSync(house.archive.absolute(second));
  provider.remove(ADDRESS, 'INBOX');
  for (let night = 0; night < 28; night++) {
    await clock.wind(DAY);
    await checks.files(new AbortController());
  }
  const errors = said.filter(({ level }) => level === 'error');
  assert.deepEqual(
    errors.map(({ missing }) => missing),
    [[second.slice(-68, -4)]],
  );
  assert.deepEqual((await lastChecks(house.data, 0)).missing, [second.slice(-68, -4)]);
});

test('the weekly proof fetches what is new first, and tells what is missing all the same', async (t) => {
  const { house, provider, checks, said } = await begin(t, 3);
  provider.deliver(ADDRESS, 'INBOX', bulkMessage(50));
  await checks.servers(new AbortController());
  assert.deepEqual(
    said.map(({ level, text, server }) => [level, text, server]),
    [['info', 'the archive is proved complete', 4]],
  );
  const refused = provider.deliver(ADDRESS, 'INBOX', bulkMessage(51));
  provider.faults.refuse = (message) => message === refused;
  await checks.servers(new AbortController());
  const [, wrong] = said;
  assert.deepEqual([wrong?.['level'], wrong?.['folder'], wrong?.['missing']], ['error', 'INBOX', 1]);
  assert.equal((await lastChecks(house.data, 0)).proofs['imaps']?.missing, 1);
});

test('where it may not log in, it does not, and says so', async (t) => {
  const { house, provider, checks, said } = await begin(t, 1);
  provider.setPassword(ADDRESS, 'another');
  const before = provider.connections('IMAP');
  await checks.servers(new AbortController());
  assert.equal(provider.connections('IMAP'), before + 1, 'one login, by the poll');
  assert.deepEqual(
    said.map(({ level }) => level),
    ['warn'],
  );
  assert.equal((await lastChecks(house.data, 0)).proofs['imaps']?.proved, false);
});

for (const answer of ['NO not now', 'NO [INUSE] locked'])
  test(`a folder that gets "${answer}" is not proved: that is an alert from then on, and until it opens`, async (t) => {
    const { house, provider, clock, checks } = await begin(t, 2);
    const stop = new AbortController();
    const found = async (): Promise<readonly string[]> => {
      const proof = (await lastChecks(house.data, clock.now())).proofs['imaps'];
      assert.ok(proof !== undefined);
      const account = accountWell({ proof: { ...proof, at: new Date(proof.at).toISOString() } });
      const sight = {
        standing: standingWell({ accounts: [account] }),
        letters: [],
        refused: new Map<string, string>(),
      };
      const now = Date.parse(account.lastGood ?? '');
      return wrongNow({ ...sight, unreached: new Set(), watched: {}, staleAfter: DAY, now }, []).map(
        ({ kind, message }) => `${kind}: ${message.en}`,
      );
    };
    await checks.servers(stop);
    assert.deepEqual(await found(), []);
    provider.deliver(ADDRESS, 'INBOX', bulkMessage(50)); // so that the poll before the proof opens it, too
    for (const verb of ['SELECT', 'EXAMINE']) provider.faults.answers.set(`IMAP ${verb}`, answer);
    await checks.servers(stop);
    assert.deepEqual(await found(), [
      'unproved: the archive of qq is not proved complete: 0 missing, 0 changed, 0 damaged, 1 folder not read',
    ]);
    provider.faults.answers.clear();
    await checks.servers(stop);
    assert.deepEqual(await found(), []);
  });

test('a proof for which no server was there is made again soon, and one that was made waits for its slot', async (t) => {
  const { house, provider, clock, checks, said, scheduler } = await begin(t, 1);
  const at = new Date(clock.now() + DAY);
  await checks.schedule(scheduler, {
    subset: null,
    server: `${at.getMinutes()} ${at.getHours()} * * ${at.getDay()}`,
  });
  const due = (): number => (scheduler.next('verify --server') ?? Infinity) - clock.now();
  const tell = async (): Promise<unknown> => {
    const before = said.length;
    await clock.wind(due());
    while (said.length === before) await clock.wind(0);
    await scheduler.aside('verify --server', async () => undefined); // behind the run
    return said.at(-1)?.['text'];
  };
  provider.faults.hangUp.add('IMAP LOGIN').add('IMAP AUTHENTICATE');
  for (let tries = 0; tries < 3; tries++) {
    assert.match(String(await tell()), /the proof came to no end/);
    assert.ok(due() <= DAY / 24, `again after ${due()} ms`);
  }
  provider.faults.hangUp.clear();
  assert.equal(await tell(), 'the archive is proved complete');
  assert.equal((await lastChecks(house.data, 0)).proofs['imaps']?.proved, true);
  assert.ok(due() > 6 * DAY, `again after ${due()} ms`);
  // A folder that is refused is asked for once more, and then waits for its slot like all others.
  for (const verb of ['SELECT', 'EXAMINE']) provider.faults.answers.set(`IMAP ${verb}`, 'NO not now');
  assert.equal(await tell(), 'the archive is not proved complete');
  assert.ok(due() <= DAY / 24, `again after ${due()} ms`);
  assert.equal(await tell(), 'the archive is not proved complete');
  assert.ok(due() > 6 * DAY, `again after ${due()} ms`);
});

test('a proof waits for a first sync of a day, and nobody takes it for hung; it is made when that has ended', async (t) => {
  const { house, clock, checks, said, scheduler, account } = await begin(t, 1);
  const sync = syncing(scheduler, account.name, clock);
  await clock.wind(1);
  await checks.schedule(scheduler, { subset: null, server: soon(clock) });
  for (let rest = DAY; rest > 0; rest -= LOOK) {
    await clock.wind(LOOK);
    await diskAnswers();
    scheduler.answer();
  }
  assert.deepEqual(said, []);
  const ended = clock.now();
  sync.end();
  for (let rest = 60_000; rest > 0; rest -= LOOK) await clock.wind(LOOK);
  while (said.length === 0) await clock.wind(0);
  assert.equal(said[0]?.['text'], 'the archive is proved complete');
  assert.ok(((await lastChecks(house.data, 0)).proofs['imaps']?.at ?? 0) >= ended);
});

test('checks that wait for a sync end when they are to end, and the sync goes on', async (t) => {
  const { clock, checks, said, scheduler, account } = await begin(t, 1);
  const sync = syncing(scheduler, account.name, clock);
  await clock.wind(1);
  await checks.schedule(scheduler, { subset: null, server: soon(clock) });
  for (let rest = 2 * 3_600_000; rest > 0; rest -= LOOK) await clock.wind(LOOK);
  await checks.end(scheduler);
  assert.deepEqual([said, sync.runs()], [[], true]);
});

test('what checks do is life', async (t) => {
  const { house, provider, checks } = await begin(t, 2);
  const [first = ''] = await house.files();
  rmSync(house.archive.absolute(first));
  provider.deliver(ADDRESS, 'INBOX', bulkMessage(50));
  let alive = 0;
  const waiter = { signal: new AbortController().signal, alive: () => void alive++ };
  for (let night = 0; night < 28; night++) await checks.files(waiter);
  assert.ok(alive > 0, 'files');
  alive = 0;
  await checks.servers(waiter);
  assert.ok(alive > 0, 'servers');
});

/** A first sync that takes as long as the test likes. */
function syncing(scheduler: Scheduler, name: string, clock: FakeClock) {
  let runs = true;
  scheduler.add({
    name,
    schedule: '0 0 1 1 *',
    run: async (signal, alive) => {
      while (runs && !signal.aborted) {
        alive();
        await clock.sleep(60_000, signal).catch(() => undefined);
      }
      runs = false;
      return undefined;
    },
  });
  return { end: () => void (runs = false), runs: () => runs };
}

/** Resolves when nothing is asked of the disk any more: to read a file may take longer than a day does here. */
async function diskAnswers(): Promise<void> {
  while (process.getActiveResourcesInfo().some((kind) => kind.startsWith('FSReq'))) await setImmediate();
}

/** The day and the time in an hour, as a slot of each week. */
function soon(clock: FakeClock): string {
  const at = new Date(clock.now() + 3_600_000);
  return `${at.getMinutes()} ${at.getHours()} * * ${at.getDay()}`;
}

test('a slot that was missed is made good at the start, and no other', async (t) => {
  const { house, clock, checks, said } = await begin(t, 1);
  // Three hours from now, each day.
  const subset = `0 ${(new Date(clock.now()).getHours() + 3) % 24} * * *`;
  const start = async (due: number): Promise<void> => {
    const before = said.length;
    const scheduler = new Scheduler(clock);
    await checks.schedule(scheduler, { subset, server: null });
    for (let n = 0; due === 0 ? n < 300 : said.length === before; n++) await clock.wind(0);
    await scheduler.stop();
    assert.equal(said.length - before, due);
  };
  await start(0); // at the very first start nothing was missed
  assert.ok((await lastChecks(house.data, 0)).since > 0);
  await clock.wind(DAY / 12);
  await start(0);
  await clock.wind(DAY);
  await start(1);
  await start(0);
});

test('a journal that has grown far beyond what still counts gets a snapshot, once; a damaged line is told', async (t) => {
  const { house, checks, said } = await begin(t, 1);
  await house.journal.append('old', history(1, 12_000));
  await checks.compact(new AbortController().signal);
  await checks.compact(new AbortController().signal);
  assert.deepEqual(
    said.map(({ level, text, account }) => [level, text, account]),
    [['info', 'a snapshot of a journal was made', 'old']],
  );
  appendFileSync(join(house.data, 'journal/old.jsonl'), 'no line\n');
  await checks.files(new AbortController());
  const told = said.filter(({ level, account }) => level === 'error' && account === 'old');
  assert.match(String(told[0]?.['text']), /a damaged line was skipped/);
});

async function begin(t: Ending, messages: number) {
  const provider = await startProvider({ users: { [ADDRESS]: 'correct horse' } });
  t.after(() => provider.stop());
  for (let n = 1; n <= messages; n++) provider.deliver(ADDRESS, 'INBOX', bulkMessage(n));
  const clock = new FakeClock();
  const house = await openTestHouse(t, clock);
  const plain = accountAt(provider, 'imaps', ADDRESS, 'correct horse');
  const account = { ...plain, receive: { ...plain.receive, folders: { include: ['INBOX'], exclude: [] } } };
  assert.equal((await house.poll(account)).stored, messages);
  const scheduler = new Scheduler(clock, () => 0);
  t.after(() => scheduler.stop());
  const turn = turns(scheduler, new Map(), clock);
  const said: Record<string, unknown>[] = [];
  const note =
    (level: string) =>
    (text: string, fields: object = {}): void =>
      void said.push({ level, text, ...fields });
  // By a clock that stands still: the proofs alone make polls.
  const standing = new Scheduler(new FakeClock());
  t.after(() => standing.stop());
  const polls = new Polls({
    scheduler: standing,
    db: house.db,
    log: createLog({ level: 'error', format: 'json', to: new PassThrough().resume() }),
    poll: (one, signal, options) => house.poll(one, { signal, ...options }),
  });
  polls.add(account, null);
  await standing.aside(account.name, async () => undefined); // behind the first one
  const checks = new Checks({
    clock,
    log: { error: note('error'), warn: note('warn'), info: note('info') },
    checking: { archive: house.archive, journal: house.journal, clock },
    asking: (waiter) => ({
      db: house.db,
      accounts: [account],
      source: (one: Receiving) => openSource(one, dialled(one), new Map()),
      turn: (one: Receiving, work) => turn(one, work, waiter),
      poll: (one, stop, alive, full) => polls.whole(one.name, stop, alive, full),
    }),
  });
  return { provider, house, clock, checks, said, scheduler, account };
}
