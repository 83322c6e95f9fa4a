import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Entry, Place } from '../../src/archive/entry.ts';
import { commit } from '../../src/index/commit.ts';
import { closeIndex, openIndex } from '../../src/index/database.ts';
import type { Index } from '../../src/index/database.ts';
import { remember, remembered } from '../../src/index/folders.ts';
import {
  forgetPending,
  notYet,
  pendingOf,
  postpone,
  postponed,
  recordPending,
} from '../../src/index/pending.ts';
import { known, recordSync, setMissed } from '../../src/index/positions.ts';
import { accountFigures, coverage } from '../../src/index/status.ts';
import type { Uid, Uidl, UidValidity, WireName } from '../../src/model/ids.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { documentOf, idOf } from './document.ts';

const validity = 7 as UidValidity;
const later = 8 as UidValidity;

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const NEARLY_A_DAY = DAY - 60 * MINUTE;

function index(t: TestContext, data: string = temporaryDirectory(t)): Index {
  const db = openIndex(data, 'write');
  t.after(() => closeIndex(db));
  return db;
}

function uid(number: number, under: UidValidity = validity): Place {
  return { folder: '发票', validity: under, uid: number as Uid };
}

function uidl(text: string): Place {
  return { folder: 'INBOX', uidl: text as Uidl };
}

function store(db: Index, account: string, ...places: Place[]): void {
  const documents = places.map((place) => documentOf(JSON.stringify(place)));
  const entries = places.map((place): Entry => {
    const id = idOf(JSON.stringify(place));
    const at = '2026-01-02T03:04:05.000Z';
    return {
      op: 'seen',
      at,
      id,
      path: `undated/${id}.eml`,
      size: 1,
      received: null,
      flags: ['\\Seen'],
      ...place,
    };
  });
  commit(db, { account, entries, documents, offset: 0 });
}

test('what is stored under another UIDVALIDITY, folder or account is not known here', (t) => {
  const db = index(t);
  store(db, 'a', uid(1), uid(900), uid(2, later), uidl('x'));
  store(db, 'b', uid(3));
  assert.deepEqual([...known(db, 'a', '发票', validity).keys()], [1, 900]);
  assert.deepEqual([...known(db, 'a', '发票', later).keys()], [2]);
  assert.deepEqual([...known(db, 'a', 'INBOX', validity).keys()], []);
  assert.deepEqual([...known(db, 'a', 'INBOX', null).keys()], ['x']);
});

test('absences are counted until a message is seen again', (t) => {
  const db = index(t);
  store(db, 'a', uid(1), uid(2), uidl('x'));
  setMissed(db, 'a', [uid(1), uidl('x')], 1);
  assert.equal(known(db, 'a', '发票', validity).get(1)?.missed, 1);
  assert.equal(known(db, 'a', '发票', validity).get(2)?.missed, 0);
  assert.equal(known(db, 'a', 'INBOX', null).get('x')?.missed, 1);
  store(db, 'a', uid(1));
  assert.equal(known(db, 'a', '发票', validity).get(1)?.missed, 0);
});

test('a message that fails three times is poisoned, and rests ever longer: minutes, hours, then nearly a day', (t) => {
  const db = index(t);
  const rests = [0, 0, 10 * MINUTE, 60 * MINUTE, 240 * MINUTE, NEARLY_A_DAY, NEARLY_A_DAY];
  for (const place of [uid(1), uidl('x y')]) {
    for (const [before, rest] of rests.entries()) {
      const now = 1000 * before;
      const reason = `the ${before}th`;
      const attempts = before + 1;
      const pending = { reason, attempts, next: rest === 0 ? 0 : now + rest, poisoned: attempts >= 3 };
      assert.deepEqual(recordPending(db, 'a', place, reason, now), pending);
    }
    assert.equal(recordPending(db, 'b', place, 'of another account', 0).next, 0);
  }
  assert.deepEqual(pendingOf(db, 'a', '发票', validity).get(1)?.attempts, rests.length);
});

test('what is poisoned is left alone until its rest is over, and a clock that went back a day makes nobody wait', (t) => {
  const db = index(t);
  const at = 100 * DAY;
  for (const [nth, rest] of [10 * MINUTE, 60 * MINUTE, 240 * MINUTE, NEARLY_A_DAY].entries()) {
    const place = uidl(`x ${nth}`);
    for (let times = 0; times < 3 + nth; times++) recordPending(db, 'a', place, 'cut', at);
    const waits = (now: number): boolean => notYet(db, 'a', 'INBOX', null, now)(`x ${nth}`);
    assert.deepEqual([waits(at), waits(at + rest - 1), waits(at + rest)], [true, true, false], `${rest}`);
    assert.equal(waits(at + rest - DAY - 1), false, `back by a day, at rest for ${rest}`);
  }
  assert.equal(notYet(db, 'a', 'INBOX', null, at)('other'), false);
});

