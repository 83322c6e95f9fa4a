// The page of a running service, and the page alone: what it shows is what the service does.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { bulkMessage } from '../messages/bulk.ts';
import { stoppedWell, until } from '../support/command-line.ts';
import { furnishedHouse, wangAt } from '../support/furnished-house.ts';
import { OWNER } from '../support/provider/furnished.ts';
import { visitor, type Visitor } from './visitor.ts';

const LETTER = `From: ${OWNER.address}\r\nTo: anna@example.test\r\nSubject: hello\r\nMessage-ID: <p1@x.test>\r\n\r\nbody\r\n`;

async function service(
  t: TestContext,
): Promise<Awaited<ReturnType<typeof furnishedHouse>> & { page: Visitor; url: string; said: () => string }> {
  const furnished = await furnishedHouse(t);
  const { house, provider } = furnished;
  house.configure([wangAt(provider, { push: false })], { web: { listen: '127.0.0.1:0' } });
  const running = house.line.start('daemon');
  await until(() => running.said().includes('received'), running.said);
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+\//.exec(running.said()) ?? [];
  return { ...furnished, page: visitor(url), url, said: running.said };
}

async function textOf(answer: Response | Promise<Response>): Promise<string> {
  return (await answer).text();
}

test('the status says in its first line that all is well, and a wish for mail is done while one watches', async (t) => {
  const { page, provider, url, count } = await service(t);
  assert.match(
    await textOf(page.get('/status')),
    new RegExp(`<h1>All is well</h1>\\s*<p>\\s*${count} messages`),
  );
  assert.match(await textOf(page.get('/status', { 'accept-language': 'zh' })), /<h1>一切正常<\/h1>/);
  const watching = new AbortController();
  const events = await fetch(new URL('/events', url), { signal: watching.signal });
  assert.match(events.headers.get('content-type') ?? '', /^text\/event-stream/);
  for (let n = 0; n < 200; n++) provider.deliver(OWNER.address, 'INBOX', bulkMessage(7000 + n));
  const begun = await page.post('/sync', { account: 'wang' });
  assert.deepEqual([begun.status, begun.headers.get('location')], [303, '/status?begun=1']);
  const late = setTimeout(() => watching.abort(), 120_000);
  await heardTheEnd(events);
  clearTimeout(late);
  watching.abort();
  await eventually(async () => (await textOf(page.get('/status'))).includes(`\n${count + 200} messages`));
  assert.equal((await page.post('/sync', { account: 'nobody' })).status, 400);
});

test('a letter is held, let go, cancelled and tried again by the buttons that make sense', async (t) => {
  const { page, house, provider } = await service(t);
  provider.faults.recipients.set('anna@example.test', '451 4.2.0 try again later');
  house.drop('hello.eml', LETTER);
  const outbox = (): Promise<string> => textOf(page.get('/outbox'));
  await eventually(async () => (await outbox()).includes('waits for another try'));
  const actions = async (): Promise<string[]> =>
    [...(await outbox()).matchAll(/action="\/outbox\/[^"/]+\/(\w+)"/g)].map(([, action = '']) => action);
  const act = async (action: string): Promise<void> => {
    const [, id = ''] = /action="\/outbox\/([^"/]+)\//.exec(await outbox()) ?? [];
    const done = await page.post(`/outbox/${id}/${action}`, {});
    assert.equal(done.status, 303, await done.text());
    assert.match(
      await textOf(page.get(done.headers.get('location') ?? '')),
      /<p class="note" role="status"><bdi>hello\.eml /,
    );
  };
  assert.deepEqual(await actions(), ['retry', 'hold', 'cancel']);
  await act('hold');
  assert.match(await outbox(), /<span class="state">held<\/span>/);
  assert.ok((await actions()).includes('release'));
  await act('release');
  assert.doesNotMatch(await outbox(), /<span class="state">held<\/span>/);
  await act('cancel');
  await eventually(async () => (await actions()).join() === 'retry');
  assert.deepEqual(
    house.names('failed').filter((name) => name.endsWith('.eml')),
    ['hello.eml'],
  );
  provider.faults.recipients.clear();
  await act('retry');
  await eventually(async () => provider.accepted('<p1@x.test>') === 1);
  const [letter] = await house.queue();
  const shown = await textOf(page.get(`/outbox/${(letter as unknown as { id: string }).id}`));
  assert.match(shown, /try again later/);
  assert.match(shown, /RCPT TO:&lt;anna@example\.test&gt;/);
  assert.equal((await page.get('/outbox/ffffffffffff')).status, 404);
  assert.equal((await page.post('/outbox/ffffffffffff/hold', {})).status, 404);
  assert.equal((await page.post('/outbox/ffffffffffff/burn', {})).status, 404);
});

