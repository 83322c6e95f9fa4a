// What a listing asks for: nothing is fetched twice, nothing is lost below a maximum, and absence is not deletion.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Uid, Uidl } from '../../src/model/ids.ts';
import type { KnownKey, KnownPlace } from '../../src/index/positions.ts';
import { batches, joinFlags, plan } from '../../src/receive/plan.ts';
import type { Listed } from '../../src/receive/source.ts';

const mail = (uid: number, size: number | null = 1000, flags: string[] = []): Listed => ({
  key: { uid: uid as Uid },
  size,
  flags,
});
const pop = (uidl: string): Listed => ({ key: { uidl: uidl as Uidl }, size: 1, flags: [] });
const stored = (...keys: KnownKey[]) =>
  new Map<KnownKey, KnownPlace>(
    keys.map((key) => [key, { flags: '', labels: null, missed: 0, gone: false, received: null, size: null }]),
  );
const always = { notYet: () => false };
const uids = (list: readonly Listed[]) => list.map(({ key }) => ('uid' in key ? key.uid : key.uidl));

test('plan() fetches what is not stored, newest first', () => {
  assert.deepEqual(uids(plan([mail(1), mail(7), mail(3)], stored(3), always).fetch), [7, 1]);
  assert.deepEqual(uids(plan([pop('a'), pop('b'), pop('c')], stored('b'), always).fetch), ['c', 'a']);
});

test('plan() fetches a UID below the highest stored one: a position is a set, never a maximum', () => {
  assert.deepEqual(uids(plan([mail(2), mail(100)], stored(100), always).fetch), [2]);
});

test('plan() counts a UID once, though the server listed it twice', () => {
  const todo = plan([mail(5), mail(5), mail(6), mail(6)], stored(6), always);
  assert.deepEqual(uids(todo.fetch), [5]);
  assert.equal(todo.known, 1);
});

test('plan() leaves a message alone that failed and is not due', () => {
  const todo = plan([mail(1), mail(2)], stored(), { notYet: (key) => key === 2 });
  assert.deepEqual(uids(todo.fetch), [1]);
  assert.equal(todo.waiting, 1);
});

test('plan() marks a message gone only after two complete listings without it', () => {
  assert.deepEqual(plan([], stored(4), always).missed, [{ uid: 4 }]);
  assert.deepEqual(plan([], stored(4), always).gone, []);
  const once = new Map<KnownKey, KnownPlace>([
    [4, { flags: '', labels: null, missed: 1, gone: false, received: null, size: null }],
  ]);
  assert.deepEqual(plan([], once, always).gone, [{ uid: 4 }]);
  assert.deepEqual(plan([mail(4)], once, always).found, [{ uid: 4 }]);
});

test('plan() never marks twice what is gone, and sees it come back', () => {
  const gone = new Map<KnownKey, KnownPlace>([
    [4, { flags: '', labels: null, missed: 2, gone: true, received: null, size: null }],
  ]);
  const still = plan([], gone, always);
  assert.deepEqual([still.gone, still.missed], [[], []]);
  const back = plan([mail(4)], gone, always);
  assert.deepEqual([back.back, back.fetch], [[{ uid: 4 }], []]);
});

test('plan() sees changed flags in any order, and never \\Recent', () => {
  const known = new Map<KnownKey, KnownPlace>([
    [1, { flags: '\\Answered \\Seen', labels: null, missed: 0, gone: false, received: null, size: null }],
  ]);
  assert.deepEqual(plan([mail(1, 1, ['\\Seen', '\\Recent', '\\Answered'])], known, always).flagged, []);
  const [changed] = plan([mail(1, 1, ['\\Seen'])], known, always).flagged;
  assert.deepEqual(changed, { key: { uid: 1 }, flags: ['\\Seen'] });
  const [more] = plan([mail(1, 1, ['\\Seen', '\\Recent', '\\Flagged'])], known, always).flagged;
  assert.deepEqual(more?.flags, ['\\Flagged', '\\Seen'], 'told as they are compared the next time');
});

test('joinFlags() sorts and drops \\Recent', () => {
  assert.equal(joinFlags(['b', '\\recent', 'a']), 'a b');
});

test('batches() keeps within both limits, and gives a giant a batch of its own', () => {
  const limit = { messages: 3, octets: 1000 };
  assert.deepEqual(batches([], limit), []);
  const cut = batches(
    [mail(9, 400), mail(8, 400), mail(7, 400), mail(6, 5000), mail(5, 1), mail(4, 1), mail(3, 1), mail(2, 1)],
    limit,
  );
  assert.deepEqual(
    cut.map((batch) => batch.map((key) => ('uid' in key ? key.uid : 0))),
    [[9, 8], [7], [6], [5, 4, 3], [2]],
  );
});
