// Alerts: each is told once when it begins and once when it ends, to the log, the command and by mail, over restarts, and whatever
// the command does.
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { simpleParser } from 'mailparser';
import { Journal } from '../../src/archive/journal.ts';
import { parseConfig, type Config } from '../../src/config/load.ts';
import { closeIndex, openIndex } from '../../src/index/database.ts';
import { reported, type ReportedError } from '../../src/receive/report.ts';
import { storageError } from '../../src/runtime/storage-error.ts';
import { changed, type AlertEvent, type Found } from '../../src/service/alert.ts';
import { readBook } from '../../src/service/alert-book.ts';
import { runAlertCommand } from '../../src/service/alert-command.ts';
import { alertLetter, lettersFor } from '../../src/service/alert-mail.ts';
import { staleWords } from '../../src/service/alert-words.ts';
import { Alerts } from '../../src/service/alerts.ts';
import { RecentStatus } from '../../src/service/recent-status.ts';
import { statusOf, type Status } from '../../src/service/facts.ts';
import { wrongNow, type Sight } from '../../src/service/wrong-now.ts';
import { history } from '../archive/history.ts';
import { until } from '../support/command-line.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { furnishedHouse, wangAt } from '../support/furnished-house.ts';
import { FRIEND } from '../support/provider/furnished.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';
import { accountWell, standingWell } from './standing.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 0, 1, 12);
const refused = {
  kind: 'auth',
  message: 'login refused',
  retry: 'never',
  hint: 'Use a code. — 请用授权码。',
};

const readOnly = failureAt('EROFS', 'read-only file system');
const full = failureAt('ENOSPC', 'no space left on device');

test('what is wrong is told by its kind, and what mends itself is not', () => {
  const letter = { id: 'a1', file: 'x.eml', account: 'qq', reason: 'no' } as const;
  const at = (ago: number): string => new Date(NOW - ago).toISOString();
  const proof = accountWell().proof ?? undefined;
  assert.ok(proof !== undefined);
  const rows: readonly (readonly [what: string, found: readonly string[], sight: Partial<Sight>])[] = [
    ['all is well', [], {}],
    [
      'a poll failed, and the last good one is not long ago',
      [],
      ofAccount({ state: 'failing', error: { kind: 'connect', message: 'x' } }),
    ],
    ['stale', ['stale qq'], ofAccount({ lastGood: at(25 * HOUR) })],
    ['just not stale', [], ofAccount({ lastGood: at(DAY) })],
    [
      'never synced, since long ago',
      ['stale qq'],
      { ...ofAccount({ lastGood: null }), watched: { qq: NOW - 2 * DAY } },
    ],
    ['never synced, and new', [], { ...ofAccount({ lastGood: null }), watched: { qq: NOW - HOUR } }],
    ['never synced, and not yet seen', [], ofAccount({ lastGood: null })],
    [
      'a refused login is why it is stale',
      ['login qq'],
      ofAccount({ lastGood: at(9 * DAY), state: 'failing', error: refused }),
    ],
    ['its person must sign in', ['login qq'], ofAccount({ state: 'login', error: refused })],
    ['removed', [], ofAccount({ state: 'removed', lastGood: at(90 * DAY) })],
    ['login for sending', ['login li'], { refused: new Map([['li', 'no']]) }],
    [
      'both logins of one account',
      ['login qq'],
      { ...ofAccount({ state: 'failing', error: refused }), refused: new Map([['qq', 'no']]) },
    ],
    ['not complete', ['unproved qq'], ofAccount({ proof: { ...proof, proved: false, missing: 1 } })],
    ['a folder refused', ['unproved qq'], ofAccount({ proof: { ...proof, proved: false, unread: 1 } })],
    ['a proof that came to no end', [], ofAccount({ proof: { ...proof, proved: false, error: 'offline' } })],
    [
      'damaged',
      ['damaged '],
      { standing: standingWell({ files: { last: null, damaged: ['a'], missing: [] } }) },
    ],
    [
      'missing',
      ['damaged '],
      { standing: standingWell({ files: { last: null, damaged: [], missing: ['a'] } }) },
    ],
    ['the disk is read-only', ['storage '], ofAccounts(readOnly, readOnly)],
    ['one account has met it so far', ['storage '], ofAccounts(readOnly, null)],
    ['no room for one more file', ['disk '], ofAccounts(full, full)],
    ['no room, and read-only', ['disk ', 'storage '], ofAccounts(full, readOnly)],
    ['removed with it', [], ofAccount({ state: 'removed', error: readOnly })],
    ['a letter failed', ['failed-letter a1'], { letters: [{ ...letter, trouble: 'failed' }] }],
    ['a letter in doubt', ['uncertain-letter a1'], { letters: [{ ...letter, trouble: 'uncertain' }] }],
    ['a letter late', ['delayed-letter a1'], { letters: [{ ...letter, trouble: 'delayed' }] }],
    ['our own letter', [], { letters: [{ ...letter, file: 'mailkeep-alert-1.eml', trouble: 'failed' }] }],
  ];
  for (const [what, expected, sight] of rows)
    assert.deepEqual(
      wrongNow(sightOf(sight), []).map(({ kind, subject }) => `${kind} ${subject}`),
      expected,
      what,
    );
});

