// The power goes while an index is made anew: by a reindex, over an index that is whole or is nothing without its log; in the place of
// one that is damaged; and from the journals where none is left. What the disk keeps is an index that is whole, or none, or the one that
// is known to be damaged, never one that tells less than it says. The next command finds all that was found before.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import Database from 'better-sqlite3';
import { bulkMessage } from '../messages/bulk.ts';
import { copyOf, doomed } from '../support/crash-points.ts';
import type { Step } from '../support/disk-steps.ts';
import { Endings } from '../support/endings.ts';
import { wangAt } from '../support/furnished-house.ts';
import { install, type Installation } from '../support/installation.ts';
import { examine, recordingOf, type Left, type Look, type Recording } from '../support/left-archive.ts';
import { putDown, SEED, type Image } from '../support/power-cut.ts';
import { OWNER } from '../support/provider/furnished.ts';
import { startProvider, type Provider } from '../support/provider/provider.ts';
import { noStrace } from '../support/strace.ts';
import type { Ending } from '../support/temporary.ts';

const QUERIES = ['发票', 'invoice', '"会议纪要"', '封', 'in:客户往来'];
const NO_SCHEMA = 'no schema at all';
/** Of the states that differ in the files of the index, each so-manieth is started on. */
const STRIDE = process.env['MAILKEEP_EVERY_EFFECT'] === undefined ? 24 : 1;

/** What makes an index anew, and whether the one before is known to be damaged. */
interface Renewal extends Recording {
  readonly damaged?: Buffer;
}

describe('a power cut while an index is made anew', { skip: noStrace }, () => {
  const whole = new Endings();
  let made: Promise<Base> | undefined;
  const base = (): Promise<Base> => (made ??= furnished(whole));
  after(() => whole.end());

  for (const [what, record] of [
    ['by a reindex, where the old one has its log', reindexed],
    ['by a sync, in the place of a damaged one', renewed],
    ['by a sync, where there is none', regained],
  ] as const) {
    test(`${what}, leaves one that is whole, or none, and all is found again`, async (t) => {
      const start = await base();
      const one = await record(t, start);
      const states = new Map<string, Image>();
      let different = 0;
      const look: Look = (left) => {
        const key = stateOf(left);
        if (!states.has(key)) states.set(key, different++ % STRIDE === 0 ? left.image : new Map());
        return isSound(left, one);
      };
      const { images, faults } = examine(t, one, { look });
      const begun = [...states.values()].filter(({ size }) => size > 0);
      t.diagnostic(
        `${one.steps.length} steps, ${images} images (seed ${SEED}), ${different} states of the index, ${begun.length} of them started on`,
      );
      assert.deepEqual(faults.slice(0, 3), []);
      for (const image of begun) assert.deepEqual(await startedOn(t, image, one, start), start.found);
      assert.ok(images > 100 && begun.length > 3, `${images} ${begun.length}`);
    });
  }

  const isSync = ({ is }: Step): boolean => is === 'sync';
  for (const [what, record, gone] of [
    ['a new index that is not synced', reindexed, ({ path }: Step) => /index\.db\.new(?:-wal)?$/.test(path)],
    ['an old log that may outlive its index', reindexed, ({ path }: Step) => path.endsWith('/data')],
    [
      'a damaged index that may lose its name without its log',
      renewed,
      ({ path }: Step) => path.endsWith('/data'),
    ],
  ] as const) {
    test(`${what} would be found`, async (t) => {
      const one = await record(t, await base());
      const steps = one.steps.filter((step) => !(isSync(step) && gone(step)));
      const { faults } = examine(t, { ...one, steps }, { look: (left) => isSound(left, one), enough: /./ });
      assert.ok(faults.length > 0);
    });
  }
});

/** The index that is known to be damaged may lie there still, its log folded back or not: the next start makes it anew. */
function isSound(left: Left, { damaged, data }: Renewal): string[] {
  const index = left.image.get(join(data, 'index.db'));
  return damaged !== undefined && (index?.equals(damaged) === true || index?.includes(NO_SCHEMA) === true)
    ? []
    : left.faults();
}

function stateOf({ image, data }: Left): string {
  return [...image]
    .filter(([path]) => path.startsWith(join(data, 'index.db')))
    .map(([path, octets]) => `${path} ${createHash('sha256').update(octets).digest('hex')}`)
    .join('\n');
}

/** What is found on that disk after the next sync, which fetches nothing. */
async function startedOn(
  t: Ending,
  image: Image,
  { data }: Recording,
  { provider }: Base,
): Promise<readonly unknown[]> {
  const house = install(t, [wangAt(provider)]);
  putDown(image, data, house.data);
  const { code, answer } = await house.json('sync');
  assert.deepEqual([code, answer.accounts?.[0]?.stored], [0, 0], JSON.stringify(answer));
  return house.found(QUERIES);
}

/** A server, an archive with all that it holds, and one whose sync was killed while it folded its log back. */
interface Base {
  readonly provider: Provider;
  readonly house: Installation;
  readonly torn: Installation;
  readonly found: readonly unknown[];
}

async function furnished(t: Ending): Promise<Base> {
  const provider = await startProvider({ users: { [OWNER.address]: OWNER.password } });
  t.after(() => provider.stop());
  for (let n = 1; n < 9; n++) provider.deliver(OWNER.address, 'INBOX', bulkMessage(n * 100));
  provider.deliver(OWNER.address, '客户往来', bulkMessage(2));
  const torn = install(t, [wangAt(provider)]);
  assert.equal((await torn.json('sync')).code, 0);
  provider.deliver(OWNER.address, 'INBOX', bulkMessage(901));
  const fold = { name: 'fold', calls: 'pwrite64', on: ['data/index.db'] };
  assert.equal((await doomed(torn, provider, { effects: fold, nth: 4 }, 'sync').ended).signal, 'SIGKILL');
  assert.ok(existsSync(join(torn.data, 'index.db-wal')));
  const house = copyOf(t, torn, [wangAt(provider)]);
  assert.equal((await house.json('sync')).code, 0);
  return { provider, house, torn, found: await house.found(QUERIES) };
}

function reindexed(t: Ending, { torn, provider }: Base): Promise<Renewal> {
  return recordingOf(t, torn, [wangAt(provider)], 'reindex');
}

/** The log holds a schema that nobody can read. */
async function renewed(t: Ending, base: Base): Promise<Renewal> {
  const [house, aside] = [copyOf(t, base.house, []), copyOf(t, base.house, [])];
  const db = new Database(join(aside.data, 'index.db'));
  db.unsafeMode();
  db.exec(
    "PRAGMA journal_mode = WAL; PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = '" +
      NO_SCHEMA +
      "'",
  );
  for (const end of ['', '-wal'])
    cpSync(join(aside.data, `index.db${end}`), join(house.data, `index.db${end}`));
  db.close();
  const damaged = readFileSync(join(house.data, 'index.db'));
  return { ...(await recordingOf(t, house, [wangAt(base.provider)], 'sync')), damaged };
}

function regained(t: Ending, base: Base): Promise<Renewal> {
  const house = copyOf(t, base.house, []);
  for (const end of ['', '-wal', '-shm']) rmSync(join(house.data, `index.db${end}`), { force: true });
  return recordingOf(t, house, [wangAt(base.provider)], 'sync');
}
