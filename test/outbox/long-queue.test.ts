// A server is down for days, and the queue grows: what is asked of it at each round costs what it finds, and a letter is found
// wherever it stands in the row.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { DAY } from '../../src/outbox/entry.ts';
import { Journal } from '../../src/outbox/journal.ts';
import { claimed, type Letter } from '../../src/outbox/letter.ts';
import { OUTBOX_FILE, openJournal } from '../../src/outbox/open-journal.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';
import { accountAt, LI, message, PostOffice, provider } from './post-office.ts';

const ORIGIN = { dev: 1n, ino: 1n, mtimeNs: 1n, size: 1, sha256: 'x' };

function letter(n: number, change: Partial<Letter> = {}): Letter {
  const id = (n * 7919).toString(16).padStart(12, '0');
  return {
    ...claimed({ id, file: `${n}.eml`, folder: null, verdict: null, origin: ORIGIN }, n),
    account: 'wang',
    unlinked: true,
    state: 'deferred',
    next: n,
    recipients: [LI, 'zhao@mail.test'].map((address) => ({
      address,
      state: 'deferred',
      reply: null,
      doubt: null,
    })),
    ...change,
  };
}

function filled(t: Ending, letters: readonly Letter[]): { readonly journal: Journal; readonly data: string } {
  const data = temporaryDirectory(t);
  const journal = openJournal(data, 'write');
  t.after(() => journal.close());
  journal.together(() => letters.forEach((one) => journal.save(one, 0)));
  return { journal, data };
}

test('those that wait are read in the order of their time, however many there are, and with all of their recipients', (t) => {
  const all = Array.from({ length: 300 }, (_, n) => letter(n, { next: (n * 37) % 300 }));
  // Of the same time, the one that came first is the first.
  const twins = [letter(302, { next: 50 }), letter(301, { next: 50 })];
  const others = [
    letter(400, { held: true }),
    letter(401, { next: null }),
    letter(402, { state: 'sent' }),
    letter(403, { account: 'li' }),
    letter(404, { landed: '/somewhere' }),
  ];
  const { journal } = filled(t, [...others, ...twins, ...all]);
  const wanted = [...all, ...twins].sort((a, b) => (a.next ?? 0) - (b.next ?? 0) || a.created - b.created);
  assert.deepEqual([...journal.waiting('wang')], wanted);
  const some = wanted.filter(({ next }) => next !== null && next > 20 && next <= 250);
  assert.deepEqual([...journal.waiting('wang', 20, 250)], some);
  assert.deepEqual(journal.accountsWaiting().toSorted(), ['li', 'wang']);
});

test('each question of a round is answered by an index', (t) => {
  const { data } = filled(t, [letter(1)]);
  const asked: string[] = [];
  const db = new Database(join(data, OUTBOX_FILE), { verbose: (sql) => void asked.push(String(sql)) });
  t.after(() => db.close());
  const journal = new Journal(db);
  journal.inState('claimed', 'intent');
  assert.equal([...journal.waiting('wang', 0, 10)].length, 1);
  journal.accountsWaiting();
  journal.untoldSince(5);
  journal.unfinished();
  journal.doubtful();
  journal.notUnlinked();
  journal.landings();
  journal.copies.ready('wang');
  journal.overSince(5);
  const questions = asked.filter((sql) => /^\s*SELECT/.test(sql));
  assert.ok(questions.length > 9);
  for (const sql of questions) {
    const plan = db.prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all();
    const bad = plan.filter(({ detail }) => /^SCAN (entry|recipient|sent_copy)(?!.*INDEX)/.test(detail));
    assert.deepEqual(bad, [], sql);
  }
});

test('a letter whose time lies farther ahead than anything waits is sent: the clock was put back', async (t) => {
  const server = await provider(t);
  const post = new PostOffice(t, [accountAt(server.ports.smtp)]);
  for (let n = 0; n < 80; n++) {
    mkdirSync(post.drop, { recursive: true });
    const header = `X-Mailkeep-Send-At: ${new Date(post.clock.now() + 2 * DAY + n * 1000).toISOString()}\n`;
    post.put(`later${n}.eml`, message(LI, header));
  }
  await post.settled();
  await post.stop();
  const journal = openJournal(post.data, 'write');
  const [first] = journal.waiting('wang');
  assert.ok(first !== undefined);
  // It waits for a try, not for its sender's wish.
  const waits: Letter = { ...first, notBefore: null, next: post.clock.now() + 3 * DAY };
  journal.save(waits, post.clock.now());
  journal.close();
  await post.pass();
  assert.deepEqual(
    post
      .list()
      .filter(({ state }) => state === 'sent')
      .map(({ id }) => id),
    [waits.id],
  );
});