test('a disk that cannot be written stays wrong while nobody can store, and one good sync ends it', () => {
  const open = { ...about('storage'), since: new Date(NOW - HOUR).toISOString() };
  const offline = { kind: 'dns', message: 'no such name' };
  const at = (ago: number): string => new Date(NOW - ago).toISOString();
  const accounts = (last: string | null, error: unknown): Partial<Sight> => ({
    standing: standingWell({
      accounts: [
        accountWell({ lastGood: at(2 * HOUR), error: offline }),
        accountWell({ name: 'li', lastGood: last, error }),
      ],
    }),
  });
  const rows: readonly (readonly [what: string, stays: boolean, Partial<Sight>])[] = [
    ['none was reached', true, accounts(null, offline)],
    ['one was good since then', false, accounts(at(MINUTE), null)],
    ['one was good, and is not reached now', false, accounts(at(MINUTE), offline)],
    ['one has met it again', true, accounts(at(MINUTE), readOnly)],
    ['all were good', false, ofAccount({ lastGood: at(MINUTE) })],
  ];
  for (const [what, stays, sight] of rows)
    assert.deepEqual(
      wrongNow(sightOf(sight), [open]).map(({ kind, subject }) => `${kind} ${subject}`),
      stays ? ['storage '] : [],
      what,
    );
});

test('what the index could not take of a failed poll is wrong all the same, and has its words in both languages', async (t) => {
  const { config } = watching(t, {});
  const service = { pid: 1, since: '', polls: 1, running: {} };
  const looked = parseConfig(
    JSON.stringify({
      data: config.data,
      accounts: ['qq', 'li'].map((name) => ({
        name,
        address: `${name}@a.test`,
        password: 'x',
        receive: { protocol: 'imap', host: 'mail.a.test', tls: 'implicit' },
      })),
    }),
    config.path,
    false,
    { env: {}, home: config.data },
  );
  assert.deepEqual((await statusOf(looked, NOW, { service: { ...service, untaken: {} } })).alerts, []);
  const status = await statusOf(looked, NOW, {
    service: { ...service, untaken: { qq: readOnly, li: readOnly } },
  });
  assert.deepEqual([status.ok, ...status.accounts.map(({ state }) => state)], [false, 'failing', 'failing']);
  const [alert, ...more] = status.alerts;
  assert.deepEqual(more, []);
  assert.deepEqual([alert?.kind, alert?.account], ['storage', null]);
  assert.match(alert?.message.zh ?? '', /^归档或其磁盘有问题，暂停收信：文件系统是只读的（EROFS）$/);
  assert.match(alert?.hint.zh ?? '', /^文件系统是只读的：/);
});

