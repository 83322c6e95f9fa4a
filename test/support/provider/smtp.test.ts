// The provider's SMTP side over plain sockets.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import type { TestContext } from 'node:test';
import { suite, test } from 'node:test';
import type { LineClient } from '../line-client.ts';
import { connectTo } from '../line-client.ts';
import { HungUp } from '../peer.ts';
import type { Provider } from './provider.ts';
import { startProvider } from './provider.ts';

const FROM = 'wang@mail.test';
const TO = 'li@mail.test';
const END = /^\d{3} /;

async function provider(t: TestContext): Promise<Provider> {
  const started = await startProvider({ users: { [FROM]: 'eins', [TO]: 'zwei' }, filesSent: true });
  t.after(() => started.stop());
  return started;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

async function loggedIn(t: TestContext, of: Provider): Promise<LineClient> {
  const client = await connectTo(t, of.ports.smtps, true);
  await client.line();
  await client.ask('EHLO x', END);
  await client.ask(`AUTH PLAIN ${base64(`\0${FROM}\0eins`)}`, /^235/);
  return client;
}

async function upToTheDot(client: LineClient, ...recipients: string[]): Promise<void> {
  await client.ask(`MAIL FROM:<${FROM}> SIZE=100`, /^250/);
  for (const to of recipients) await client.ask(`RCPT TO:<${to}>`, /^250/);
  await client.ask('DATA', /^354/);
  await client.send('Message-ID: <1@x>\r\n\r\n..dot\r\nhi');
}

suite('provider, SMTP', () => {
  test('delivers at once to local people, byte for byte, and records what goes elsewhere', async (t) => {
    const house = await provider(t);
    const client = await loggedIn(t, house);
    await upToTheDot(client, TO, 'someone@elsewhere.test');
    await client.ask('.', /^250/);
    const raw = 'Message-ID: <1@x>\r\n\r\n.dot\r\nhi\r\n';
    assert.equal(house.messages(TO, 'INBOX')[0]?.bytes.toString(), raw);
    assert.equal(house.messages(FROM, 'Sent')[0]?.bytes.toString(), raw);
    assert.deepEqual(house.submissions[0]?.recipients, [TO, 'someone@elsewhere.test']);
    assert.equal(house.accepted('<1@x>'), 1);
    await client.ask('QUIT', /^221/);
  });

  test('asks for a login, and knows its own people', async (t) => {
    const house = await provider(t);
    const stranger = await connectTo(t, house.ports.smtp);
    await stranger.line();
    await stranger.ask('HELO x', /^250/);
    await stranger.ask(`MAIL FROM:<${FROM}>`, /^530/);
    const client = await loggedIn(t, house);
    await client.ask('RCPT TO:<x@y>', /^503/);
    await client.ask(`MAIL FROM:<${FROM}>`, /^250/);
    await client.ask('DATA', /^503/);
    await client.ask('RCPT TO:<nobody@mail.test>', /^550 5\.1\.1/);
    await client.ask('RSET', /^250/);
    await client.ask('NOOP', /^250/);
  });

  test('takes a login by LOGIN and CRAM-MD5 after STARTTLS, and refuses wrong ones', async (t) => {
    const house = await provider(t);
    const client = await connectTo(t, house.ports.smtp);
    await client.line();
    assert.ok((await client.ask('EHLO x', END)).includes('250-STARTTLS'));
    await client.ask('STARTTLS', /^220/);
    await client.startTls();
    assert.ok(!(await client.ask('EHLO x', END)).join().includes('STARTTLS'));
    await client.ask('AUTH X', /^504/);
    await client.ask('AUTH LOGIN', /^334/);
    await client.ask(base64(FROM), /^334/);
    await client.ask(base64('falsch'), /^535/);
    const [prompt = ''] = await client.ask('AUTH CRAM-MD5', /^334/);
    const challenge = Buffer.from(prompt.slice(4), 'base64');
    const digest = createHmac('md5', 'eins').update(challenge).digest('hex');
    await client.ask(base64(`${FROM} ${digest}`), /^235/);
    const other = await loggedIn(t, house);
    await other.ask('AUTH LOGIN', /^503/);
  });

  test('drops after the dot, answers with garbage, and counts what it took', async (t) => {
    const house = await provider(t);
    house.faults.dropAfterDot = 1;
    house.faults.garbageAfterDot = 1;
    const first = await loggedIn(t, house);
    await upToTheDot(first, TO);
    await assert.rejects(first.ask('.', END), HungUp);
    const second = await loggedIn(t, house);
    await upToTheDot(second, TO);
    await second.ask('.', /^250/);
    await second.line();
    assert.equal(await second.line(), '999');
    assert.equal(house.accepted('<1@x>'), 2);
  });

  test('greylists, rejects a recipient, says 421, is silent, refuses the dot', async (t) => {
    const house = await provider(t);
    const { faults } = house;
    faults.greylist = true;
    faults.recipients.set('full@elsewhere.test', '552 5.2.2 Mailbox full');
    faults.silent.add('SMTP QUIT');
    faults.slow = 1;
    const client = await loggedIn(t, house);
    await client.ask(`MAIL FROM:<${FROM}>`, /^250/);
    await client.ask(`RCPT TO:<${TO}>`, /^451/);
    await client.ask('RCPT TO:<full@elsewhere.test>', /^552/);
    await client.ask('RSET', /^250/);
    faults.answers.set('SMTP DOT', '452 4.3.1 Disk full');
    await upToTheDot(client, TO);
    await client.ask('.', /^452/);
    assert.equal(house.submissions.length, 0);
    await client.send('QUIT');
    faults.answers.set('SMTP NOOP', '421 4.3.2 Closing');
    await client.ask('NOOP', /^421/);
    await assert.rejects(client.line(), HungUp);
    assert.ok(house.heard('SMTP').some(({ line }) => line === 'QUIT'));
  });
});
