// `send` and `outbox list`: what is handed in, what is refused at once, and what the queue tells.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { openJournal } from '../../src/outbox/open-journal.ts';
import { accountAt, LI, message, PostOffice } from '../outbox/post-office.ts';
import { mailkeep } from '../support/run.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';

function home(t: Ending): { readonly home: string; readonly drop: string; readonly data: string } {
  const home = temporaryDirectory(t);
  const data = join(home, 'data');
  const path = join(home, '.config/mailkeep/config.yaml');
  mkdirSync(dirname(path), { recursive: true });
  mkdirSync(data);
  writeFileSync(
    path,
    `data: ${data}\noutbox: ${join(home, 'drop')}\naccounts:\n  - name: wang\n    address: wang@mail.test\n    password: { env: P }\n    send: { host: 127.0.0.1, port: 1, tls: none }\n`,
  );
  return { home, drop: join(home, 'drop'), data };
}

test('what can never be sent is refused at once, and nothing is left in the drop folder', async (t) => {
  const place = home(t);
  const table: [name: string, text: string, wanted: RegExp][] = [
    ['no sender', `To: ${LI}\n\nx\n`, /there is no sender: From is missing/],
    [
      'a stranger as sender',
      message(LI).replace('wang@', 'mallory@'),
      /no account sends for mallory@mail\.test/,
    ],
    ['no recipient', message(''), /there is no recipient/],
    ['no header', 'hello\n\n', /line 1 is no header field: "hello"/],
    ['a NUL', message(LI, '', 'a\0b\n'), /it holds a NUL/],
  ];
  for (const [name, text, wanted] of table) {
    const file = join(place.home, 'x.eml');
    writeFileSync(file, text);
    const ran = await mailkeep(['send', file], place);
    assert.deepEqual([ran.code, ran.out], [1, ''], name);
    assert.match(ran.err, wanted, name);
    assert.deepEqual(readdirSync(place.drop), [], name);
  }
  const missing = await mailkeep(['send', join(place.home, 'nowhere.eml')], place);
  assert.equal(missing.code, 2);
  assert.equal((await mailkeep(['send', '--account', 'nobody', '-'], place)).code, 2);
});

test('a message from standard input is handed in under a name that is printed', async (t) => {
  const place = home(t);
  const ran = await mailkeep(['send', '-'], { ...place, stdin: message(LI, '', 'no line end') });
  assert.deepEqual([ran.code, ran.err], [0, '']);
  const path = ran.out.trim();
  assert.equal(dirname(path), place.drop);
  assert.match(path, /\/message\.[0-9a-f]{8}\.eml$/);
  assert.equal(readFileSync(path, 'utf8'), message(LI, '', 'no line end\n'));
  assert.equal(readdirSync(place.drop).length, 1);
});

test('several files go to the folder of an account, and a bad one among them holds up none', async (t) => {
  const place = home(t);
  const good = join(place.home, 'Good one.eml');
  const bad = join(place.home, 'bad.eml');
  writeFileSync(good, message(LI));
  writeFileSync(bad, 'bad\n\n');
  const ran = await mailkeep(['send', '--json', '--account', 'wang', bad, good], place);
  assert.equal(ran.code, 1);
  const answer: unknown = JSON.parse(ran.out);
  assert.ok(typeof answer === 'object' && answer !== null && 'ok' in answer && 'files' in answer);
  assert.equal(answer.ok, false);
  assert.match(
    JSON.stringify(answer.files),
    /"source":"[^"]*bad\.eml","file":null,"error":\{"kind":"message"/,
  );
  const [name] = readdirSync(join(place.drop, 'wang'));
  assert.match(name ?? '', /^Good one\.[0-9a-f]{8}\.eml$/);
});

test('a message that send handed in is taken at the first look', async (t) => {
  const office = new PostOffice(t, [accountAt(1)]);
  const place = home(t);
  await mailkeep(['send', '-'], { ...place, stdin: message(LI) });
  const [name = ''] = readdirSync(place.drop);
  renameSync(join(place.drop, name), join(office.drop, name));
  assert.equal((await office.pass()).claimed, 1);
});

test('the queue is listed for people and as JSON', async (t) => {
  const place = home(t);
  const empty = await mailkeep(['outbox'], place);
  assert.deepEqual([empty.code, empty.out], [0, '']);
  assert.match(empty.err, /The queue is empty/);
  assert.equal((await mailkeep(['outbox', 'list', '--json'], place)).out, '[]\n');
  const office = new PostOffice(t, [accountAt(1)], place.data);
  office.put('发票.eml', message(LI));
  await office.settled();
  const people = await mailkeep(['outbox', 'list'], place);
  assert.match(
    people.out,
    /^ID +DROPPED +STATE +ACCOUNT +FILE +TO\n[0-9a-f]{12}  2026-11-2\d \d\d:\d\d  due    wang     发票\.eml  li@mail\.test\n/,
  );
  assert.match(people.out, /no connection to 127\.0\.0\.1:1/);
  const [letter] = office.list();
  assert.deepEqual(JSON.parse((await mailkeep(['outbox', 'list', '--json'], place)).out), [letter]);
  assert.deepEqual(letter?.recipients, [{ address: LI, state: 'waiting', reply: null }]);
});