test('what nobody could look at again stays wrong, and what was looked at does not', () => {
  const since = new Date(NOW - HOUR).toISOString();
  const later = new Date(NOW - MINUTE).toISOString();
  const before = new Date(NOW - 2 * HOUR).toISOString();
  const offline = { kind: 'dns', message: 'no such name' };
  const proof = accountWell().proof ?? undefined;
  assert.ok(proof !== undefined);
  const unproved = { ...proof, proved: false };
  const rows: readonly (readonly [
    what: string,
    stays: boolean,
    kind: 'login' | 'unproved',
    Partial<Sight>,
  ])[] = [
    ['not reached', true, 'login', ofAccount({ lastGood: before, error: offline })],
    ['not reached, and never was', true, 'login', ofAccount({ lastGood: null, error: offline })],
    ['good since then', false, 'login', ofAccount({ lastGood: later, error: offline })],
    ['good', false, 'login', ofAccount({ lastGood: later })],
    [
      'behind the login it was refused',
      false,
      'login',
      ofAccount({ lastGood: before, error: { kind: 'refused', message: 'no folder' } }),
    ],
    [
      'left alone because it was refused so often',
      true,
      'login',
      ofAccount({ lastGood: before, error: { kind: 'busy', message: 'too much fail auth' } }),
    ],
    [
      'left alone with a folder, behind the login',
      false,
      'login',
      ofAccount({ lastGood: before, error: { kind: 'busy', message: 'locked', signedIn: true } }),
    ],
    ['not reached for sending', true, 'login', { unreached: new Set(['qq']) }],
    ['gone', false, 'login', ofAccount({ state: 'removed', lastGood: null, error: offline })],
    ['no end', true, 'unproved', ofAccount({ lastGood: later, proof: { ...unproved, error: 'offline' } })],
    ['proved', false, 'unproved', ofAccount({ lastGood: later })],
  ];
  for (const [what, stays, kind, sight] of rows) {
    const open = { ...about(kind, 'qq'), since };
    assert.deepEqual(wrongNow(sightOf(sight), [open]), stays ? [open] : [], what);
  }
  // Once, as it is now.
  const refusedStill = ofAccount({ lastGood: before, state: 'failing', error: refused });
  assert.equal(wrongNow(sightOf(refusedStill), [{ ...about('login', 'qq'), since }]).length, 1);
});

test('a good sync of a time that has not come was noted by a wrong clock, and is not waited for', () => {
  const ahead = (ms: number): Found[] =>
    wrongNow(sightOf(ofAccount({ lastGood: new Date(NOW + ms).toISOString() })), []);
  assert.deepEqual(ahead(HOUR), []);
  const [found] = ahead(10 * 365 * DAY);
  assert.equal(found?.kind, 'stale');
  assert.match(found?.message.en ?? '', /3650 days ahead: the clock was wrong/);
});

test('a disk that is nearly full is told before receiving pauses, and is well only when there is room again', () => {
  const least = 100;
  const found = (free: number, isOpen: boolean): number =>
    wrongNow(
      sightOf({ standing: standingWell({ disk: { bytes: 1, free, least } }) }),
      isOpen ? [{ ...about('disk'), since: '' }] : [],
    ).length;
  assert.deepEqual([found(200, false), found(199, false), found(299, true), found(300, true)], [0, 1, 1, 0]);
});

test('what goes on is told once, and keeps its time', () => {
  const first = changed([], [about('disk'), about('stale', 'qq')], 'T1');
  assert.deepEqual(
    first.events.map(({ event, kind, since }) => [event, kind, since]),
    [
      ['start', 'disk', 'T1'],
      ['start', 'stale', 'T1'],
    ],
  );
  const newer = { ...about('disk'), message: { en: 'less', zh: '更少' } };
  const second = changed(first.open, [newer, about('stale', 'qq')], 'T2');
  assert.deepEqual(second.events, []);
  assert.deepEqual([second.open[0]?.since, second.open[0]?.message.en], ['T1', 'less']);
  const third = changed(second.open, [about('stale', 'li')], 'T3');
  assert.deepEqual(
    third.events.map(({ event, kind, subject, since, at }) => [event, kind, subject, since, at]),
    [
      ['start', 'stale', 'li', 'T3', 'T3'],
      ['end', 'disk', '', 'T1', 'T3'],
      ['end', 'stale', 'qq', 'T1', 'T3'],
    ],
  );
});

test('the command gets each start and each end as JSON, once, whatever is restarted in between', async (t) => {
  const watch = watching(t, { command: ['sh', '-c', 'cat >>"$0"', join(temporaryDirectory(t), 'told')] });
  const told = (): AlertEvent[] => linesOf(watch.command.at(-1) ?? '');
  watch.status = standingWell({ alerts: [{ ...about('login', 'qq'), since: '' }] });
  await watch.look();
  await watch.look();
  watch.restart();
  await watch.look();
  assert.deepEqual(
    told().map(({ event, kind, subject }) => [event, kind, subject]),
    [['start', 'login', 'qq']],
  );
  assert.deepEqual(told()[0]?.message, about('login', 'qq').message);
  watch.status = standingWell();
  watch.restart();
  await watch.look();
  await watch.look();
  assert.deepEqual(
    told().map(({ event, since, at }) => [event, since, at]),
    [
      ['start', watch.first, watch.first],
      ['end', watch.first, watch.first],
    ],
  );
  assert.deepEqual(watch.said, ['alert: login qq', 'alert is over: login qq']);
});

