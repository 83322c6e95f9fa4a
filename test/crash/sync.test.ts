// `kill -9` of a sync at each of its effects: new messages, changed flags, one gone and one back again, and one that is deleted
// at the server. What the next sync leaves is what undisturbed ones leave: archive, journal, index and server.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { openIndex } from '../../src/index/database.ts';
import { systemClock } from '../../src/runtime/system-clock.ts';
import { bulkMessage } from '../messages/bulk.ts';
import { accountAt } from '../support/account.ts';
import {
  atEach,
  commandsOf,
  copyOf,
  doomed,
  fate,
  NAMES,
  told,
  type Effects,
} from '../support/crash-points.ts';
import { openTestHouse } from '../support/house.ts';
import { install, type Installation } from '../support/installation.ts';
import { OWNER } from '../support/provider/furnished.ts';
import { startProvider, type Provider } from '../support/provider/provider.ts';
import { noStrace } from '../support/strace.ts';

const DAY = 86_400_000;
const OTHER = '客户往来';
/** The first number of a message that is dated later than any that may be deleted. */
const YOUNG = Math.ceil((Date.now() - Date.UTC(2019, 0, 1)) / 3_600_000);

type Way = 'imaps' | 'pop3s';

for (const way of ['imaps', 'pop3s'] as const) {
  describe(`a sync over ${way} that is killed`, { skip: noStrace }, () => {
    test('at each of its effects leaves, after the next one, what an undisturbed one leaves', async (t) => {
      const base = await before(t, way);
      const calm = await copied(t, way, base);
      assert.equal((await calm.house.json('sync')).code, 0);
      await settles(calm.house);
      const wanted = stateOf(calm.house, calm.provider, way);
      assert.equal(wanted.server.INBOX.length, 5, 'one was deleted at the server');

      const met = await atEach(effectsOf(calm.house, way), async (moment) => {
        const { house, provider, end } = await copied(t, way, base);
        const ended = fate(await doomed(house, provider, moment, 'sync', '--full').ended);
        provider.faults.watch = () => {};
        provider.faults.hangUp.clear();
        house.stored(); // whatever has a name is whole
        const second = await house.json('sync', '--full');
        assert.equal(second.code, 0, JSON.stringify(second.answer));
        await settles(house);
        assert.deepEqual(stateOf(house, provider, way), wanted);
        await end();
        return ended;
      });
      t.diagnostic(`${way} sync: ${told(met)}`);
      for (const name of ['rename', 'write to the journal', 'write to the log of the index', 'command heard'])
        assert.ok((met.get(name) ?? 0) > 1, `${name} was met`);
    });
  });
}

function effectsOf(house: Installation, way: Way): Effects[] {
  return [
    ...NAMES.filter(({ name }) => name !== 'sync of names'),
    { name: 'sync of names', calls: 'fsync', on: directoriesIn(house) },
    { name: 'sync of the index', calls: 'fsync,fdatasync', on: ['data/index.db', 'data/index.db-wal'] },
    { name: 'write to the journal', calls: 'write', on: [`data/journal/${way}.jsonl`] },
    { name: 'write to the log of the index', calls: 'pwrite64', on: ['data/index.db-wal'], each: 24 },
    { name: 'write to the index', calls: 'pwrite64', on: ['data/index.db'], each: 12 },
    ...commandsOf(way === 'imaps' ? 'IMAP' : 'POP3'),
  ];
}

function directoriesIn(house: Installation): string[] {
  const below = readdirSync(house.data, { recursive: true, withFileTypes: true, encoding: 'utf8' });
  const names = below
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
  return ['data', ...names.map((path) => path.slice(house.directory.length + 1))];
}

/** Nothing is left lying about, the archive is whole, and a further sync changes nothing. */
async function settles(house: Installation): Promise<void> {
  const verified = await house.json('verify');
  assert.deepEqual([verified.code, verified.answer.ok, verified.answer.orphans], [0, true, []]);
  assert.deepEqual(readdirSync(join(house.data, 'mail', '.tmp')), []);
  assert.equal(existsSync(join(house.data, 'lock')), false);
  // What went by a delete whose answer was not heard is gone after two listings without it.
  for (let passes = 1, before = ''; before !== journalOf(house); passes++) {
    assert.ok(passes <= 3, 'nothing more is told');
    before = journalOf(house);
    const { code, answer } = await house.json('sync', '--full');
    assert.deepEqual([code, answer.accounts?.[0]?.stored, answer.accounts?.[0]?.pending], [0, 0, 0]);
  }
}

function journalOf({ data }: Installation): string {
  const journals = readdirSync(join(data, 'journal'));
  return journals.map((name) => readFileSync(join(data, 'journal', name), 'utf8')).join('');
}

/** All that counts, without the times at which it came about. */
function stateOf(house: Installation, provider: Provider, way: Way) {
  return {
    files: house.stored(),
    journal: placesIn(house, way),
    index: rowsOf(house, way),
    server: {
      INBOX: provider.messages(OWNER.address, 'INBOX').map(({ uid, flags }) => [uid, ...flags]),
      other: provider.messages(OWNER.address, OTHER).map(({ uid, flags }) => [uid, ...flags]),
    },
  };
}