test('a new password counts from the next reload on, and ends what the old one opened', async (t) => {
  const { house, provider } = await furnishedHouse(t);
  const password = join(house.directory, 'page-password');
  const set = (text: string): void => writeFileSync(password, `${text}\n`, { mode: 0o600 });
  set('first');
  house.configure([wangAt(provider)], { web: { listen: '127.0.0.1:0', password: { file: password } } });
  const running = house.line.start('daemon');
  await until(() => running.said().includes('mailkeep is running'), running.said);
  const pages = (): string[] =>
    [...running.said().matchAll(/the page is at (\S+)/g)].map(([, at = '']) => at);
  const enter = (word: string): Promise<Response> =>
    visitor(pages().at(-1) ?? '').post('/login', { password: word });
  const reload = async (): Promise<void> => assert.equal((await house.line.run('reload')).code, 0);
  const cookie = (await enter('first')).headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  const isIn = async (): Promise<boolean> =>
    (await visitor(pages().at(-1) ?? '').get('/status', { cookie })).status === 200;
  assert.ok(await isIn());
  await reload();
  assert.ok(await isIn(), 'the same password');
  assert.equal(pages().length, 1);
  rmSync(password);
  await reload();
  assert.ok(await isIn(), 'no password to be read: told, and all as it was');
  assert.match(running.said(), /error web: .*page-password/);
  set('second');
  await reload();
  assert.equal(pages().length, 2);
  assert.ok(!(await isIn()));
  assert.equal((await enter('first')).status, 401);
  assert.equal((await enter('second')).status, 303);
  assert.ok(stoppedWell(await running.stop()));
});

test('the page alone says where it is, reads, and asks a service that runs beside it', async (t) => {
  const { house, count } = await furnishedHouse(t);
  assert.equal((await house.line.run('sync')).code, 0);
  const alone = house.line.start('web', '--listen', '127.0.0.1:0');
  await until(() => alone.printed().includes('\n'), alone.said);
  const url = alone.printed().trim();
  const page = visitor(url);
  assert.match(await textOf(page.get('/')), new RegExp(`${count} messages`));
  assert.match(await textOf(page.get('/status')), /No service runs\./);
  const refused = await page.post('/sync', {});
  assert.equal(refused.status, 409);
  assert.match(await textOf(refused), /mailkeep daemon/);
  const second = await house.line.run('web', '--listen', new URL(url).host);
  assert.equal(second.code, 78);
  assert.match(second.stderr, /another program has this port[\s\S]*hint: .*--listen/);
  const open = await house.line.run('web', '--listen', '0.0.0.0:0');
  assert.equal(open.code, 78);
  assert.match(open.stderr, /password/);
  assert.equal((await house.line.run('web', '--listen', 'nonsense')).code, 2);
  assert.ok(stoppedWell(await alone.stop()));
});

/** Asks again and again until it is so. */
async function eventually(is: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 120_000;
  while (!(await is())) {
    assert.ok(performance.now() < end, 'it did not happen within two minutes');
    await sleep(30);
  }
}

/** However short the poll was: that another one has ended is told. */
async function heardTheEnd(events: Response): Promise<void> {
  let text = '';
  for await (const chunk of events.body ?? []) {
    text += Buffer.from(chunk as Uint8Array).toString();
    const ends = new Set([...text.matchAll(/"ended":(\d+)/g)].map(([, ended]) => ended));
    if (ends.size === 2) return;
  }
  assert.fail(text);
}
