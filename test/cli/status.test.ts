// `mailkeep status`: the figures, the states, and the exit code that a cron job looks at.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import stringWidth from 'string-width';
import { fromNow } from '../../src/cli/times.ts';
import type { Status } from '../../src/service/facts.ts';
import { noteChecks, type LastChecks } from '../../src/archive/verified.ts';
import { closeIndex } from '../../src/index/database.ts';
import type { Index } from '../../src/index/database.ts';
import { postpone, recordPending } from '../../src/index/pending.ts';
import { recordSync } from '../../src/index/positions.ts';
import type { Uid, UidValidity } from '../../src/model/ids.ts';
import { indexOf, makeMessages } from '../search/mailbox.ts';
import { mailkeep } from '../support/run.ts';
import { onTerminal } from '../support/terminal.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import type { Ending } from '../support/temporary.ts';
import { PROVED } from '../service/standing.ts';
import { writeConfig } from './archive-home.ts';

const HOUR = 3_600_000;

/** A home whose index was written by `write`. */
function home(t: Ending, write: (db: Index) => void): string {
  const path = temporaryDirectory(t);
  const db = indexOf(writeConfig(path), makeMessages(1, 50));
  write(db);
  closeIndex(db);
  return path;
}

async function statusIn(path: string): Promise<{ code: number; status: Status }> {
  const { code, out } = await mailkeep(['status', '--json'], { home: path });
  return { code, status: JSON.parse(out) as Status };
}

const error = {
  kind: 'auth',
  message: 'IMAP LOGIN refused by x: no\x1b[2J',
  retry: 'never',
  hint: 'Use a code.',
};

test('a failing or stale account makes it exit 1', async (t) => {
  const table: readonly (readonly [state: string, code: number, write: (db: Index, now: number) => void])[] =
    [
      ['failing', 1, (db, now) => recordSync(db, 'qq', now, error)],
      ['failing', 1, (db, now) => [recordSync(db, 'qq', now - HOUR, null), recordSync(db, 'qq', now, error)]],
      ['stale', 1, (db, now) => recordSync(db, 'qq', now - 25 * HOUR, null)],
      ['never', 0, () => undefined],
      ['ok', 0, (db, now) => recordSync(db, 'qq', now - HOUR, null)],
      ['ok', 0, (db, now) => [recordSync(db, 'qq', now - HOUR, error), recordSync(db, 'qq', now, null)]],
    ];
  for (const [state, code, write] of table) {
    const found = await statusIn(home(t, (db) => write(db, Date.now())));
    assert.deepEqual([found.status.accounts[0]?.state, found.code], [state, code]);
    assert.equal(found.status.ok, code === 0);
  }
});

test('--json is the promised document', async (t) => {
  const made = makeMessages(1, 50);
  const at = { folder: 'INBOX', validity: 1 as UidValidity, uid: 9999 as Uid };
  const path = home(t, (db) => {
    recordSync(db, 'gmail', Date.UTC(2024, 0), null);
    recordPending(db, 'qq', at, 'odd', 0);
    for (let tries = 0; tries < 3; tries += 1) recordPending(db, 'qq', { ...at, folder: 'Work' }, 'bad', 0);
  });
  const { status } = await statusIn(path);
  const [qq, gmail, pop] = status.accounts;
  const stored = (account: string): number =>
    made.filter(({ places }) => places.some((place) => place.account === account)).length;
  assert.deepEqual(
    { ...qq, next: typeof qq?.next },
    {
      name: 'qq',
      state: 'never',
      lastGood: null,
      lastTry: null,
      error: null,
      stored: stored('qq'),
      pending: 1,
      poisoned: 1,
      waiting: null,
      next: 'string',
      unfetched: [
        {
          folder: 'Work',
          uid: 9999,
          uidl: null,
          reason: 'bad',
          attempts: 3,
          next: '1970-01-01T00:10:00.000Z',
          poisoned: true,
        },
      ],
      running: null,
      proof: null,
    },
  );
  assert.deepEqual(
    [gmail?.state, gmail?.lastGood, gmail?.stored],
    ['stale', '2024-01-01T00:00:00.000Z', stored('gmail')],
  );
  assert.ok(Date.parse(qq?.next ?? '') % 300_000 === 0, qq?.next ?? 'no next run');
  assert.deepEqual([pop?.name, pop?.state, pop?.next], ['pop', 'removed', null]);
  assert.deepEqual(status.outbox, { queued: 0, deferred: 0, uncertain: 0, failed: 0, late: 0, unfiled: 0 });
  assert.deepEqual(status.index, { messages: 50, indexed: 50, partly: 0, behind: 0, late: 0, reasons: [] });
  assert.ok(status.disk.bytes > made.reduce((sum, { size }) => sum + size, 0) && status.disk.free > 0);
});

