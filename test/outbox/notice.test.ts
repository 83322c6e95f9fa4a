// The sender is told of a message that is late or has failed by a report in the archive (RFC 3464): once, found like any message,
// and never mailed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simpleParser } from 'mailparser';
import { keepSentIn } from '../../src/outbox/keep-sent.ts';
import { counts } from '../../src/outbox/list.ts';
import { readReport } from '../../src/outbox/reports.ts';
import { search } from '../../src/search/search.ts';
import { openTestHouse } from '../support/house.ts';
import { accountAt, LI, message, PostOffice, provider, ZHAO } from './post-office.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ID = '<one@mail.test>';

test('after four hours it is late: told once, in the archive, the list, the counts and the log', async (t) => {
  const server = await provider(t);
  server.faults.recipients.set(LI, '450 4.2.1 mailbox busy');
  const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
  office.put('年报.eml', message(`${LI}, ${ZHAO}`));
  await office.settled();
  await office.later(4 * HOUR - MINUTE);
  assert.deepEqual([office.only().late, counts(office.data).late, office.reports.length], [null, 0, 0]);
  await office.later(2 * MINUTE);
  await office.later(8 * HOUR);
  assert.equal(office.reports.length, 1);
  assert.deepEqual([office.only().late === null, counts(office.data).late], [false, 1]);
  assert.equal(office.log.filter((line) => line.includes('is late')).length, 1);
  const text = office.reports[0]?.bytes.toString() ?? '';
  const [told, ...others] = readReport({ text, sender: '', subject: '' }, ID, [LI, ZHAO]) ?? [];
  assert.deepEqual([told?.address, told?.what, others.length], [LI, 'taken', 0], 'who has it is not late');
  assert.match(text, /^Status: 4\.2\.1\r$/m);
  assert.match(text, /^Will-Retry-Until: /m);
  assert.match(text, /会自动重试/);
  assert.equal(server.submissions.length, 1, 'nobody is mailed');
  server.faults.recipients.clear();
  await office.later(5 * HOUR);
  assert.deepEqual([office.only().state, counts(office.data).late], ['sent', 0]);
});

test('what waits for its time, or is held by a person, is not late', async (t) => {
  const server = await provider(t);
  const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
  office.put('a.eml', message(LI, 'X-Mailkeep-Send-At: 2026-12-24T08:00:00+08:00\n'));
  office.put('b.eml', message(LI).replace('one@', 'two@'));
  server.faults.answers.set('SMTP MAIL', '451 4.3.0 try later');
  await office.settled();
  const b = office.list().find(({ file }) => file === 'b.eml');
  await office.outbox().act('hold', b?.id ?? '');
  await office.later(24 * HOUR);
  assert.equal(office.reports.length, 0);
});

test('a failure is reported, with its recipients, the answers and the header, and found by its words', async (t) => {
  const server = await provider(t);
  server.faults.recipients.set(LI, '550 5.1.1 no such user');
  const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
  const house = await openTestHouse(t, office.clock);
  office.outbox({ keepSent: keepSentIn(house.archive, house.keeper, house.db, office.clock) });
  office.put('x.eml', message(`${LI}, ${ZHAO}`));
  assert.equal((await office.settled()).failed, 1);
  await office.later(HOUR);
  const { hits } = search(house.db, 'from:mailer-daemon in:Outbox', {
    now: office.clock.now(),
    zone: 0,
    limit: 9,
  });
  assert.equal(hits.length, 1);
  const [path = ''] = (await house.files()).filter((file) => hits[0]?.path.endsWith(file));
  const octets: Buffer[] = [];
  for await (const chunk of house.archive.createReadStream(path)) octets.push(chunk as Buffer);
  const report = await simpleParser(Buffer.concat(octets));
  assert.equal(report.subject, 'Not sent: x.eml');
  assert.match(report.text ?? '', /There is no such mailbox/);
  const text = Buffer.concat(octets).toString();
  assert.deepEqual(
    readReport({ text, sender: '', subject: '' }, ID, [LI, ZHAO])?.map(({ address, what }) => [
      address,
      what,
    ]),
    [[LI, 'failed']],
  );
  assert.equal(server.submissions.length, 1, 'nobody is mailed');
});

test('one that is taken back is not reported; one that is sent again and fails again is, once more', async (t) => {
  const server = await provider(t);
  server.faults.recipients.set(LI, '550 5.1.1 no such user');
  const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
  office.put('x.eml', message(LI));
  await office.settled();
  await office.outbox().act('retry', office.only().id);
  await office.pass();
  assert.equal(new Set(office.reports.map(({ id }) => id)).size, 1 + 1);
  server.faults.answers.set('SMTP MAIL', '451 4.3.0 try later');
  await office.later(MINUTE);
  await office.outbox().act('retry', office.only().id);
  await office.pass();
  await office.outbox().act('cancel', office.only().id);
  await office.later(HOUR);
  assert.equal(office.reports.length, 2);
});

test('an archive that cannot be written delays the report, and nothing else', async (t) => {
  const server = await provider(t);
  server.faults.recipients.set(LI, '550 5.1.1 no such user');
  const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
  let full = true;
  const keep = office.tools().keepSent;
  office.outbox({ keepSent: (...of) => (full ? Promise.reject(new Error('disk full')) : keep(...of)) });
  office.put('x.eml', message(LI));
  await office.settled();
  assert.deepEqual([office.names('failed'), office.reports.length], [['x.eml', 'x.reason.txt'], 0]);
  full = false;
  await office.later(2 * MINUTE);
  assert.equal(office.reports.length, 1);
});