test('a command that fails is told of, run again later, and given up in the end', async (t) => {
  const runs = join(temporaryDirectory(t), 'runs');
  const watch = watching(t, {
    command: ['sh', '-c', 'echo x >>"$0"; echo "no \x1b[2Jway" >&2; exit 3', runs],
  });
  watch.status = standingWell({ alerts: [{ ...about('disk'), since: '' }] });
  const count = (): number => readFileSync(runs, 'utf8').split('\n').length - 1;
  await watch.look();
  assert.equal(count(), 1);
  assert.match(watch.said[1] ?? '', /^the alert command sh ended with code 3: no {1,2}\[2Jway$/);
  const trouble = (await readBook(watch.config.data)).trouble;
  assert.match(trouble ?? '', /^sh ended with code 3/);
  await watch.look();
  assert.equal(count(), 1, 'not at once');
  for (const [minutes, runsThen] of [
    [1, 2],
    [4, 2],
    [1, 3],
    [30, 4],
    [600, 4],
  ] as const) {
    await watch.clock.wind(minutes * MINUTE);
    await watch.look();
    assert.equal(count(), runsThen, `${minutes} minutes later`);
  }
});

test('a command that hangs is killed with what it started, and one that reads nothing is well', async (t) => {
  const never = new AbortController().signal;
  const mark = join(temporaryDirectory(t), 'pid');
  const hung = ['sh', '-c', 'trap "" TERM; sleep 1000 & echo $! >"$0"; wait; sleep 1000', mark];
  assert.equal(await runAlertCommand(hung, '{}', never, 300), 'sh did not end within 0.3 s');
  const child = Number(readFileSync(mark, 'utf8'));
  await until(() => !isAlive(child), 'what it started still runs');
  assert.equal(await runAlertCommand(['true'], 'x'.repeat(1e6), never), null);
  assert.match((await runAlertCommand(['/no/such/program'], '', never)) ?? '', /cannot be run: .*ENOENT/);
  assert.match(
    (await runAlertCommand(['sleep', '100'], '', AbortSignal.abort())) ?? '',
    /ended with the service/,
  );
});

test('the command sees no variable of the service: passwords lie in them', async (t) => {
  const file = join(temporaryDirectory(t), 'env');
  process.env['MAILKEEP_TEST_CODE'] = 'shibboleth';
  t.after(() => delete process.env['MAILKEEP_TEST_CODE']);
  assert.equal(
    await runAlertCommand(['sh', '-c', 'env >"$0"', file], '', new AbortController().signal),
    null,
  );
  const seen = readFileSync(file, 'utf8');
  assert.match(seen, /^PATH=/m);
  assert.doesNotMatch(seen, /shibboleth/);
});

test('a mail goes by another account that works, in both languages, and waits where there is none', async (t) => {
  const watch = watching(t, { mail: 'me@example.net' });
  watch.status = standingWell({
    alerts: [
      { ...about('login', 'qq'), since: '' },
      { ...about('login', 'li'), since: '' },
    ],
  });
  await watch.look();
  assert.deepEqual(watch.letters(), [], 'both accounts are in trouble');
  assert.equal(watch.said.at(-1), 'no account that works can mail the alerts: they wait for one');
  watch.status = standingWell({ alerts: [{ ...about('login', 'qq'), since: '' }] });
  await watch.look();
  const [path = '', ...others] = watch.letters();
  assert.equal(others.length, 0);
  assert.match(path, /^li\/mailkeep-alert-[0-9a-f]{16}\.eml$/);
  const bytes = readFileSync(join(watch.config.outbox, path));
  for (const line of bytes.toString().split('\r\n')) assert.ok(line.length <= 78, line);
  const mail = await simpleParser(bytes);
  assert.equal(mail.from?.text, '"mailkeep" <li@b.test>');
  assert.equal(mail.headers.get('auto-submitted'), 'auto-generated');
  assert.match(mail.subject ?? '', /^mailkeep \S+: login qq \(\+\d\)|^mailkeep \S+: login qq$/);
  assert.match(mail.text ?? '', /ALERT since .*: login qq[\s\S]*告警（自 .*）：登录 qq/);
  await watch.look();
  watch.restart();
  await watch.look();
  assert.equal(watch.letters().length, 1);
});

test('alerts that come and go all day make ten letters, and what is left waits for the next day', async (t) => {
  const watch = watching(t, { mail: 'me@example.net' });
  for (let n = 0; n < 40; n++) {
    watch.status = n % 2 === 0 ? standingWell({ alerts: [{ ...about('disk'), since: '' }] }) : standingWell();
    await watch.clock.wind(MINUTE);
    await watch.look();
  }
  assert.equal(watch.letters().length, 10);
  assert.match(watch.said.at(-1) ?? '', /disk/);
  assert.equal(watch.said.filter((text) => text.startsWith('10 mails')).length, 1);
  await watch.clock.wind(DAY);
  await watch.look();
  assert.equal(watch.letters().length, 11, 'one letter about all that waited');
});

test('after a start and after a sleep an account is not stale before it was asked', async (t) => {
  const watch = watching(t, {});
  watch.status = standingWell({ alerts: [{ ...about('stale', 'qq'), since: '' }] });
  await watch.look();
  assert.deepEqual(watch.said, []);
  for (let n = 0; n < 10; n++) await watch.clock.wind(MINUTE);
  await watch.look();
  assert.deepEqual(watch.said, ['alert: stale qq']);
  watch.status = standingWell();
  await watch.look();
  watch.sleep(3 * DAY);
  watch.status = standingWell({ alerts: [{ ...about('stale', 'qq'), since: '' }] });
  await watch.look();
  assert.equal(watch.said.length, 2);
});

test('an index that was made anew is told once, and is over when all is in it', async (t) => {
  const watch = watching(t, {}, 'index.db is damaged');
  await watch.look();
  await watch.look();
  assert.deepEqual(watch.said, [
    'alert: the index was lost and is made anew: index.db is damaged',
    'alert is over: the index was lost and is made anew: index.db is damaged',
  ]);
});

test('a disk that is full at once is told all the same, once, and its end too', async (t) => {
  const told = join(temporaryDirectory(t), 'told');
  const watch = watching(t, { command: ['sh', '-c', 'cat >>"$0"', told] });
  const events = (): string[] => linesOf(told).map(({ event, kind }) => `${event} ${kind}`);
  // Where no file can be made, which counts for root too, the disk may as well be full.
  const { data } = watch.config;
  rmSync(data, { recursive: true });
  writeFileSync(data, '');
  watch.status = standingWell({ alerts: [{ ...about('disk'), since: '' }] });
  await watch.look();
  await watch.look();
  assert.deepEqual(events(), ['start disk']);
  assert.equal(watch.said.filter((text) => text.includes('cannot be noted')).length, 1, String(watch.said));
  rmSync(data);
  mkdirSync(data);
  await watch.look();
  watch.restart();
  await watch.look();
  assert.deepEqual(events(), ['start disk'], 'it was noted when there was room');
  watch.status = standingWell();
  await watch.look();
  assert.deepEqual(events(), ['start disk', 'end disk']);
});

test('a book that cannot be read is begun anew', async (t) => {
  const watch = watching(t, {});
  mkdirSync(watch.config.data, { recursive: true });
  writeFileSync(join(watch.config.data, 'alerts.json'), '{"open": [{}]');
  watch.status = standingWell({ alerts: [{ ...about('disk'), since: '' }] });
  await watch.look();
  assert.deepEqual(watch.said, ['alert: disk ']);
});

test('no letter goes by the account that it is about, and each finds the account that may carry it', () => {
  const { accounts } = configOf('/nowhere', {});
  const of = (...names: string[]): AlertEvent[] =>
    names.map((name) => ({ ...about('failed-letter', name), event: 'start', since: '', at: '' }));
  const by = (
    events: readonly AlertEvent[],
    open: readonly Found[] = [],
    paused: readonly string[] = [],
  ): string[] =>
    lettersFor(events, {
      accounts,
      open: open.map((one) => ({ ...one, since: '' })),
      paused: new Set(paused),
    }).map(
      ({ account, events: all }) => `${account.name}: ${all.map(({ account: name }) => name).join(' ')}`,
    );
  assert.deepEqual(by(of('qq')), ['li: qq']);
  assert.deepEqual(by(of('li')), ['qq: li']);
  assert.deepEqual(by(of('qq', 'li')), ['li: qq', 'qq: li']);
  assert.deepEqual(by(of('qq'), [about('login', 'li')]), []);
  assert.deepEqual(by(of('qq'), [about('failed-letter', 'li')]), ['li: qq']);
  assert.deepEqual(by(of('qq'), [], ['li']), []);
  assert.deepEqual(by([]), []);
});

test('the words of a letter fit into its lines, however long they are', async () => {
  const long = '收件箱'.repeat(100);
  const event = {
    ...about('stale', 'qq'),
    message: { en: long, zh: long },
    event: 'start',
    since: new Date(NOW).toISOString(),
    at: new Date(NOW).toISOString(),
  } as const;
  const letter = alertLetter({
    from: 'a@b.test',
    to: 'c@d.test',
    host: 'box',
    events: [event],
    at: NOW,
    id: 'x',
  });
  for (const line of letter.split('\r\n')) assert.ok(line.length <= 78, line);
  const mail = await simpleParser(letter);
  assert.ok(mail.text?.includes(long));
  assert.ok(mail.subject?.startsWith(`mailkeep box: ${long.slice(0, 50)}`));
  assert.equal(mail.date?.getTime(), NOW);
  assert.match(staleWords('qq', 72.5, null).message.zh, /已有 3 天没有/);
});

test('the service tells of a refused login by another account, and status of it while it lasts', async (t) => {
  const { house, provider } = await furnishedHouse(t);
  const friend = {
    ...wangAt(provider, { push: false }),
    name: 'li',
    address: FRIEND.address,
    password: FRIEND.password,
  };
  const told = join(house.directory, 'told');
  house.configure([{ ...wangAt(provider, { push: false }), password: 'wrong' }, friend], {
    alerts: { command: ['sh', '-c', `cat >>${told}`], mail: FRIEND.address },
  });
  const first = house.line.start('daemon');
  await until(() => house.names('sent').length > 0, first.said);
  const status = await house.line.run('status', '--json');
  assert.equal(status.code, 1);
  const { alerts } = JSON.parse(status.stdout) as Status;
  assert.deepEqual(
    alerts.map(({ kind, account }) => [kind, account]),
    [['login', 'wang']],
  );
  await first.stop();
  const second = house.line.start('daemon');
  await until(() => second.said().includes('mailkeep is running'), second.said);
  house.configure([wangAt(provider, { push: false }), friend], {
    alerts: { command: ['sh', '-c', `cat >>${told}`], mail: FRIEND.address },
  });
  assert.equal((await house.line.run('sync', 'wang')).code, 77, 'the service has the old password still');
  await second.stop();
  const third = house.line.start('daemon');
  await until(() => linesOf(told).length === 2, third.said);
  assert.deepEqual(
    linesOf(told).map(({ event, kind, subject }) => [event, kind, subject]),
    [
      ['start', 'login', 'wang'],
      ['end', 'login', 'wang'],
    ],
  );
  assert.equal((await house.line.run('status')).code, 0);
  await third.stop();
});

test('an index that goes away or is damaged while the service runs is told, with its cure; what else was open stays', async (t) => {
  const watch = watching(t, {});
  const { data } = watch.config;
  closeIndex(openIndex(data, 'write'));
  await new Journal(data).append('qq', history(1, 1));
  const whole = readFileSync(join(data, 'index.db'));
  const index = join(data, 'index.db');
  watch.status = standingWell({ alerts: [{ ...about('disk'), since: '' }] });
  await watch.look();
  assert.deepEqual(watch.said.splice(0), ['alert: disk ']);
  for (const [damage, why] of [
    [(): void => rmSync(index), 'is missing'],
    [(): void => truncateSync(index, 8192), 'is damaged'],
    [(): void => writeFileSync(index, Buffer.alloc(whole.length, 'garbage')), 'is damaged'],
  ] as const) {
    damage();
    watch.status = () => statusOf(watch.config, NOW);
    await watch.look();
    await watch.look();
    const [said = '', ...more] = watch.said.splice(0);
    assert.deepEqual(more, []);
    assert.ok(said.startsWith('alert: how it stands with the archive cannot be seen: '), said);
    assert.ok(said.includes('index.db') && said.includes(why), said);
    writeFileSync(index, whole);
    watch.status = standingWell({ alerts: [{ ...about('disk'), since: '' }] });
    await watch.look();
    const over = watch.said.splice(0);
    assert.equal(over.length, 1, String(over));
    assert.ok(
      over[0]?.startsWith('alert is over: how it stands with the archive cannot be seen: '),
      String(over),
    );
  }
});

/** As a poll reports what a disk refused. */
function failureAt(code: string, why: string): ReportedError {
  const thrown = Object.assign(new Error(`${code}: ${why}, open '/x'`), { code });
  return reported(storageError(thrown, 'storing a message'));
}

function ofAccounts(...errors: readonly unknown[]): Partial<Sight> {
  const lastGood = new Date(NOW).toISOString();
  const accounts = errors.map((error, n) => accountWell({ name: `a${n}`, lastGood, error }));
  return { standing: standingWell({ accounts }) };
}

function ofAccount(parts: Parameters<typeof accountWell>[0]): Partial<Sight> {
  return { standing: standingWell({ accounts: [accountWell(parts)] }) };
}

function sightOf(parts: Partial<Sight>): Sight {
  const standing = standingWell({ accounts: [accountWell({ lastGood: new Date(NOW).toISOString() })] });
  return {
    standing,
    letters: [],
    refused: new Map(),
    unreached: new Set(),
    watched: {},
    staleAfter: DAY,
    now: NOW,
    ...parts,
  };
}

function about(kind: Found['kind'], subject = ''): Found {
  const account = subject === '' ? null : subject;
  const name = kind === 'login' ? '登录' : kind;
  return {
    kind,
    account,
    subject,
    message: { en: `${kind} ${subject}`, zh: `${name} ${subject}` },
    hint: { en: 'do', zh: '做' },
  };
}

interface Watching {
  status: Status | (() => Promise<Status>);
  readonly clock: FakeClock;
  readonly config: Config;
  readonly command: readonly string[];
  /** When it began. */
  readonly first: string;
  /** What the log was told. */
  readonly said: string[];
  /** Letters in the outbox, below it. */
  letters(): string[];
  look(): Promise<void>;
  /** Another process takes over. */
  restart(): void;
  /** The machine sleeps: only the clock on the wall goes on. */
  sleep(ms: number): void;
}

/** Alerts over a status that a test may change, with two accounts that send. */
function watching(
  t: Ending,
  alerts: { readonly command?: readonly string[]; readonly mail?: string },
  lost: string | null = null,
): Watching {
  const directory = temporaryDirectory(t);
  const config = configOf(directory, alerts);
  const clock = new FakeClock(NOW);
  const said: string[] = [];
  const log = {
    error: (text: string) => said.push(text),
    warn: (text: string) => said.push(text),
    info: (text: string) => said.push(text),
  };
  const make = (why: string | null): Alerts =>
    new Alerts({
      config: () => config,
      clock,
      log,
      lost: why,
      status: new RecentStatus(
        async () => (typeof watch.status === 'function' ? watch.status() : watch.status),
        clock,
      ),
    });
  mkdirSync(config.data, { recursive: true });
  let current = make(lost);
  const watch: Watching = {
    status: standingWell(),
    clock,
    config,
    command: alerts.command ?? [],
    first: new Date(NOW).toISOString(),
    said,
    letters: () =>
      existsSync(config.outbox)
        ? readdirSync(config.outbox, { recursive: true, encoding: 'utf8' }).filter((name) =>
            name.endsWith('.eml'),
          )
        : [],
    look: () => current.look(),
    restart: () => {
      current = make(null);
    },
    sleep: (ms) => clock.put(ms),
  };
  return watch;
}

function configOf(directory: string, alerts: object): Config {
  const account = (name: string, address: string): object => ({
    name,
    address,
    password: 'x',
    send: { host: 'mail.b.test', tls: 'implicit' },
  });
  const accounts = [account('qq', 'qq@a.test'), account('li', 'li@b.test')];
  const text = JSON.stringify({ data: join(directory, 'data'), accounts, alerts });
  return parseConfig(text, join(directory, 'config.yaml'), false, { env: {}, home: directory });
}

function linesOf(path: string): AlertEvent[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): AlertEvent => JSON.parse(line));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