test('messages that wait for a reason that is no failure are pending, and all is well', async (t) => {
  const until = Date.now() + 5 * HOUR;
  const path = home(t, (db) => {
    recordSync(db, 'qq', Date.now(), null);
    const at = (uid: number) => ({ folder: 'INBOX', validity: 1 as UidValidity, uid: uid as Uid });
    postpone(db, 'qq', [at(9998), at(9999)], "today's budget is spent", until);
  });
  const { code, status } = await statusIn(path);
  const [qq] = status.accounts;
  assert.deepEqual([code, qq?.state, qq?.pending, qq?.poisoned], [0, 'ok', 2, 0]);
  const waiting = { reason: "today's budget is spent", messages: 2, until: new Date(until).toISOString() };
  assert.deepEqual(qq?.waiting, waiting);
  const { out } = await mailkeep(['status'], { home: path });
  assert.match(
    out,
    /\n {3}2 messages wait: today's budget is spent; it goes on after \d{4}-\d\d-\d\d \d\d:\d\d\n/,
  );
});

test('poisoned messages are listed with their reasons, and with --pending all that wait', async (t) => {
  const at = (folder: string, uid: number) => ({ folder, validity: 1 as UidValidity, uid: uid as Uid });
  const path = home(t, (db) => {
    recordSync(db, 'qq', Date.now(), null);
    recordPending(db, 'qq', at('INBOX', 5), 'cut in the middle', Date.now());
    for (let uid = 10; uid < 15; uid++)
      for (let tries = 0; tries < 3; tries++)
        recordPending(db, 'qq', at('Work', uid), 'NO such message\x1b[2J', Date.now());
  });
  const { code, out } = await mailkeep(['status'], { home: path });
  assert.equal(code, 0);
  assert.match(
    out,
    /\n {3}poisoned: Work 10: NO such message \[2J \(tried 3 times, again in \d+ minutes\)\n/,
  );
  assert.equal(out.match(/poisoned: Work/g)?.length, 3);
  assert.match(out, /\n {3}and 2 more: `mailkeep status --pending` lists them\n/);
  const all = (await mailkeep(['status', '--pending'], { home: path })).out;
  assert.equal(all.match(/poisoned: Work/g)?.length, 5);
  assert.match(all, /pending: INBOX 5: cut in the middle \(tried 1 time, again just now\)/);
});

test('what the last checks found is told, and damage makes it exit 1', async (t) => {
  const path = home(t, (db) => recordSync(db, 'qq', Date.now(), null));
  const note = (change: (before: LastChecks) => LastChecks): Promise<void> =>
    noteChecks(join(path, 'data'), Date.now(), change);
  const at = Date.now() - 2 * HOUR;
  await note((before) => ({
    ...before,
    files: { at, part: '3/28', files: 5, well: true },
    proofs: { qq: { ...PROVED, at } },
  }));
  const well = await mailkeep(['status'], { home: path });
  assert.equal(well.code, 0, well.out);
  assert.match(well.out, /proved complete 2 hours ago: all 7 messages at the server\n/);
  assert.match(well.out, /files {3}none damaged or missing, last read 2 hours ago \(part 3\/28\)\n/);
  await note((before) => ({ ...before, damaged: ['ab'.repeat(32)] }));
  const damaged = await mailkeep(['status'], { home: path });
  assert.equal(damaged.code, 1);
  assert.match(damaged.out, /files {3}1 damaged, 0 missing.*`mailkeep verify --server` fetches/);
  await note((before) => ({
    ...before,
    damaged: [],
    proofs: { qq: { ...PROVED, at, missing: 2, proved: false } },
  }));
  const unproved = await statusIn(path);
  assert.deepEqual([unproved.code, unproved.status.accounts[0]?.proof?.missing], [1, 2]);
});

test('before the first sync it says so, and all is well', async (t) => {
  const path = temporaryDirectory(t);
  writeConfig(path);
  const { code, status } = await statusIn(path);
  assert.deepEqual([code, status.ok, status.index.messages], [0, true, 0]);
  assert.deepEqual(
    status.accounts.map(({ state }) => state),
    ['never', 'never'],
  );
});

test('a damaged index is told, with its cure', async (t) => {
  const path = temporaryDirectory(t);
  writeFileSync(
    join(writeConfig(path), 'index.db'),
    'no database at all, but long enough to be read as one '.repeat(100),
  );
  const { code, err } = await mailkeep(['status'], { home: path });
  assert.equal(code, 1);
  assert.match(err, /hint: .*mailkeep reindex/);
});

test('a person sees the trouble and its cure under the account', async (t) => {
  const path = home(t, (db) => {
    recordSync(db, 'qq', Date.now() - 3 * 60_000, null);
    recordSync(db, 'gmail', Date.now(), error);
  });
  const { code, out } = await mailkeep(['status'], { home: path });
  const lines = out.split('\n');
  assert.equal(code, 1);
  assert.match(lines[0] ?? '', /^ +account +state +last good sync +stored +pending +poisoned +next$/);
  assert.match(lines[1] ?? '', /^✓ {2}qq +ok +3 minutes ago +\d+ +0 +0 +in (a moment|\d minutes?)$/);
  assert.match(lines[2] ?? '', /^✗ {2}gmail +failing +never +\d+ +0 +0 +in /);
  assert.deepEqual(lines.slice(3, 5), ['   IMAP LOGIN refused by x: no [2J', '   hint: Use a code.']);
  assert.match(
    out,
    /\noutbox {2}0 queued, 0 deferred, 0 uncertain, 0 failed\nindex {3}50 messages, 50 with all/,
  );
  assert.match(out, /\ndisk {4}[\d.]+ MB used, [\d.]+ [A-Z]+ free\n$/);
  const coloured = await onTerminal(['status'], path);
  assert.match(coloured.out, /\x1b\[31m✗ {2}gmail/);
});

test('a disk that holds up every account is told once, by its alert', async (t) => {
  const why = 'syncing the journal failed: EIO: i/o error, fsync';
  const failure = { kind: 'storage', message: why, retry: 'later', hint: 'Look at the disk.' };
  const path = home(t, (db) => {
    for (const name of ['qq', 'gmail']) recordSync(db, name, Date.now(), failure);
  });
  const { code, out } = await mailkeep(['status'], { home: path });
  const times = (text: string): number => out.split(text).length - 1;
  assert.deepEqual([code, times(why), times('Look at the disk.')], [1, 1, 1], out);
});

test('times are told as people tell them', () => {
  const now = Date.UTC(2025, 0);
  const table: readonly (readonly [number | null, string])[] = [
    [null, 'never'],
    [now, 'just now'],
    [now - 59_999, 'just now'],
    [now + 20_000, 'in a moment'],
    [now - 60_000, '1 minute ago'],
    [now + 7 * 60_000, 'in 7 minutes'],
    [now - 119 * 60_000, '1 hour ago'],
    [now - 48 * HOUR, '2 days ago'],
    [now - 400 * 24 * HOUR, '1 year ago'],
  ];
  for (const [time, text] of table) assert.equal(fromNow(time, now), text);
});

test('a file system that tells no size is not taken for a full one', async (t) => {
  if (!existsSync('/proc/self')) return t.skip('needs /proc, a file system without blocks');
  const home = temporaryDirectory(t);
  writeConfig(home);
  const path = join(home, '.config/mailkeep/config.yaml');
  writeFileSync(path, readFileSync(path, 'utf8').replace(/^data: .*$/m, 'data: /proc/none'));
  const { code, out } = await mailkeep(['status'], { home });
  assert.equal(code, 0);
  assert.match(out, /0 B free$/m);
});

test('on a terminal the verdict comes first, in the language of the person, and a narrow window has no table', async (t) => {
  const well = home(t, (db) => {
    for (const name of ['qq', 'gmail', 'pop']) recordSync(db, name, Date.now(), null);
  });
  const first = async (path: string, env: Readonly<Record<string, string>>): Promise<string> =>
    (await onTerminal(['status'], path, { NO_COLOR: '1', ...env })).out;
  const english = await first(well, { LANG: 'en_GB.UTF-8' });
  assert.match(english, /^✓ All is well\.\nservice not running: /);
  assert.match(await first(well, { LANG: 'zh_CN.UTF-8' }), /^✓ 一切正常\n/);
  const untried = home(t, () => undefined);
  assert.match(await first(untried, { LC_ALL: 'C' }), /^! Nothing was fetched yet\.\n/);
  const bad = home(t, (db) => recordSync(db, 'qq', Date.now(), error));
  assert.match(await first(bad, { LC_ALL: 'C' }), /^✗ 1 thing to look after\n/);
  assert.match(await first(bad, { LANG: 'zh_CN.UTF-8' }), /^✗ 1 件事需要您处理\n/);
  const narrow = await first(bad, { COLUMNS: '40' });
  for (const line of narrow.split('\n')) assert.ok(stringWidth(line) <= 40, line);
  assert.match(narrow, /^✗ qq: failing, last good never$/m);
  assert.match(narrow, /^ {3}\d+ stored, 0 pending, 0 poisoned/m);
  assert.doesNotMatch(narrow, /last good sync/);
});

test('that the alert command fails is told in both languages, and is no alert', async (t) => {
  const path = home(t, () => undefined);
  const config = join(path, '.config/mailkeep/config.yaml');
  writeFileSync(config, `${readFileSync(config, 'utf8')}alerts: { command: [notify] }\n`);
  const book = { open: [], untold: [], watched: {}, mails: [], trouble: 'notify cannot be run: ENOENT' };
  writeFileSync(join(path, 'data/alerts.json'), JSON.stringify(book));
  const { status, code } = await statusIn(path);
  assert.deepEqual([status.untold, status.ok, code], [book.trouble, true, 0]);
  for (const [LANG, words] of [
    ['C.UTF-8', 'nobody was told of the last alert: the alert command notify cannot be run: ENOENT'],
    ['zh_CN.UTF-8', '上次告警没有通知到任何人：告警命令 notify cannot be run: ENOENT'],
  ] as const) {
    const { out } = await mailkeep(['status'], { home: path, env: { LANG } });
    assert.ok(out.includes(words), out);
  }
  writeFileSync(config, readFileSync(config, 'utf8').replace(/alerts:.*/, ''));
  assert.equal((await statusIn(path)).status.untold, null, 'nobody is to be told any more');
});