test('a list of recipients that is cut leaves the heading whole, and what nobody took yet is counted', async (t) => {
  const place = home(t);
  const office = new PostOffice(t, [accountAt(1)], place.data);
  office.put('long.eml', message(`${'someone.with.a.long.name@mail.test, '.repeat(4)}${LI}`));
  await office.settled();
  mkdirSync(place.drop, { recursive: true });
  writeFileSync(join(place.drop, 'later.eml'), 'x');
  const { out, err } = await mailkeep(['outbox', 'list'], { ...place, env: { COLUMNS: '80' } });
  const [heading = '', row = ''] = out.split('\n');
  assert.match(heading, / TO$/);
  assert.match(row, /…$/);
  assert.match(err, /1 file in .* not yet taken/);
});

test('an account that makes no connection now is told of below the queue, and in JSON with each letter', async (t) => {
  const place = home(t);
  const office = new PostOffice(t, [accountAt(1)], place.data);
  office.put('x.eml', message(LI));
  await office.settled();
  await office.stop();
  const journal = openJournal(place.data, 'write');
  const until = Date.now() + 3_600_000;
  journal.accounts.setPause('wang', { until, failures: 1, reason: '535 refused', kind: 'auth' });
  journal.close();
  const { out } = await mailkeep(['outbox'], place);
  assert.match(out, /\nwang makes no connection until \S+ \S+ \(in .*\): 535 refused\n$/);
  const { out: json } = await mailkeep(['outbox', '--json'], place);
  const [letter] = JSON.parse(json) as { pause: unknown }[];
  assert.deepEqual(letter?.pause, { until: new Date(until).toISOString(), reason: '535 refused' });
});

test('what is left alone in the drop folder is told with the reason', async (t) => {
  const place = home(t);
  const office = new PostOffice(t, [accountAt(1)], place.data, place.drop);
  office.put('x.eml', message(LI));
  await office.settled();
  office.put('x (1).eml', message(LI));
  office.put('y (1).eml', message(LI));
  office.put('x.sync-conflict-20261126-101500-ABCDEFG.eml', message(LI));
  mkdirSync(join(place.drop, 'wang', 'folder.eml'));
  const { err } = await mailkeep(['outbox'], place);
  assert.match(err, /^1 file in .* not yet taken/m);
  assert.match(err, /^x \(1\)\.eml is left alone: it is octet for octet x\.eml/m);
  assert.match(err, /^x\.sync-conflict\S+ is left alone: .*rename it to send it$/m);
  assert.match(err, /^wang\/folder\.eml is left alone: it is no regular file/m);
});

test('a queue that is just being made is an empty one', async (t) => {
  const place = home(t);
  mkdirSync(place.data, { recursive: true });
  writeFileSync(join(place.data, 'outbox.db'), '');
  const { code, err } = await mailkeep(['outbox'], place);
  assert.deepEqual([code, /The queue is empty/.test(err)], [0, true], err);
});

test('a word that is no command of outbox is told with those that are', async (t) => {
  const place = home(t);
  const { code, err } = await mailkeep(['outbox', 'lst'], place);
  assert.equal(code, 2);
  assert.match(err, /no command lst: there are list, show, retry/);
  assert.match((await mailkeep(['outbox', '5f3c'], place)).err, /`mailkeep outbox show 5f3c`/);
});

test('outbox hold, release and cancel act on the queue, tell what they did, and say why not', async (t) => {
  const place = home(t);
  const file = join(place.home, 'x.eml');
  writeFileSync(file, message(LI));
  const office = new PostOffice(t, [accountAt(1)], place.data, place.drop);
  await office.pass();
  office.put('x.eml', message(LI));
  await office.settled();
  await office.stop();
  const { id } = office.only();
  const held = await mailkeep(['outbox', 'hold', id.slice(0, 6)], place);
  assert.deepEqual([held.code, held.out], [0, `${id}  x.eml: held until it is released\n`]);
  assert.match((await mailkeep(['outbox'], place)).out, / held /);
  const freed = await mailkeep(['outbox', 'release', id, 'ffffffffffffffff', '--json'], place);
  const { ok, letters } = JSON.parse(freed.out) as {
    ok: boolean;
    letters: { letter: { held: boolean } | null; error: { message: string } | null }[];
  };
  assert.deepEqual([freed.code, ok, letters[0]?.letter?.held], [1, false, false]);
  assert.match(letters[1]?.error?.message ?? '', /is not in the queue/);
  const again = await mailkeep(['outbox', 'release', id], place);
  assert.deepEqual([again.code, again.err], [2, 'mailkeep: x.eml is not held\n']);
  const back = await mailkeep(['outbox', 'cancel', id], place);
  assert.match(back.out, /taken back; it lies in failed\//);
  assert.deepEqual(office.names('failed'), ['x.eml', 'x.reason.txt']);
});

test('outbox show tells a letter with its story, as lines and as JSON', async (t) => {
  const place = home(t);
  const office = new PostOffice(t, [accountAt(1)], place.data, place.drop);
  await office.pass();
  office.put('x.eml', message(LI));
  await office.settled();
  await office.stop();
  const { id } = office.only();
  const shown = await mailkeep(['outbox', 'show', id.slice(0, 6)], place);
  assert.equal(shown.code, 0, shown.err);
  assert.match(shown.out, /^State: +due$/m);
  assert.match(shown.out, /^Why: +no connection to 127\.0\.0\.1:1/m);
  assert.match(shown.out, /^What happened \(1 try\)$/m);
  const json = JSON.parse((await mailkeep(['outbox', 'show', id, '--json'], place)).out) as {
    id: string;
    tries: object[];
  };
  assert.deepEqual([json.id, json.tries.length], [id, 1]);
  assert.equal((await mailkeep(['outbox', 'show', 'zz'], place)).code, 2);
});
