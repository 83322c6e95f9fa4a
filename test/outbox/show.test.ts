// `outbox show` tells all that is known of a letter: its tries with their dialogue, without secrets and bounded; what the
// answers mean, in both languages; what was done to it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { show } from '../../src/outbox/show.ts';
import { Transcript } from '../../src/outbox/transcript.ts';
import { accountAt, LI, message, PostOffice, provider, ZHAO } from './post-office.ts';

const HOUR = 3_600_000;

test('each try has its dialogue and its outcome, and nothing in it is secret', async (t) => {
  const server = await provider(t);
  server.faults.recipients.set(LI, '450 4.2.0 greylisted, come again');
  const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
  office.put('x.eml', message(`${LI}, ${ZHAO}`, '', 'A line of the body.\n'));
  await office.settled();
  const { id } = office.only();
  const shown = show(office.data, id, office.clock.now());
  assert.equal(shown.tries.length, 1);
  const [first] = shown.tries;
  assert.deepEqual([first?.state, first?.host], ['deferred', '127.0.0.1']);
  const dialogue = first?.dialogue.join('\n') ?? '';
  assert.match(dialogue, /^S: 220 .*\nC: EHLO test\.example$/m);
  assert.match(dialogue, /C: MAIL FROM:<wang@mail\.test>/);
  assert.match(dialogue, /S: 450 4\.2\.0 greylisted/);
  assert.match(dialogue, /S: 250 [^\n]*$/, 'the answer to the dot ends it');
  assert.doesNotMatch(dialogue, /secret|c2VjcmV0|A line of the body/);
  const hint = shown.hints.find(({ address }) => address === LI);
  assert.match(hint?.en ?? '', /greylisting/);
  assert.match(hint?.zh ?? '', /灰名单/);
  server.faults.recipients.clear();
  await office.outbox().act('hold', id);
  await office.outbox().act('release', id);
  await office.later(HOUR);
  const after = show(office.data, id.slice(0, 5), office.clock.now());
  assert.deepEqual(
    after.tries.map(({ state }) => state),
    ['deferred', 'sent'],
  );
  assert.deepEqual(
    after.history.map(({ what }) => what),
    ['hold', 'release'],
  );
  assert.equal(after.tries[1]?.outcome, after.reply);
  assert.throws(() => show(office.data, 'zz', 0), { code: 'unknown' });
});

test('a try that a kill has cut keeps its dialogue up to the dot', async (t) => {
  const server = await provider(t);
  server.faults.silent.add('SMTP DOT');
  const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
  office.put('x.eml', message(LI));
  const passing = office.pass();
  while (office.list()[0]?.state !== 'intent') await new Promise((resolve) => setImmediate(resolve));
  const [cut] = show(office.data, office.only().id, 0).tries;
  assert.deepEqual([cut?.state, cut?.outcome], [null, null]);
  assert.match(cut?.dialogue.join('\n') ?? '', /S: 354 .*\nC: \[\d+ octets\]$/);
  server.faults.silent.clear();
  await server.stop();
  await passing;
});

test('a pause of the account is told with the letter that waits for it', async (t) => {
  const server = await provider(t);
  server.faults.answers.set('SMTP GREETING', '421 4.3.2 not now');
  const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
  office.put('x.eml', message(LI));
  await office.settled();
  const { pause, state } = show(office.data, office.only().id, office.clock.now());
  assert.equal(state, 'due');
  assert.match(pause?.reason ?? '', /421 4\.3\.2 not now/);
});

test('of a hundred tries the last forty are kept, and of a long dialogue its two ends', async (t) => {
  const server = await provider(t);
  server.faults.answers.set('SMTP MAIL', '451 4.3.0 try later');
  const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
  office.put('x.eml', message(LI));
  await office.settled();
  for (let n = 0; n < 50; n++) {
    await office.outbox().act('retry', office.only().id);
    await office.pass();
  }
  const { tries, history } = show(office.data, office.only().id, 0);
  assert.deepEqual([tries.length, history.length], [40, 50]);
  const transcript = new Transcript();
  for (let n = 0; n < 5000; n++) transcript.add('S', `${n} ${'x'.repeat(1000)}`);
  const lines = transcript.lines();
  assert.ok(lines.join('\n').length < 60_000);
  assert.match(lines[0] ?? '', /^S: 0 /);
  assert.match(lines.at(-1) ?? '', /^S: 4999 /);
  assert.equal(lines.filter((line) => line.startsWith('… ')).length, 1);
});
