// The sender is told of a message that is late or has failed by a report in the archive (RFC 3464): once, found like any message,
// and never mailed.
import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { test } from 'node:test';
import { simpleParser } from 'mailparser';
import { keepSentIn } from '../../src/outbox/keep-sent.ts';
import { counts } from '../../src/outbox/list.ts';
import { readReport } from '../../src/outbox/reports.ts';
import { search } from '../../src/search/search.ts';
import { openTestHouse } from '../support/house.ts';
import { accountAt, LI, message, PostOffice, provider, WANG, ZHAO } from './post-office.ts';

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

/** The parts of a report: type and encoding of each, and its octets. What no mail may hold is found on the way. */
function partsOf(
  report: Buffer,
): { readonly type: string; readonly encoding: string; readonly body: string }[] {
  const text = report.toString('latin1');
  for (const line of text.split('\r\n')) {
    assert.ok(line.length <= 998, `a line of ${line.length} octets`);
    assert.doesNotMatch(line, /[\r\n\0]/);
  }
  const [, boundary = ''] = /^ boundary="([^"]+)"\r$/m.exec(text) ?? [];
  const [, ...parts] = text.split(`--${boundary}\r\n`);
  assert.match(parts.at(-1) ?? '', new RegExp(`\\r\\n--${boundary}--\\r\\n$`));
  return parts.map((part) => {
    const [, type = '', encoding = ''] =
      /^Content-Type: ([^\r;]+)[^\r]*\r\nContent-Transfer-Encoding: (\w+)\r\n\r\n/.exec(part) ?? [];
    const body = part.slice(part.indexOf('\r\n\r\n') + 4).replace(`--${boundary}--\r\n`, '');
    assert.equal(/[\x80-\xff]/.test(body), encoding === '8bit', `${type} says ${encoding}`);
    return { type, encoding, body };
  });
}

const types = (report: Buffer | undefined): string[] =>
  partsOf(report ?? Buffer.alloc(0)).map(({ type }) => type);

test('a report in ASCII is one as any program reads it (RFC 3464)', async (t) => {
  const server = await provider(t);
  server.faults.recipients.set(LI, '550 5.1.1 no such user');
  const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
  office.put('x.eml', message(LI));
  await office.settled();
  const [{ bytes } = { bytes: Buffer.alloc(0) }] = office.reports;
  assert.deepEqual(types(bytes), ['text/plain', 'message/delivery-status', 'text/rfc822-headers']);
  const [, status, head] = partsOf(bytes);
  assert.match(status?.body ?? '', /\r\n\r\nFinal-Recipient: rfc822; li@mail\.test\r\nAction: failed\r\n/);
  assert.deepEqual([status?.encoding, head?.encoding], ['7bit', '7bit']);
});

test('what is not ASCII in a report has the types that are made for it (RFC 6533)', async (t) => {
  const server = await provider(t);
  server.faults.answers.set('SMTP MAIL', `550 5.7.1 ${'拒收 '.repeat(300)}`);
  const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
  office.put('年度报告和所有的附件，请查收.eml', message('李 <li@mail.test>, 王五@mail.test'));
  await office.settled();
  const [{ bytes } = { bytes: Buffer.alloc(0) }] = office.reports;
  assert.deepEqual(types(bytes), ['text/plain', 'message/global-delivery-status', 'message/global-headers']);
  const [, status] = partsOf(bytes);
  const text = Buffer.from(status?.body ?? '', 'latin1');
  assert.ok(isUtf8(text));
  assert.match(text.toString(), /^Final-Recipient: utf-8; 王五@mail\.test\r$/m);
  assert.match(text.toString(), /^Final-Recipient: rfc822; li@mail\.test\r$/m);
  const told = readReport({ text: bytes.toString(), sender: '', subject: '' }, ID, [LI, '王五@mail.test']);
  assert.deepEqual(told?.map(({ address }) => address).toSorted(), [LI, '王五@mail.test'].toSorted());
  const head = bytes.subarray(0, bytes.indexOf('\r\n\r\n')).toString('latin1');
  for (const [word] of head.matchAll(/=\?.*?\?=/g)) assert.ok(word.length <= 75, word);
  assert.equal((await simpleParser(bytes)).subject, 'Not sent — 未能发出: 年度报告和所有的附件，请查收.eml');
});

test('the header of a message that was refused for it is told in lines that mail allows', async (t) => {
  const server = await provider(t);
  const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
  office.put('x.eml', message(LI, `X-Long: ${'很'.repeat(900)}\nX-Odd: a\rb\0c\n`));
  await office.settled();
  assert.equal(office.only().state, 'failed');
  const [{ bytes } = { bytes: Buffer.alloc(0) }] = office.reports;
  const [, , head] = partsOf(bytes);
  assert.ok(isUtf8(Buffer.from(head?.body ?? '', 'latin1')), 'no character is cut');
  assert.match(head?.body ?? '', /^From: Wang <wang@mail\.test>\r$/m);
});

test('a message that is late is told of in Chinese as wholly as in English', async (t) => {
  const server = await provider(t);
  server.faults.recipients.set(LI, '451 4.7.1 灰名单，请稍后再来');
  const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
  office.put('年报.eml', message(`${LI}, ${ZHAO}`));
  await office.settled();
  await office.later(5 * HOUR);
  const text = (await simpleParser(office.reports[0]?.bytes ?? Buffer.alloc(0))).text ?? '';
  const chinese = text.slice(text.indexOf('中文说明：'));
  assert.match(chinese, /这封邮件还没有发出，会自动重试，不需要再次发送。/);
  assert.match(chinese, /年报\.eml（已试 \d+ 次）/);
  assert.match(chinese, /下次重试：2026-11-21 \d\d:\d\d UTC/);
  assert.match(chinese, /将在 2026-11-26 12:00 UTC 放弃/);
  assert.doesNotMatch(chinese, /原因：/, 'the words of a server are its own');
  assert.match(chinese, /还没有收到的人：\n +li@mail\.test/);
  assert.doesNotMatch(chinese, /zhao@/);
});

test('a report says in Chinese too what the program knows, and its subject is so where the provider is', async (t) => {
  const office = new PostOffice(t, [accountAt(1, {}, 'wang', 'wang@qq.com')]);
  office.put('x.eml', message(LI).replace(WANG, 'wang@qq.com'));
  await office.settled();
  await office.later(5 * HOUR);
  office.put(
    'y.eml',
    message(LI, 'X-Mailkeep-Send-At: soon\n').replace(WANG, 'wang@qq.com').replace('one@', 'two@'),
  );
  await office.settled();
  office.put('z.eml', message(LI, '', 'a\rb\n').replace(WANG, 'wang@qq.com').replace('one@', 'three@'));
  await office.settled();
  const [late, failed, ...others] = await Promise.all(office.reports.map(({ bytes }) => simpleParser(bytes)));
  assert.deepEqual(
    [late?.subject, failed?.subject, others.length],
    ['Not sent yet — 尚未发出: x.eml', 'Not sent — 未能发出: z.eml', 0],
  );
  assert.match(late?.text ?? '', /原因：无法连接 127\.0\.0\.1:1：连接被拒绝/);
  assert.match(failed?.text ?? '', /原因：第 \d+ 字节是单独的回车/);
  const reason = Buffer.from(office.read('failed/y.reason.txt'), 'latin1').toString();
  assert.match(reason, /原因：X-Mailkeep-Send-At 的 "soon" 不是带时区的时间/);
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