/** Of each place what its lines say in the end. Throws where one was told to be seen twice. */
function placesIn(house: Installation, way: Way): Map<string, object> {
  const places = new Map<string, Record<string, unknown>>();
  for (const { op, id, flags, folder, validity, uid, uidl } of house.journal(way)) {
    if (op === undefined) continue;
    const key = JSON.stringify([folder, validity, uid, uidl]);
    const place = places.get(key);
    if (op === 'seen') {
      assert.equal(place, undefined, `${key} is told twice`);
      places.set(key, { id, flags, gone: false, asked: false });
    } else if (op === 'flags') Object.assign(place ?? {}, { flags });
    else if (op === 'delete') Object.assign(place ?? {}, { asked: true });
    else Object.assign(place ?? {}, { gone: op === 'gone' });
  }
  // Between STORE and EXPUNGE it bears a mark, which the next sync sees before it ends what was begun.
  for (const place of places.values()) if (place['asked'] === true) place['flags'] = [];
  return new Map([...places].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function rowsOf({ data }: Installation, way: Way): unknown[] {
  const db = openIndex(data, 'read');
  try {
    const offset = db.prepare('SELECT offset FROM journal WHERE account = ?').pluck().get(way);
    assert.equal(offset, statSync(join(data, 'journal', `${way}.jsonl`)).size, 'the index knows the journal');
    assert.equal(db.prepare('SELECT count(*) FROM pending').pluck().get(), 0);
    return [
      db.prepare("SELECT count(*) FROM fts WHERE fts MATCH '封'").pluck().get(),
      ...db
        .prepare(
          `SELECT folder, validity, uid, uidl, replace(flags, '\\Deleted', ''), received, gone IS NULL, missed, hex(id), path
           FROM location JOIN message USING (row) ORDER BY folder, validity, uid, uidl`,
        )
        .raw()
        .all(),
    ];
  } finally {
    db.close();
  }
}

/** Forty days ago: four messages, one of which seems gone since, and one of which was missing once. */
async function before(t: TestContext, way: Way): Promise<Installation> {
  const provider = await provide(t);
  const [, , third, fourth] = provider.messages(OWNER.address, 'INBOX');
  const house = install(t, [accountOf(provider, way)]);
  const clock = { ...systemClock, now: () => Date.now() - 40 * DAY };
  const earlier = await openTestHouse(t, clock, house.data);
  const account = accountAt(provider, way, OWNER.address, OWNER.password);
  assert.equal((await earlier.poll(account, { full: true })).stored, 4);
  provider.faults.hidden = (message) => message === fourth;
  for (let polls = 0; polls < 2; polls++) assert.ok((await earlier.poll(account, { full: true })).ok);
  provider.faults.hidden = (message) => message === fourth || message === third;
  assert.ok((await earlier.poll(account, { full: true })).ok);
  await earlier.close();
  const told = house.journal(way).filter(({ op }) => op === 'folder');
  const listed = way.startsWith('imap') ? 4 : 0;
  assert.equal(new Set(told.map(({ folder }) => folder)).size, listed);
  assert.deepEqual(
    house.journal(way).map(({ op }) => op),
    [undefined, ...told.map(({ op }) => op), 'seen', 'seen', 'seen', 'seen', 'gone'],
    'how a folder is named is told once',
  );
  assert.equal(told.length, listed);
  await provider.stop();
  return house;
}

/** What was before, and a server on which much has changed since. */
async function copied(
  t: TestContext,
  way: Way,
  base: Installation,
): Promise<{ house: Installation; provider: Provider; end: () => Promise<void> }> {
  const provider = await provide(t);
  const [, second, third] = provider.messages(OWNER.address, 'INBOX');
  assert.ok(second !== undefined && third !== undefined);
  provider.remove(OWNER.address, 'INBOX', [third]);
  second.flags.add('\\Seen').add('\\Flagged');
  for (let n = 3; n < 6; n++)
    provider.deliver(OWNER.address, 'INBOX', bulkMessage(YOUNG + n, n * 500), { internalDate: 0 });
  provider.deliver(OWNER.address, OTHER, bulkMessage(YOUNG + 6, 300_000), { internalDate: 0 });
  const house = copyOf(t, base, [accountOf(provider, way)]);
  return { house, provider, end: () => provider.stop() };
}

/** A server with four messages, the same each time; the first is old. */
async function provide(t: TestContext): Promise<Provider> {
  const provider = await startProvider({ users: { [OWNER.address]: OWNER.password } });
  t.after(() => provider.stop());
  provider.faults.without.add('OBJECTID');
  for (const n of [1, YOUNG, YOUNG + 1, YOUNG + 2])
    provider.deliver(OWNER.address, 'INBOX', bulkMessage(n), { internalDate: 0 });
  return provider;
}

function accountOf({ host, ports, ca }: Provider, way: Way): object {
  const { address, password } = OWNER;
  return {
    name: way,
    address,
    password,
    receive: {
      protocol: way.slice(0, 4),
      host,
      port: ports[way],
      tls: 'implicit',
      ca,
      delete: { after: '30d' },
    },
  };
}