test('what failed once or twice is due at once, though a clock that stood ahead has noted it', (t) => {
  const db = index(t);
  const now = 100 * DAY;
  for (let times = 1; times <= 2; times++) {
    recordPending(db, 'a', uid(1), 'cut', now + 120 * MINUTE);
    assert.equal(notYet(db, 'a', '发票', validity, now)(1), false);
  }
});

test('pending messages that the server no longer lists are forgotten', (t) => {
  const db = index(t);
  for (const place of [uid(1), uid(2), uid(3, later)]) recordPending(db, 'a', place, 'cut', 0);
  forgetPending(db, 'a', '发票', validity, (key) => key === 2);
  assert.deepEqual([...pendingOf(db, 'a', '发票', validity).keys()], [2]);
  assert.deepEqual([...pendingOf(db, 'a', '发票', later).keys()], []);
});

test('a finished listing is remembered with numbers beyond 2^53', (t) => {
  const db = index(t);
  const folder = { wire: '&U9F5aA-' as WireName, name: '发票', delimiter: '/', attributes: [] };
  const state = { validity, exists: 3, uidNext: 4_294_967_295, modseq: '18446744073709551614' };
  const trust = { unseen: 1, mailboxId: 'F1', settled: true, full: 1, restless: 0 };
  remember(db, 'a', folder, { ...state, ...trust, exists: 2 }, 1);
  remember(db, 'a', folder, { ...state, ...trust }, 2);
  assert.deepEqual(remembered(db, 'a', '发票'), { ...state, ...trust });
});

test('what is put off is pending with its reason, is no failure, and is asked for when it is due', (t) => {
  const db = index(t);
  recordPending(db, 'a', uid(1), 'cut', 0);
  postpone(db, 'a', [uid(1), uid(2), uid(3)], 'the budget', 5000);
  postpone(db, 'a', [uid(3)], 'the budget', 4000);
  assert.deepEqual(postponed(db, 'a', 0), { reason: 'the budget', messages: 2, until: 4000 });
  const pending = pendingOf(db, 'a', '发票', validity);
  assert.deepEqual(pending.get(1), { reason: 'cut', attempts: 1, next: 5000, poisoned: false });
  assert.deepEqual(pending.get(2), { reason: 'the budget', attempts: 0, next: 5000, poisoned: false });
  assert.equal(postponed(db, 'a', 5000), undefined);
  assert.deepEqual([accountFigures(db, 0)[0]?.pending, accountFigures(db, 0)[0]?.waiting?.messages], [3, 2]);
  assert.equal(recordPending(db, 'a', uid(2), 'cut', 6000).attempts, 1);
});

test('the figures tell the last good sync, and keep it when a later one fails', (t) => {
  const db = index(t);
  store(db, 'a', uid(1), uid(2));
  recordPending(db, 'a', uid(3), 'cut', 0);
  for (let times = 0; times < 3; times++) recordPending(db, 'a', uid(4), 'cut', 0);
  recordSync(db, 'a', 1000, null);
  recordSync(db, 'a', 2000, { kind: 'auth', message: 'refused' });
  assert.deepEqual(accountFigures(db, 0), [
    {
      name: 'a',
      lastGood: 1000,
      lastTry: 2000,
      error: { kind: 'auth', message: 'refused' },
      stored: 2,
      pending: 1,
      poisoned: 1,
      waiting: null,
    },
  ]);
  recordSync(db, 'a', 3000, null);
  assert.equal(accountFigures(db, 0)[0]?.error, null);
});

test('coverage counts what is partly indexed, and the octets of journals that are not in the index', async (t) => {
  const data = temporaryDirectory(t);
  const db = index(t, data);
  mkdirSync(join(data, 'journal'));
  appendFileSync(join(data, 'journal', 'a.jsonl'), 'x'.repeat(100));
  appendFileSync(join(data, 'journal', 'b.jsonl'), 'x'.repeat(7));
  const documents = [documentOf('1'), documentOf('2', { state: 'partly', reason: 'too long' })];
  commit(db, { account: 'a', entries: [], documents, offset: 90 });
  assert.deepEqual(await coverage(db, data), {
    messages: 2,
    indexed: 1,
    partly: 1,
    behind: 17,
    late: 0,
    reasons: [{ reason: 'too long', messages: 1 }],
  });
});
